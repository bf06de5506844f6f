// Freezes a waiting expression at the moment of waiting: what it reads of the triggering event becomes a literal, so that
// only `async.*` is left (server.md 6.4). The result is text that can be stored; later changes of the event do not matter.
import { EverstepError } from "@everstep/protocol";
import { CEL_FUNCTIONS } from "./cel-functions.ts";
import { CelDuration, CelTimestamp, ExpressionFailure, isMap, isTruthy } from "./cel-value.ts";
import type { CelValue } from "./cel-value.ts";
import { expressionOf } from "./compile-expression.ts";
import type { Expression } from "./compile-expression.ts";
import { EvaluationFrame } from "./evaluation-frame.ts";
import { childrenOf, someNode, withChildren } from "./expression-node.ts";
import type { ExpressionNode } from "./expression-node.ts";
import { quoted } from "./invalid-expression.ts";
import { linkExpression } from "./link-expression.ts";
import { AUTHORED_BOUNDS, BOUND_BOUNDS, parseExpression } from "./parse-expression.ts";
import { printExpression } from "./print-expression.ts";

export interface BoundExpression {
  /** CEL text over `async` only; `compileCached` compiles it again. At most 262,144 characters. */
  readonly boundSource: string;
  readonly expression: Expression;
  /** It cannot become true whatever arrives, so nothing need wait for it. */
  readonly isNever: boolean;
}

const VALUE_DEPTH_MAX = 64;

/**
 * Replaces every `event.*` of an expression by the event's value (missing: null) and computes what is then constant.
 * Throws EverstepError `expression_invalid` when the values make the expression too large to keep.
 */
export function bindEvent(expression: Expression, event: unknown): BoundExpression {
  const node = bind(expression.node, event as CelValue);
  const boundSource = printWithin(node, expression);
  return { boundSource, expression: expressionOf(boundSource, node), isNever: neverTrue(node) };
}

/** The text, which is sure to compile again: short texts without lists or maps always do, others are tried. */
function printWithin(node: ExpressionNode, expression: Expression): string {
  try {
    const source = printExpression(node);
    const isPlain = !someNode(node, (each) => each.kind === "literal" && isObject(each.value));
    if (source.length > BOUND_BOUNDS.charsMax) throw tooLarge(expression);
    if (!isPlain || source.length > AUTHORED_BOUNDS.charsMax) parseExpression(source, BOUND_BOUNDS);
    return source;
  } catch (error) {
    if (error instanceof EverstepError || error instanceof RangeError) throw tooLarge(expression);
    throw error;
  }
}

function isObject(value: CelValue): boolean {
  return typeof value === "object" && value !== null;
}

function tooLarge(expression: Expression): EverstepError {
  return new EverstepError(
    "expression_invalid",
    `The expression ${quoted(expression.source)} compares with values of the event that are too large to keep ` +
      `while waiting (over ${BOUND_BOUNDS.charsMax} characters, or deeply nested). Compare a short field, such as an id.`,
  );
}

function bind(node: ExpressionNode, event: CelValue): ExpressionNode {
  if (node.kind === "root") {
    return node.name === "event" ? literal(event) : node;
  }
  if (node.kind === "literal" || node.kind === "local") return node;
  const bound = withChildren(
    node,
    childrenOf(node).map((child) => bind(child, event)),
  );
  const constant = constantOf(bound);
  if (constant !== undefined) return constant;
  return withoutConstantBranch(bound);
}

function literal(value: CelValue): ExpressionNode {
  return { kind: "literal", value: value ?? null };
}

/** The value of a node whose children are all literals, unless it must be computed later. */
function constantOf(node: ExpressionNode): ExpressionNode | undefined {
  if (node.kind === "call" && CEL_FUNCTIONS.get(node.name)?.volatile === true) return undefined;
  if (node.kind === "macro") {
    // The body reads its own variable; it is constant when it reads nothing from outside.
    if (node.range.kind !== "literal" || someNode(node, isOpen)) return undefined;
  } else if (!childrenOf(node).every((child) => child.kind === "literal")) {
    return undefined;
  }
  try {
    const value = linkExpression(node)(new EvaluationFrame({}, 0));
    // What is read out of JSON is JSON; going through a whole event at every step of a path would be slow.
    const isRead = node.kind === "select" || node.kind === "index";
    return isRead || isStorable(value, 0) ? literal(value) : undefined;
  } catch (error) {
    // It fails for every event; keeping it makes it fail when evaluated, with its message.
    if (error instanceof ExpressionFailure) return undefined;
    throw error;
  }
}

/** Reads something that is only known later. */
function isOpen(node: ExpressionNode): boolean {
  if (node.kind === "call") return CEL_FUNCTIONS.get(node.name)?.volatile === true;
  return node.kind === "root";
}

function isStorable(value: CelValue, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (value instanceof CelTimestamp || value instanceof CelDuration) return false;
  if (depth > VALUE_DEPTH_MAX) return true;
  if (!Array.isArray(value) && !isMap(value)) return true;
  return (Object.values(value) as CelValue[]).every((item) => isStorable(item, depth + 1));
}

/** `true && x` is x, `false || x` is x, and a ternary with a known condition is its branch. */
function withoutConstantBranch(node: ExpressionNode): ExpressionNode {
  if (node.kind === "ternary" && node.condition.kind === "literal") {
    return isTruthy(node.condition.value) ? node.yes : node.no;
  }
  if ((node.kind === "and" || node.kind === "or") && node.left.kind === "literal") {
    return isTruthy(node.left.value) === (node.kind === "or") ? node.left : node.right;
  }
  return node;
}

/** Whether a tree can be seen to give anything but true for every arriving event. */
function neverTrue(node: ExpressionNode): boolean {
  switch (node.kind) {
    case "literal":
      return node.value !== true;
    case "and":
      return neverTrue(node.right) || neverTruthy(node.left);
    case "or":
      return neverTrue(node.left) && neverTrue(node.right);
    case "ternary":
      return neverTrue(node.yes) && neverTrue(node.no);
    default:
      return false;
  }
}

function neverTruthy(node: ExpressionNode): boolean {
  switch (node.kind) {
    case "literal":
      return !isTruthy(node.value);
    case "and":
      return neverTruthy(node.left) || neverTruthy(node.right);
    case "or":
      return neverTruthy(node.left) && neverTruthy(node.right);
    default:
      return false;
  }
}
