// A failed attempt: made again after a delay while attempts are left, else the end of the run.
import type { Op, ResponseFacts, UserError } from "@everstep/protocol";
import type { Timer } from "../model/timer.ts";
import { addTimer, record, removeTimer, type Draft } from "./draft.ts";
import { endRun } from "./end-run.ts";
import { stepEndedAtMs, stepQueuedAtMs, stepStartedAtMs } from "./op-facts.ts";
import { retryAtMs } from "./retry.ts";

/** One finished call, as its decisions see it. */
export interface CallFacts {
  readonly generation: number;
  readonly startedAtMs: number;
  readonly requestVersion: number;
  readonly noRetry?: boolean | undefined;
  readonly retryAfterText?: string | undefined;
  readonly response?: ResponseFacts | undefined;
}

export interface FailedAttempt {
  readonly error: UserError;
  readonly retriable: boolean;
  readonly call: CallFacts;
  /** Raw body, kept as the run's output when it ends here. */
  readonly outputJson?: string;
}

/** Reschedules the timer with the next attempt, or fails the run. */
export function failedAttempt(draft: Draft, timer: Timer, failure: FailedAttempt): void {
  const mayRetry = failure.retriable && timer.attempt + 1 < draft.function.config.maxAttempts;
  removeTimer(draft, timer.id);
  if (!mayRetry) {
    endRun(draft, {
      status: "failed",
      error: failure.error,
      ...(failure.outputJson === undefined ? {} : { outputJson: failure.outputJson }),
    });
    return;
  }
  addTimer(draft, {
    kind: timer.kind,
    dueAtMs: retryAtMs(draft.ctx, timer.attempt, failure.call.retryAfterText),
    attempt: timer.attempt + 1,
    queuedAtMs: timer.queuedAtMs,
    ...(timer.op === undefined ? {} : { op: timer.op }),
  });
}

/** The history row of one finished call. */
export function recordAttempt(
  draft: Draft,
  timer: Timer,
  call: CallFacts,
  outcome: {
    stepId?: string | undefined;
    stepName?: string | undefined;
    error?: UserError | undefined;
    /** The op of that step, where the answer has it. */
    op?: Op | undefined;
  },
): void {
  const { nowMs } = draft.ctx;
  const { op } = outcome;
  // Steps before this one may have taken most of the call.
  const startedAtMs =
    op === undefined ? call.startedAtMs : stepStartedAtMs(op, call.startedAtMs, nowMs);
  const next = retryOf(draft, timer);
  const isRetried = outcome.error !== undefined && next !== undefined;
  record(draft, {
    type: "attempt_added",
    attempt: {
      runId: draft.state.head.id,
      generation: call.generation,
      ...(outcome.stepId === undefined ? {} : { stepId: outcome.stepId }),
      ...(outcome.stepName === undefined ? {} : { stepName: outcome.stepName }),
      attempt: timer.attempt,
      status: outcome.error === undefined ? "succeeded" : "failed",
      queuedAtMs: op === undefined ? timer.queuedAtMs : stepQueuedAtMs(timer, op.id, startedAtMs),
      startedAtMs,
      endedAtMs: op === undefined ? nowMs : stepEndedAtMs(op, startedAtMs, nowMs),
      ...(outcome.error === undefined ? {} : { error: outcome.error }),
      ...(isRetried ? { retryAtMs: next.dueAtMs } : {}),
      ...(call.response === undefined ? {} : { httpStatus: call.response.status }),
    },
  });
}

/** The next attempt if this decision has asked for one; an older timer of the same attempt belongs to another call. */
function retryOf(draft: Draft, timer: Timer): Timer | undefined {
  for (const change of draft.changes) {
    if (change.type !== "timer_added") continue;
    const { attempt, op } = change.timer;
    if (attempt === timer.attempt + 1 && op?.stepId === timer.op?.stepId) return change.timer;
  }
  return undefined;
}
