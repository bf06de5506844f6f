// What an explanation of an event says: its fate at each function, facts for programs and a sentence for people with each.
import type { EventOutcome, ReadValue, RunSkip, RunStatus } from "@everstep/core";

type OutcomeOf<T extends EventOutcome["type"]> = Omit<
  Extract<EventOutcome, { type: T }>,
  "eventId" | "functionId"
>;

export interface TriedExpression {
  readonly expression: string;
  /** Why it could not be evaluated. */
  readonly error?: string;
  /** What it reads of the event. */
  readonly values: readonly ReadValue[];
}

export type EventFateFacts =
  | {
      readonly type: "started";
      readonly runId: string;
      readonly status: RunStatus;
      /** It is a rerun of that run. */
      readonly originalRunId?: string;
      /** It is the run of a batch that this event filled. */
      readonly batchId?: string;
    }
  | { readonly type: "skipped"; readonly runId: string; readonly skip: RunSkip }
  | {
      readonly type: "filtered";
      readonly atMs: number;
      readonly expressions: readonly TriedExpression[];
    }
  | OutcomeOf<"rate_limited">
  /** `runId`: the run that came of the debounce; absent while it is open. */
  | (OutcomeOf<"debounced"> & { readonly runId?: string })
  | (OutcomeOf<"batched"> & { readonly runId?: string })
  | OutcomeOf<"deduplicated">
  | OutcomeOf<"failed">
  /** It listens to the event's name now, and did not when the event came. */
  | { readonly type: "not_listening" };

export type EventFate = EventFateFacts & {
  readonly functionId: string;
  readonly functionSlug: string;
  readonly sentence: string;
};

export interface EventExplanation {
  /** The internal id. */
  readonly eventId: string;
  readonly eventName: string;
  readonly receivedAtMs: number;
  readonly sentence: string;
  readonly functions: readonly EventFate[];
  /** Names that functions listen to, when none listens to this one; nearest first. */
  readonly didYouMean: readonly string[];
}
