// The entry to the expression language: compile once, evaluate for many events. A compiled expression is immutable and
// safe to keep for ever; evaluation reads only what it is given (the time too) and is bounded in work.
import { EverstepError } from "@everstep/protocol";
import { ExpressionFailure, toPlain } from "./cel-value.ts";
import { EvaluationFrame } from "./evaluation-frame.ts";
import type { Program } from "./evaluation-frame.ts";
import type { ExpressionNode } from "./expression-node.ts";
import { quoted } from "./invalid-expression.ts";
import { linkExpression } from "./link-expression.ts";
import { AUTHORED_BOUNDS, BOUND_BOUNDS, parseExpression } from "./parse-expression.ts";

/** A compiled expression. Its members besides `source` are for this folder only. */
export interface Expression {
  readonly source: string;
  readonly node: ExpressionNode;
  readonly program: Program;
}

/** What an expression may read; JSON values as they come from JSON.parse. */
export interface ExpressionVars {
  /** The event that started the run, or that may start one. */
  readonly event?: unknown;
  /** The event that arrives while something waits. */
  readonly async?: unknown;
  readonly vars?: unknown;
}

export interface ExpressionContext {
  /** The instant that now() answers, epoch ms. */
  readonly nowMs: number;
}

export type BooleanResult =
  | { readonly ok: true; readonly value: boolean }
  | { readonly ok: false; readonly message: string };

/**
 * Compiles CEL source (server.md 6) of at most `LIMITS.expressionCharsMax` characters.
 * Throws EverstepError `expression_invalid`, naming the place, the expression and what to do.
 */
export function compileExpression(source: string): Expression {
  return expressionOf(source, parseExpression(source, AUTHORED_BOUNDS));
}

/** As `compileExpression`, for the text of a bound expression, which may hold an event's values and be longer. */
export function compileBoundSource(source: string): Expression {
  return expressionOf(source, parseExpression(source, BOUND_BOUNDS));
}

/** Wraps a tree that is known to be valid. */
export function expressionOf(source: string, node: ExpressionNode): Expression {
  return { source, node, program: linkExpression(node) };
}

/**
 * Evaluates to JSON-like data: missing is null, integers are numbers, timestamps are ISO 8601 text.
 * Throws EverstepError `expression_invalid` when the evaluation fails.
 */
export function evaluate(
  expression: Expression,
  vars: ExpressionVars,
  context: ExpressionContext,
): unknown {
  const result = run(expression, vars, context);
  if (!result.ok) throw new EverstepError("expression_invalid", result.message);
  return result.value;
}

/** Evaluates where only true or false makes sense; anything else is an error that the caller may log. */
export function evaluateBoolean(
  expression: Expression,
  vars: ExpressionVars,
  context: ExpressionContext,
): BooleanResult {
  const result = run(expression, vars, context);
  if (!result.ok) return result;
  if (typeof result.value === "boolean") return { ok: true, value: result.value };
  return {
    ok: false,
    message:
      `The result of ${quoted(expression.source)} must be a boolean, but it is ` +
      `${JSON.stringify(result.value).slice(0, 80)}. Compare the value, for example with != null.`,
  };
}

type Result =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

function run(expression: Expression, vars: ExpressionVars, context: ExpressionContext): Result {
  try {
    const value = expression.program(new EvaluationFrame(vars, context.nowMs));
    return { ok: true, value: toPlain(value) };
  } catch (error) {
    // Values nested thousands of levels deep overflow a recursive comparison; such an event matches nothing.
    const isTooDeep = error instanceof RangeError;
    if (!isTooDeep && !(error instanceof ExpressionFailure)) throw error;
    const reason = isTooDeep ? "a value is nested too deeply" : error.message;
    return { ok: false, message: `Evaluating ${quoted(expression.source)} failed: ${reason}.` };
  }
}
