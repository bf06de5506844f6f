// What one evaluation carries: the values it may read, the time it was given, and its cost budget. Expressions come
// from apps and run on the engine's only thread, so every loop in them draws from the budget.
import { BudgetFailure, ExpressionFailure } from "./cel-value.ts";
import type { CelValue } from "./cel-value.ts";

/** Units of work one evaluation may use; 50 ms and, for the slowest functions, up to 200 ms. */
const EVALUATION_COST_MAX = 1_000_000;

export class EvaluationFrame {
  readonly event: CelValue;
  readonly async: CelValue;
  readonly vars: CelValue;
  /** What now() answers, epoch ms. */
  readonly nowMs: number;
  /** Macro variables, by the position that linking gave them. */
  readonly locals: CelValue[] = [];
  #costLeft = EVALUATION_COST_MAX;

  constructor(
    roots: { readonly event?: unknown; readonly async?: unknown; readonly vars?: unknown },
    nowMs: number,
  ) {
    this.event = roots.event as CelValue;
    this.async = roots.async as CelValue;
    this.vars = roots.vars as CelValue;
    this.nowMs = nowMs;
  }

  /** Draws from the budget; throws when it is used up. */
  charge(units: number): void {
    this.#costLeft -= units;
    if (this.#costLeft < 0) {
      throw new BudgetFailure(
        "it needs too much work: loop over a shorter list, nest fewer macros or match a shorter text",
      );
    }
  }
}

/** Evaluates one linked node; throws ExpressionFailure. */
export type Program = (frame: EvaluationFrame) => CelValue;

/** What one absorbed failure costs: making an error is slow. */
const FAILURE_COST = 50;

/** Lets an evaluation go on after a failure that may not matter; the end of the budget always does. */
export function absorbFailure(frame: EvaluationFrame, error: unknown): ExpressionFailure {
  if (!(error instanceof ExpressionFailure) || error instanceof BudgetFailure) throw error;
  frame.charge(FAILURE_COST);
  return error;
}
