// A run: its head (one narrow row) and what a decision about it needs to know. Ended runs never change again.
import type { JsonText, LogLine, UserError } from "@everstep/protocol";
import type { RunFlow, RunSkip } from "./flow.ts";
import type { Timer } from "./timer.ts";
import type { Wait } from "./wait.ts";

export const RUN_STATUSES = [
  "queued",
  "running",
  "completed",
  "failed",
  "cancelled",
  // Recorded, and never called: `skip` says why.
  "skipped",
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];
export type EndStatus = "completed" | "failed" | "cancelled";

export interface RunHead {
  /** ULID; its time is the scheduling time. */
  readonly id: string;
  readonly functionId: string;
  readonly functionVersion: number;
  readonly status: RunStatus;
  /** Internal ids of the events it runs for, in order; the first is `event`. Never empty. */
  readonly eventIds: readonly string[];
  readonly eventName: string;
  /** Queue order within its function: smaller first. createdAtMs * 4096 + a tie breaker, moved by priority. */
  readonly orderKey: number;
  readonly createdAtMs: number;
  /** First time a call for it was made. */
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
  /** `<parent run>.<op id>` when a step.invoke of another run waits for the end of this one. */
  readonly correlationId?: string;
  /** The cron expression that started it. */
  readonly cron?: string;
  /** The run that this one is a rerun of. */
  readonly originalRunId?: string;
  /** Absent: nothing of flow control was evaluated for it. */
  readonly flow?: RunFlow;
  /** Buckets of run-level concurrency that it holds a slot of, from its start to its end. */
  readonly slots?: readonly string[];
  /** Present exactly when the status is `skipped`. */
  readonly skip?: RunSkip;
  /** Execution version (protocol.md 2.6): -1 until the first ops arrive. */
  readonly requestVersion: number;
  /** Ops of the open coalesced group that have not finished (protocol.md 4.3). Empty: no open group. */
  readonly pendingStepIds: readonly string[];
  /** Completed steps and the bytes of their outputs. */
  readonly stepCount: number;
  readonly stateBytes: number;
  /** Lines that came, also those above the limit, which are not kept. Absent: none. */
  readonly logCount?: number;
  /** Output of an ended run as JSON text: the function's result, or the raw error body of a failed one. */
  readonly outputJson?: JsonText;
  readonly error?: UserError;
  /** Why it was cancelled, in words for people. */
  readonly endReason?: string;
}

/** A finished step: memoised for the app and, with its times, the trace. Insert-only; its output never changes. */
export interface StepRecord {
  readonly runId: string;
  /** Hash of the user's step id, as on the wire. */
  readonly stepId: string;
  /** Position in the run's stack: order of completion, from 0. */
  readonly position: number;
  readonly op: string;
  readonly name: string;
  readonly opts?: JsonText;
  /** The encoded value that apps receive in `steps` (protocol.md 2.5). */
  readonly outputJson: JsonText;
  readonly failed: boolean;
  /** Zero-based attempt that settled it. */
  readonly attempt: number;
  readonly queuedAtMs: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** How a wait ended: the matched event, the invoked run, or neither when it timed out. */
  readonly resolvedBy?: {
    readonly eventId?: string;
    readonly runId?: string;
    readonly timedOut?: true;
  };
}

/** One finished call to the app (or outbound request of a step). Insert-only. */
export interface AttemptRecord {
  readonly runId: string;
  /** Dispatch number: unique, increasing, also the wire's generation id. */
  readonly generation: number;
  /** The step it ran or targeted; absent for a call that only discovered or ended the function. */
  readonly stepId?: string;
  readonly stepName?: string;
  readonly attempt: number;
  readonly status: "succeeded" | "failed";
  readonly queuedAtMs: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly error?: UserError;
  /** When it failed and is tried again: when, epoch ms. */
  readonly retryAtMs?: number;
  readonly httpStatus?: number;
}

/** One line that the handler's logger wrote. Insert-only. */
export interface RunLogLine extends LogLine {
  readonly runId: string;
  /** From 0, in the order in which they were recorded. */
  readonly position: number;
  /** The call that brought it, and its attempt. */
  readonly generation: number;
  readonly attempt: number;
}

/** All that a decision about one run reads. `outputs` and `stack` agree: same ids. */
export interface RunState {
  head: RunHead;
  /** Step ids in the order they were completed. */
  readonly stack: string[];
  readonly outputs: Map<string, JsonText>;
  /** Step inputs edited for a rerun, encoded `{"input":[…]}`, by step id. */
  readonly inputs: Map<string, JsonText>;
  readonly timers: Map<number, Timer>;
  readonly waits: Map<string, Wait>;
}
