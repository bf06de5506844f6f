// What a timer that came due does to its run. Calls and requests are dispatched, not decided here; cron has no run.
import type { Limiter } from "../model/flow.ts";
import type { Timer } from "../model/timer.ts";
import type { Wait } from "../model/wait.ts";
import { continueRun, saveStep } from "./continue-run.ts";
import { addTimer, isEnded, patchRun, record, removeTimer, type Draft } from "./draft.ts";
import { INVOKE_TIMEOUT, encodeError } from "./encode.ts";
import { endRun } from "./end-run.ts";

export function decideTimer(draft: Draft, timerId: number): void {
  const timer = draft.state.timers.get(timerId);
  if (timer === undefined || isEnded(draft.state)) return;
  switch (timer.kind) {
    case "sleep":
      finishStep(draft, timer, "null");
      return;
    case "wait_timeout":
      timeOutWait(draft, timer);
      return;
    case "start_timeout":
      endRun(draft, {
        status: "cancelled",
        endReason: `it did not start within timeouts.start (${draft.function.config.timeouts?.startMs ?? 0} ms)`,
      });
      return;
    case "finish_timeout":
      endRun(draft, {
        status: "cancelled",
        endReason: `it did not finish within timeouts.finish (${draft.function.config.timeouts?.finishMs ?? 0} ms)`,
      });
      return;
    case "call":
    case "request":
    case "cron":
    case "debounce":
    case "batch":
      return;
  }
}

/** The wait may be gone when another run replaced its signal: its timeout still ends the step. */
function timeOutWait(draft: Draft, timer: Timer): void {
  const wait = timer.waitId === undefined ? undefined : draft.state.waits.get(timer.waitId);
  if (wait !== undefined) removeOnlyWait(draft, wait);
  const isInvoke = timer.op?.op === "InvokeFunction";
  finishStep(draft, timer, isInvoke ? encodeError(INVOKE_TIMEOUT) : "null");
}

function removeOnlyWait(draft: Draft, wait: Wait): void {
  record(draft, { type: "wait_removed", waitId: wait.id, runId: wait.runId });
}

function finishStep(draft: Draft, timer: Timer, outputJson: string): void {
  removeTimer(draft, timer.id);
  if (timer.op === undefined) return;
  const isWait = timer.kind === "wait_timeout";
  saveStep(draft, timer.op, {
    outputJson,
    failed: timer.op.op === "InvokeFunction",
    attempt: 0,
    queuedAtMs: timer.queuedAtMs,
    startedAtMs: timer.queuedAtMs,
    ...(isWait ? { resolvedBy: { timedOut: true as const } } : {}),
  });
  continueRun(draft, timer.op);
}

/** What the start of a run takes of its function's limits, as the dispatcher has counted it. */
export interface StartCharge {
  /** The throttle with this start in it (`throttleLimiter`). */
  readonly throttle?: Limiter;
  /** Ids of the run-level buckets that the run has a slot of until its end. */
  readonly slots?: readonly string[];
}

/** A call is about to take places that others wait for: from here on they are its own until it ends, over restarts too. */
export function decideCalled(draft: Draft, timerId: number, atMs: number): void {
  const { state } = draft;
  if (isEnded(state) || !state.timers.has(timerId)) return;
  record(draft, { type: "timer_called", timerId, runId: state.head.id, atMs });
}

/** The first call of the run went out: from here the finish timeout counts. Later calls charge nothing. */
export function decideStarted(draft: Draft, atMs: number, charge: StartCharge = {}): void {
  const { state } = draft;
  if (isEnded(state) || state.head.startedAtMs !== undefined) return;
  const { throttle, slots = [] } = charge;
  if (throttle !== undefined) record(draft, { type: "limiter_saved", limiter: throttle });
  const { id: runId, functionId } = state.head;
  for (const bucket of slots) {
    record(draft, { type: "slot_taken", slot: { bucket, runId, functionId } });
  }
  patchRun(draft, {
    status: "running",
    startedAtMs: atMs,
    ...(slots.length === 0 ? {} : { slots }),
  });
  const isCharged = throttle !== undefined || slots.length > 0;
  for (const timer of state.timers.values()) {
    if (timer.kind === "start_timeout") removeTimer(draft, timer.id);
    // A start that waits for what its run has already would wait for ever behind another one that waits for the same.
    else if (isCharged && timer.isStart === true) {
      record(draft, { type: "timer_started", timerId: timer.id, runId });
    }
  }
  const finishMs = draft.function.config.timeouts?.finishMs;
  if (finishMs === undefined) return;
  addTimer(draft, {
    kind: "finish_timeout",
    dueAtMs: atMs + finishMs,
    attempt: 0,
    queuedAtMs: atMs,
  });
}
