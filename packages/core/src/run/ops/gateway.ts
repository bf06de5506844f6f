// Gateway and AIGateway: HTTP requests that the engine makes for a step. Building and reading them is the dispatcher's work;
// here is what their answers mean for the run.
import type { Op, UserError } from "@everstep/protocol";
import type { Timer } from "../../model/timer.ts";
import { continueRun, saveStep } from "../continue-run.ts";
import { addTimer, isEnded, removeTimer, type Draft } from "../draft.ts";
import { encodeData, encodeError } from "../encode.ts";
import { failedAttempt, recordAttempt, type CallFacts } from "../failed-attempt.ts";
import { opFacts } from "../op-facts.ts";
import { isKnownStep } from "./step-planned.ts";

export function applyRequest(draft: Draft, op: Op): void {
  if (isKnownStep(draft, op.id)) return;
  const { nowMs } = draft.ctx;
  addTimer(draft, {
    kind: "request",
    dueAtMs: nowMs,
    attempt: 0,
    queuedAtMs: nowMs,
    op: opFacts(op),
  });
}

/** How an outbound request of a step ended. */
export type RequestResult =
  | { readonly ok: true; readonly dataJson: string; readonly status: number }
  | { readonly ok: false; readonly error: UserError; readonly retriable: boolean };

export interface RequestEnd {
  readonly timerId: number;
  readonly generation: number;
  readonly startedAtMs: number;
  readonly result: RequestResult;
}

export function decideRequestResult(draft: Draft, end: RequestEnd): void {
  const timer = draft.state.timers.get(end.timerId);
  if (timer?.op === undefined || isEnded(draft.state)) return;
  const { result } = end;
  const call: CallFacts = {
    generation: end.generation,
    startedAtMs: end.startedAtMs,
    requestVersion: -1,
  };
  if (!result.ok && result.retriable && timer.attempt + 1 < draft.function.config.maxAttempts) {
    failedAttempt(draft, timer, { error: result.error, retriable: true, call });
  } else {
    settleRequest(draft, timer, end);
  }
  recordAttempt(draft, timer, call, {
    stepId: timer.op.stepId,
    stepName: timer.op.name,
    error: result.ok ? undefined : result.error,
  });
}

function settleRequest(draft: Draft, timer: Timer, { result, startedAtMs }: RequestEnd): void {
  if (timer.op === undefined) return;
  removeTimer(draft, timer.id);
  saveStep(draft, timer.op, {
    outputJson: result.ok ? encodeData(result.dataJson) : encodeError(result.error),
    failed: !result.ok,
    attempt: timer.attempt,
    queuedAtMs: timer.queuedAtMs,
    startedAtMs,
  });
  continueRun(draft, timer.op);
}
