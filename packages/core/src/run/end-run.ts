// The end of a run: exactly once, with everything that was open for it taken away, and the lifecycle events sent.
import type { JsonText, UserError } from "@everstep/protocol";
import type { EndStatus } from "../model/run.ts";
import { isEnded, patchRun, removeTimer, removeWait, type Draft } from "./draft.ts";
import { encodeData, encodeError } from "./encode.ts";
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
  patchRun(draft, {
    status: end.status,
    endedAtMs: ctx.nowMs,
    pendingStepIds: [],
    ...(end.outputJson === undefined ? {} : { outputJson: end.outputJson }),
    ...(end.error === undefined ? {} : { error: end.error }),
    ...(end.endReason === undefined ? {} : { endReason: end.endReason }),
  });
  const error = end.error ?? cancelError(end);
  const { correlationId } = state.head;
  if (correlationId !== undefined) {
    draft.followUps.push({
      type: "settle_invoke",
      correlationId,
      outputJson: error === undefined ? encodeData(end.outputJson) : encodeError(error),
      runId: state.head.id,
    });
  }
  for (const event of lifecycleEvents(draft, end, error)) {
    draft.followUps.push({ type: "event", event });
  }
}

function cancelError(end: RunEnd): UserError | undefined {
  if (end.status !== "cancelled") return undefined;
  return {
    name: "Error",
    message: `The function run was cancelled: ${end.endReason ?? "no reason given"}`,
  };
}
