// What an expression reads of its variables, and what it found there: so that people see why it was not true. Only paths with
// constant steps are told; what a macro reads through its own variable is seen in the list that it walks.
import { ExpressionFailure, toPlain, type CelValue } from "./cel-value.ts";
import type { ExpressionVars } from "./compile-expression.ts";
import { EvaluationFrame } from "./evaluation-frame.ts";
import { compileCached } from "./expression-cache.ts";
import { childrenOf, type ExpressionNode } from "./expression-node.ts";
import { linkExpression } from "./link-expression.ts";
import { printExpression } from "./print-expression.ts";

export interface ReadValue {
  /** As in the expression, e.g. `event.data.total`. */
  readonly path: string;
  /** As JSON text, cut at 200 characters; `missing` when there is nothing at the path. */
  readonly value: string;
}

const CHARS_MAX = 200;
const VALUES_MAX = 20;

/** At most 20 values, each path once, in the order of the text. @throws EverstepError expression_invalid. */
export function readValues(source: string, vars: ExpressionVars): readonly ReadValue[] {
  const found = new Map<string, string>();
  for (const node of pathsOf(compileCached(source).node)) {
    if (found.size >= VALUES_MAX) break;
    const path = printExpression(node);
    if (!found.has(path)) found.set(path, textAt(node, vars));
  }
  return [...found].map(([path, value]) => ({ path, value }));
}

function pathsOf(node: ExpressionNode): readonly ExpressionNode[] {
  if (isPath(node)) return [node];
  if (node.kind === "has" && isPath(node.target)) {
    return [{ kind: "select", target: node.target, field: node.field }];
  }
  return childrenOf(node).flatMap((child) => pathsOf(child));
}

/** A path of at least one step from a variable. */
function isPath(node: ExpressionNode): boolean {
  if (node.kind === "select") return node.target.kind === "root" || isPath(node.target);
  if (node.kind !== "index" || node.index.kind !== "literal") return false;
  return node.target.kind === "root" || isPath(node.target);
}

function textAt(node: ExpressionNode, vars: ExpressionVars): string {
  const value = valueAt(node, vars);
  if (value === undefined) return "missing";
  const text = JSON.stringify(toPlain(value));
  return text.length <= CHARS_MAX ? text : `${text.slice(0, CHARS_MAX)}…`;
}

function valueAt(node: ExpressionNode, vars: ExpressionVars): CelValue {
  try {
    return linkExpression(node)(new EvaluationFrame(vars, 0));
  } catch (error) {
    if (error instanceof ExpressionFailure) return undefined;
    throw error;
  }
}
