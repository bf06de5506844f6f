// Flow control as it is kept: what a run remembers of the rules that hold it back, the memory of each limiter, the slots of
// run-level concurrency, what an operator changed, and what became of an event for each function.
import type { FunctionConfig, JsonText } from "@everstep/protocol";

/**
 * Key expressions and what they gave for the run's first event, evaluated once when the run was created. By the text of the
 * expression, so that a rule whose number changes finds its group again.
 */
export type FlowKeys = Readonly<Record<string, string>>;

/** What a run carries for flow control. */
export interface RunFlow {
  readonly keys: FlowKeys;
  /** The group of keyed rules in which it takes its turn; "" without keyed rules. */
  readonly lane: string;
  /** Seconds from `priority.run`, -43,200 to 43,200; already part of the order key. Absent: 0. */
  readonly priority?: number;
  /** The singleton lock it holds until its end. */
  readonly singletonKey?: string;
  /** The batch it runs for (ULID). */
  readonly batchId?: string;
  /** The debounce it came out of (ULID). */
  readonly debounceId?: string;
  /** Keys that could not be evaluated, in words for people, by the text of the expression. */
  readonly keyErrors?: Readonly<Record<string, string>>;
}

/** Why a run was recorded and never ran. */
export interface RunSkip {
  readonly reason: "singleton" | "paused";
  /** The run that holds the singleton lock. */
  readonly byRunId?: string;
}

export const LIMITER_KINDS = [
  "rate_limit",
  "idempotency",
  "throttle",
  "debounce",
  "batch",
  "singleton",
] as const;
export type LimiterKind = (typeof LIMITER_KINDS)[number];

/** One limiter of one function and key. */
export interface LimiterId {
  readonly kind: LimiterKind;
  readonly functionId: string;
  /** The key's canonical text; "" for a rule without a key. */
  readonly key: string;
}

/** The memory of a limiter. Its state is private to the rule of its kind (core/flow). */
export interface Limiter extends LimiterId {
  readonly stateJson: JsonText;
  /** From then on the state says nothing any more and may be swept. Absent: kept until removed. */
  readonly expiresAtMs?: number;
}

/** A run-level concurrency slot: a row for each holder, never a counter. Held from the run's start to its end. */
export interface Slot {
  /** The concurrency bucket (core/flow `bucketsOf`). */
  readonly bucket: string;
  readonly runId: string;
  readonly functionId: string;
}

/** Limits that an operator set in place of those of the code. Null: the code's rule is switched off. Absent: as in the code. */
export interface LimitOverrides {
  readonly concurrency?: FunctionConfig["concurrency"];
  readonly throttle?: NonNullable<FunctionConfig["throttle"]> | null;
  readonly rateLimit?: NonNullable<FunctionConfig["rateLimit"]> | null;
  readonly debounce?: NonNullable<FunctionConfig["debounce"]> | null;
  /** Attempts in all. */
  readonly maxAttempts?: number;
}

/** What an operator decided about a function, beside what its code says. Survives every sync. */
export interface FunctionControl {
  readonly functionId: string;
  readonly pausedAtMs?: number;
  readonly overrides: LimitOverrides;
  readonly updatedAtMs: number;
}

/** One entry of the audit of controls. Insert-only. */
export interface ControlAudit {
  /** ULID. */
  readonly id: string;
  readonly functionId: string;
  readonly atMs: number;
  /** Who asked: `api`, `cli`, `dashboard`, or a name that the client gave. */
  readonly actor: string;
  readonly before: Pick<FunctionControl, "pausedAtMs" | "overrides">;
  readonly after: Pick<FunctionControl, "pausedAtMs" | "overrides">;
}

/**
 * What became of an event for a function, where that was not a run of its own. Runs are found by their events, so `started` is
 * never stored; neither is anything about functions whose triggers do not name the event.
 */
export type EventOutcome = {
  readonly eventId: string;
  readonly functionId: string;
  readonly atMs: number;
} & (
  | {
      /** No trigger of that name let it through: each expression that was tried. */
      readonly type: "filtered";
      readonly expressions: readonly { readonly expression: string; readonly error?: string }[];
    }
  | {
      readonly type: "rate_limited";
      readonly key: string;
      readonly limit: number;
      readonly periodMs: number;
      readonly untilMs: number;
    }
  | {
      /** Held back; the run is the one whose `debounceId` this is. */
      readonly type: "debounced";
      readonly key: string;
      readonly debounceId: string;
      readonly untilMs: number;
      /** A later event took its place, or it came with an older `ts` than the one that waits. */
      readonly supersededBy?: string;
    }
  | {
      /** The run is the one whose `batchId` this is. */
      readonly type: "batched";
      readonly key: string;
      readonly batchId: string;
      readonly untilMs: number;
    }
  | {
      /** The same event id, or the same value of `idempotency`, started a run before. */
      readonly type: "deduplicated";
      readonly by: "event_id" | "idempotency";
      readonly key: string;
      readonly runId?: string;
      readonly sinceEventId?: string;
      readonly untilMs: number;
    }
  | { readonly type: "failed"; readonly message: string }
);
