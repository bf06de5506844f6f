// The end of a run: exactly once, with everything that was open for it taken away, and the lifecycle events sent.
import type { JsonText, UserError } from "@everstep/protocol";
import { singletonId } from "../flow/singleton.ts";
import type { EndStatus } from "../model/run.ts";
import { isEnded, patchRun, record, removeTimer, removeWait, type Draft } from "./draft.ts";
import { encodeData, encodeError } from "./encode.ts";
import { invokersOf } from "./invokers.ts";
import { lifecycleEvents } from "./lifecycle-events.ts";

export interface RunEnd {
  readonly status: EndStatus;
  /** The function's result, or the raw error body of a failed call. */
  readonly outputJson?: JsonText;
  readonly error?: UserError;
  readonly endReason?: string;
}

export function endRun(draft: Draft, end: RunEnd): void {
  const { state, ctx } = draft;
  if (isEnded(state)) return;
  for (const wait of state.waits.values()) removeWait(draft, wait);
  for (const timerId of state.timers.keys()) removeTimer(draft, timerId);
  const holdsSlots = freeLimits(draft);
  patchRun(draft, {
    status: end.status,
    endedAtMs: ctx.nowMs,
    pendingStepIds: [],
    ...(holdsSlots ? { slots: [] } : {}),
    ...(end.outputJson === undefined ? {} : { outputJson: end.outputJson }),
    ...(end.error === undefined ? {} : { error: end.error }),
    ...(end.endReason === undefined ? {} : { endReason: end.endReason }),
  });
  const error = end.error ?? cancelError(end);
  const invokers = invokersOf(draft);
  for (const { correlationId } of invokers) {
    draft.followUps.push({
      type: "settle_invoke",
      correlationId,
      outputJson: error === undefined ? encodeData(end.outputJson) : encodeError(error),
      runId: state.head.id,
    });
  }
  for (const event of lifecycleEvents(draft, end, { error, invokers })) {
    draft.followUps.push({ type: "event", event });
  }
}

/** What its start and its creation took is free at once. @returns Whether it held slots of run-level concurrency. */
function freeLimits(draft: Draft): boolean {
  const { id: runId, functionId, slots = [], flow } = draft.state.head;
  if (flow?.singletonKey !== undefined) {
    const limiter = singletonId(functionId, flow.singletonKey);
    record(draft, { type: "limiter_removed", limiter });
  }
  if (slots.length === 0) return false;
  record(draft, { type: "slots_freed", runId });
  return true;
}

function cancelError(end: RunEnd): UserError | undefined {
  if (end.status !== "cancelled") return undefined;
  return {
    name: "Error",
    message: `The function run was cancelled: ${end.endReason ?? "no reason given"}`,
  };
}
