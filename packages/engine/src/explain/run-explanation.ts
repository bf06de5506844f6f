// What an explanation of a run says: facts for programs, and a sentence for people with each.
import type { RunSkip, RunStatus } from "@everstep/core";
import type { UserError } from "@everstep/protocol";
import type { Holder } from "../dispatch/bucket-table.ts";
import type { QueueReason } from "../dispatch/queue-state.ts";

/** Who has held a place longest. Its times and steps as far as they are known. */
export interface ExplainedHolder extends Holder {
  readonly stepName?: string;
}

export type ExplainedQueueReason =
  | Exclude<QueueReason, { type: "concurrency" }>
  | (Omit<Extract<QueueReason, { type: "concurrency" }>, "oldestHolder"> & {
      readonly oldestHolder?: ExplainedHolder;
    });

/** The step that something is about; absent: the function itself is called to find what comes next. */
export interface ExplainedStep {
  readonly stepId?: string;
  readonly stepName?: string;
}

export type RunReasonFacts = ExplainedStep &
  (
    | { readonly type: "in_flight"; readonly attempt: number; readonly sinceMs: number }
    /** Held back by flow control. Never without a reason. */
    | {
        readonly type: "queued";
        readonly attempt: number;
        readonly queue: readonly ExplainedQueueReason[];
        /** Among the calls of the same keys that have not gone out, from 1; counted up to 10,001. */
        readonly position: number;
      }
    | { readonly type: "ready"; readonly attempt: number; readonly position: number }
    | { readonly type: "paused"; readonly sinceMs?: number }
    | {
        readonly type: "retry";
        /** Zero-based attempt that is made then. */
        readonly attempt: number;
        readonly maxAttempts: number;
        readonly atMs: number;
        readonly lastError?: UserError;
      }
    | { readonly type: "scheduled"; readonly atMs: number }
    | { readonly type: "sleep"; readonly untilMs: number }
    | {
        readonly type: "event";
        readonly eventName: string;
        readonly expression?: string;
        readonly untilMs?: number;
      }
    | { readonly type: "signal"; readonly signal: string; readonly untilMs?: number }
    | {
        readonly type: "invoke";
        readonly functionId?: string;
        readonly functionSlug?: string;
        readonly runId?: string;
        readonly untilMs?: number;
      }
    | { readonly type: "function_unknown" }
  );

export type RunReason = RunReasonFacts & { readonly sentence: string };

export interface RunExplanation {
  readonly runId: string;
  readonly functionId: string;
  readonly functionSlug: string;
  readonly status: RunStatus;
  /** What the run is about now, or how it ended, in one sentence. */
  readonly sentence: string;
  /** Everything that is open of the run, what is most telling first. Empty when it has ended. */
  readonly reasons: readonly RunReason[];
  /** Present when it was recorded as skipped. */
  readonly skip?: RunSkip;
  readonly error?: UserError;
  readonly endReason?: string;
  /** Flow-control keys that failed for this run, by their expression. */
  readonly keyErrors?: Readonly<Record<string, string>>;
}
