// What admission is asked and what it answers. The engine asks `planAdmission`, loads the limiters that the plan names
// and the events of the batch that `fullBatchOf` names, asks `decideAdmission`, records the answer, and only then decides the
// follow-ups. A debounce or batch timer comes through `decideGroupDue` first.
import type { EventRecord } from "@everstep/protocol";
import type { FunctionRecord } from "../model/app.ts";
import type { Change, IdempotencyKey } from "../model/change.ts";
import type { Limiter, LimiterId } from "../model/flow.ts";
import type { Draft, FollowUp } from "../run/draft.ts";

/** How events come to a function. */
export type Origin =
  /** One event: by its name, by an invoke, or of a cron tick. Every rule applies. */
  | { readonly type: "arrival" }
  /** A person asked for the run again: only pause, keys and singleton apply. */
  | { readonly type: "rerun"; readonly originalRunId: string }
  /** The event that a debounce let through: only keys and singleton apply. */
  | { readonly type: "debounce"; readonly debounceId: string }
  /** The events of a batch that timed out: only keys and singleton apply. */
  | { readonly type: "batch"; readonly batchId: string };

/** Events that may start a function. */
export interface Candidate {
  /** With its effective config (`effectiveFunction`). */
  readonly function: FunctionRecord;
  readonly isPaused: boolean;
  readonly origin: Origin;
  /** Never empty; an arrival has one. */
  readonly events: readonly EventRecord[];
  /** The first event as apps see it; parsed at most once. */
  readonly readEvent: () => unknown;
  /** The step that waits for the run's end. */
  readonly correlationId?: string;
  readonly cron?: string;
}

/** What the decision reads, as of all decisions before it in the same batch. */
export interface AdmissionState {
  /** Living keys equal to the event's id (`dedupes`); empty when the event has no id of its own. */
  readonly idKeys: readonly IdempotencyKey[];
  /** Answers at least for every id of the plan. */
  readonly findLimiter: (id: LimiterId) => Limiter | undefined;
  /** Stored events of the batch that `fullBatchOf` named, in their order; else empty. */
  readonly batchEvents: readonly EventRecord[];
  readonly nextOrderKey: () => number;
}

/** What became of a candidate: exactly one of a run (`draft`, perhaps skipped), an outcome, or a place in a group. */
export interface Admission {
  /** The holder of the singleton lock: ended (`endRun`, cancelled, with this reason) before anything below is recorded. */
  readonly cancelFirst?: { readonly runId: string; readonly reason: string };
  /** The run that starts or is recorded as skipped. Its changes are its own, to be recorded after `changes`. */
  readonly draft?: Draft;
  readonly changes: readonly Change[];
  /** Invokers that are answered now. Decided, like those of the draft and of the cancelled run, after all is recorded. */
  readonly followUps: readonly FollowUp[];
  /** What people should know of the function's rules, e.g. a key that failed; the same text each time. */
  readonly warnings: readonly string[];
}
