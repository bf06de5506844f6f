// What a checker is: it follows the batches that became durable and what left the engine, and says which rule was broken.
import type { Change } from "@everstep/core";
import type { Plan } from "../plan.ts";
import type { SentCall } from "../network.ts";
import type { Answer } from "../app/execute-call.ts";
import type { Model } from "./model.ts";

export interface CheckContext {
  readonly model: Model;
  readonly plan: Plan;
  readonly nowMs: () => number;
  /** Since when the engine could work without any fault; undefined while it cannot. */
  readonly healthySinceMs: () => number | undefined;
  readonly inFlight: ReadonlySet<SentCall>;
  violate(invariant: string, message: string): void;
}

export interface Checker {
  /** The model still is as before the change. */
  beforeChange?(change: Change): void;
  /** The model holds the whole batch. */
  afterBatch?(changes: readonly Change[]): void;
  /** The call leaves the engine; it is not in `inFlight` yet. */
  onSent?(sent: SentCall): void;
  onAnswered?(sent: SentCall, answer: Answer | undefined): void;
  /** A step's code starts in an app. */
  onStep?(step: { runId: string; stepId: string; generation: number }): void;
  /** Now and then, between batches. */
  sweep?(): void;
  /** Nothing is left to do. */
  atEnd?(): void;
}
