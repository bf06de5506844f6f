// What a cancel condition may contain (server.md 4.9): it is kept for a year and tried against every event of a name, so
// it is limited to comparisons and logic over the two events.
import { EverstepError } from "@everstep/protocol";
import { compileExpression } from "./compile-expression.ts";
import type { ExpressionNode } from "./expression-node.ts";
import { childrenOf } from "./expression-node.ts";

const CALLS_ALLOWED: ReadonlySet<string> = new Set(["int", "uint", "double"]);
const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%"]);

/**
 * Checks the `if` of a cancel rule: comparisons, logic, index, `in`, and the conversions int, uint and double.
 * Throws EverstepError `expression_invalid`.
 */
export function validateCancelExpression(source: string): void {
  const found = findForbidden(compileExpression(source).node);
  if (found === undefined) return;
  throw new EverstepError(
    "expression_invalid",
    `The cancel expression "${source}" uses ${found}, which cancel conditions do not support. Use comparisons, ` +
      "&&, ||, !, in, and int(), uint() or double(), for example async.data.id == event.data.id.",
  );
}

function findForbidden(node: ExpressionNode): string | undefined {
  const own = forbidden(node);
  if (own !== undefined) return own;
  for (const child of childrenOf(node)) {
    const inner = findForbidden(child);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function forbidden(node: ExpressionNode): string | undefined {
  if (node.kind === "macro") return `the macro ${node.macro}()`;
  if (node.kind === "has") return "the macro has()";
  if (node.kind === "negate") return "arithmetic (-)";
  if (node.kind === "binary" && ARITHMETIC.has(node.operator))
    return `arithmetic (${node.operator})`;
  if (node.kind === "call" && !CALLS_ALLOWED.has(node.name)) return `the function ${node.name}()`;
  return undefined;
}
