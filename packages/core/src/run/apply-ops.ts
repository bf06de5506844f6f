// Applies the ops of one answer (protocol.md 3.4, 3.5): the version is captured, groups are formed, waits come first so that
// an answer `[WaitForEvent, sendEvent]` cannot miss its own reply.
import { hashStepId, type Op, type UserError } from "@everstep/protocol";
import type { Timer } from "../model/timer.ts";
import { continueRun, enqueueDiscovery, saveStep } from "./continue-run.ts";
import { isEnded, patchRun, removeTimer, type Draft } from "./draft.ts";
import { encodeData, encodeError } from "./encode.ts";
import { endRun } from "./end-run.ts";
import { applyRequest } from "./ops/gateway.ts";
import { applyInvoke } from "./ops/invoke.ts";
import { applySleep } from "./ops/sleep.ts";
import { applyStepPlanned, isKnownStep } from "./ops/step-planned.ts";
import { applyWaitForEvent } from "./ops/wait-for-event.ts";
import { applyWaitForSignal } from "./ops/wait-for-signal.ts";
import { failedAttempt, type CallFacts } from "./failed-attempt.ts";
import { opFacts, stepEndedAtMs, stepQueuedAtMs, stepStartedAtMs } from "./op-facts.ts";

/** The id under which SDKs report the end of the function itself. */
export const COMPLETE_ID: string = hashStepId("complete");

/** Lowest execution version whose parallel groups fan in once (protocol.md 4.3). */
const COALESCING_VERSION_MIN = 2;

/** @returns Why the whole attempt counts as failed, when it does although the app answered with ops. */
export function applyOps(
  draft: Draft,
  timer: Timer,
  ops: readonly Op[],
  call: CallFacts,
): UserError | undefined {
  const unsupported = ops.find((op) => UNSUPPORTED.has(op.op));
  if (unsupported !== undefined) return failUnsupported(draft, timer, unsupported, call);
  captureVersion(draft, call.requestVersion);
  const kept = !endsTarget(timer, ops) && ops.some((op) => isRetriedError(draft, timer, op, call));
  if (!kept) removeTimer(draft, timer.id);
  openGroup(draft, ops);
  const waitsFirst = [
    ...ops.filter((op) => op.op === "WaitForEvent"),
    ...ops.filter((op) => op.op !== "WaitForEvent"),
  ];
  for (const op of waitsFirst) {
    if (isEnded(draft.state)) return undefined;
    applyOp(draft, timer, op, { ...call, isRetried: kept });
  }
  return kept ? undefined : failWithoutProgress(draft, timer, call);
}

/** The call was for one step and brought its result: it has done its work, whatever else the answer holds. */
function endsTarget(timer: Timer, ops: readonly Op[]): boolean {
  return ops.some((op) => op.id === timer.op?.stepId && ENDING.has(op.op));
}

const ENDING: ReadonlySet<string> = new Set(["Step", "StepRun", "StepFailed"]);

/** Refused whole: applying the other ops would tear apart what the app meant as one. */
function failUnsupported(draft: Draft, timer: Timer, op: Op, call: CallFacts): UserError {
  const error = {
    name: "UnsupportedOpcode",
    message: `The app answered with the op "${op.op}", which this version of Everstep does not support. Remove the call that makes it (step.defer or a durable endpoint).`,
  };
  failedAttempt(draft, timer, { error, retriable: false, call });
  return error;
}

const UNSUPPORTED: ReadonlySet<string> = new Set(["SyncRunComplete", "DeferAdd", "DeferAbort"]);

function captureVersion(draft: Draft, requestVersion: number): void {
  if (draft.state.head.requestVersion === -1) patchRun(draft, { requestVersion });
}

/** Ops that end no step: a group that held one would never be complete. */
const STEPLESS: ReadonlySet<string> = new Set(["None", "DiscoveryRequest", "RunComplete"]);

/** Ops that are still open make the group that fans in once. */
function openGroup(draft: Draft, ops: readonly Op[]): void {
  const { state } = draft;
  if (state.head.requestVersion < COALESCING_VERSION_MIN) return;
  const steps = ops.filter((op) => !STEPLESS.has(op.op));
  if (steps.length < 2 || !steps.some((op) => op.op === "StepPlanned")) return;
  // A racing step asks for discovery by itself; steps beside it must not wait for the losers of its race.
  const open = steps.filter(
    (op) => op.opts["parallelMode"] !== "race" && !state.outputs.has(op.id),
  );
  patchRun(draft, { pendingStepIds: open.map((op) => op.id) });
}

function isRetriedError(draft: Draft, timer: Timer, op: Op, call: CallFacts): boolean {
  if (op.op !== "StepError") return false;
  return canRetry(draft, timer, op, call);
}

function canRetry(draft: Draft, timer: Timer, op: Op, call: CallFacts): boolean {
  const isFinal = call.noRetry === true || op.error?.noRetry === true;
  return !isFinal && timer.attempt + 1 < draft.function.config.maxAttempts;
}

/** `isRetried`: an op of this answer failed and its call is made again, which will also ask what comes next. */
type AnswerFacts = CallFacts & { readonly isRetried: boolean };

function applyOp(draft: Draft, timer: Timer, op: Op, call: AnswerFacts): void {
  switch (op.op) {
    case "None":
      return;
    case "Step":
    case "StepRun":
      settle(draft, timer, op, { call, outputJson: encodeData(op.dataJson) });
      return;
    case "StepError":
      applyStepError(draft, timer, op, call);
      return;
    case "StepFailed":
      applyStepFailed(draft, timer, op, call);
      return;
    case "StepPlanned":
      applyStepPlanned(draft, op);
      return;
    case "Sleep":
      applySleep(draft, op);
      return;
    case "WaitForEvent":
      applyWaitForEvent(draft, op);
      return;
    case "WaitForSignal":
      applyWaitForSignal(draft, op);
      return;
    case "InvokeFunction":
      applyInvoke(draft, op);
      return;
    case "Gateway":
    case "AIGateway":
      applyRequest(draft, op);
      return;
    case "RunComplete":
      endRun(draft, { status: "completed", outputJson: op.dataJson ?? "null" });
      return;
    case "DiscoveryRequest":
      enqueueDiscovery(draft);
      return;
    case "SyncRunComplete":
    case "DeferAdd":
    case "DeferAbort":
      throw new Error(`The op "${op.op}" is refused before any op is applied.`);
  }
}

function settle(
  draft: Draft,
  timer: Timer,
  op: Op,
  answer: { call: AnswerFacts; outputJson: string },
): void {
  const { call, outputJson } = answer;
  const failed = op.op === "StepFailed" || op.op === "StepError";
  const facts = opFacts(op);
  const { nowMs } = draft.ctx;
  const startedAtMs = stepStartedAtMs(op, call.startedAtMs, nowMs);
  saveStep(draft, facts, {
    outputJson,
    failed,
    attempt: timer.attempt,
    queuedAtMs: stepQueuedAtMs(timer, op.id, startedAtMs),
    startedAtMs,
    endedAtMs: stepEndedAtMs(op, startedAtMs, nowMs),
  });
  if (call.isRetried) return;
  // What was said when the step was planned holds, also when its result does not repeat it.
  const planned = timer.op?.stepId === facts.stepId ? timer.op : {};
  continueRun(draft, { ...planned, ...facts });
}

function applyStepError(draft: Draft, timer: Timer, op: Op, call: AnswerFacts): void {
  if (!canRetry(draft, timer, op, call)) {
    applyStepFailed(draft, timer, op, call);
    return;
  }
  // One call is made again once, however many of its steps failed.
  if (!draft.state.timers.has(timer.id)) return;
  failedAttempt(draft, timer, {
    error: op.error ?? { name: "Error", message: "The step failed without an error." },
    retriable: true,
    call,
  });
}

function applyStepFailed(draft: Draft, timer: Timer, op: Op, call: AnswerFacts): void {
  const error = op.error ?? { name: "Error", message: "The step failed without an error." };
  if (op.id === COMPLETE_ID) {
    endRun(draft, { status: "failed", error, outputJson: op.dataJson ?? "null" });
    return;
  }
  settle(draft, timer, op, { call, outputJson: encodeError(error) });
}

/**
 * An answer after which nothing would ever call the app again for this work. Other open work calls again by itself, unless the
 * call was for one step that the answer left out.
 */
function failWithoutProgress(draft: Draft, timer: Timer, call: CallFacts): UserError | undefined {
  const { state } = draft;
  if (isEnded(state)) return undefined;
  const isLeftOut = timer.op !== undefined && !isKnownStep(draft, timer.op.stepId);
  const waitsForStep = [...state.waits.values()].some((wait) => wait.op !== undefined);
  if (!isLeftOut && (hasOpenWork(draft) || waitsForStep)) return undefined;
  const error = {
    name: "NoProgress",
    message: isLeftOut
      ? `The app was asked to run the step "${timer.op.name}" and answered without its result. Check that the function is deterministic: it must reach the same steps each time.`
      : "The app answered without a result and without new steps, and nothing else is open for this run. Check that every step is awaited.",
  };
  failedAttempt(draft, timer, { error, retriable: true, call });
  return error;
}

function hasOpenWork(draft: Draft): boolean {
  for (const timer of draft.state.timers.values()) {
    if (timer.kind !== "start_timeout" && timer.kind !== "finish_timeout") return true;
  }
  return false;
}
