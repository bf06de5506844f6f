// A draft collects what one decision about one run changes: each change is folded into the state at once (so that the rest
// of the decision sees it) and kept for the commit. Follow-ups are decided in the same batch, before anything is durable.
import type { EventRecord, JsonText } from "@everstep/protocol";
import type { FunctionRecord } from "../model/app.ts";
import type { Change, RunPatch } from "../model/change.ts";
import type { RunHead, RunState, StepRecord } from "../model/run.ts";
import { isDispatched, type Timer, type TimerKind } from "../model/timer.ts";
import type { Wait } from "../model/wait.ts";
import { applyRunChange } from "./apply-change.ts";
import type { DecideContext } from "./context.ts";

/** Where an invoke event goes: to one function only, answering one waiting step. */
export interface InvokeTarget {
  readonly functionId: string;
  readonly correlationId?: string;
}

export type FollowUp =
  | { readonly type: "event"; readonly event: EventRecord; readonly target?: InvokeTarget }
  | {
      readonly type: "settle_invoke";
      readonly correlationId: string;
      readonly outputJson: JsonText;
      readonly runId?: string;
    };

export interface Draft {
  readonly state: RunState;
  /** The events the run is for; the first is the one that apps see as `event`. */
  readonly events: readonly EventRecord[];
  readonly function: FunctionRecord;
  readonly ctx: DecideContext;
  readonly changes: Change[];
  readonly followUps: FollowUp[];
}

export function openDraft(
  run: { state: RunState; events: readonly EventRecord[] },
  fn: FunctionRecord,
  ctx: DecideContext,
): Draft {
  return { state: run.state, events: run.events, function: fn, ctx, changes: [], followUps: [] };
}

export function record(draft: Draft, change: Change): void {
  applyRunChange(draft.state, change);
  draft.changes.push(change);
}

export function patchRun(draft: Draft, patch: RunPatch): void {
  record(draft, { type: "run_patched", runId: draft.state.head.id, patch });
}

export function addTimer(
  draft: Draft,
  timer: Omit<Timer, "id" | "runId" | "functionId" | "orderKey" | "lane" | "isStart">,
): Timer {
  const { head } = draft.state;
  const added: Timer = {
    ...timer,
    id: draft.ctx.newTimerId(),
    runId: head.id,
    functionId: draft.function.id,
    orderKey: head.orderKey,
    ...(isDispatched(timer.kind) ? queueOf(head, timer.kind) : {}),
  };
  record(draft, { type: "timer_added", timer: added });
  return added;
}

/** Where a call waits for its turn. Until a call of the run has gone out, each of its calls would start it. */
function queueOf(head: RunHead, kind: TimerKind): Pick<Timer, "lane" | "isStart"> {
  const lane = head.flow?.lane ?? "";
  return {
    ...(lane === "" ? {} : { lane }),
    ...(kind === "call" && head.startedAtMs === undefined ? { isStart: true } : {}),
  };
}

export function removeTimer(draft: Draft, timerId: number): void {
  if (!draft.state.timers.has(timerId)) return;
  record(draft, { type: "timer_removed", timerId, runId: draft.state.head.id });
}

export function addWait(draft: Draft, wait: Wait): void {
  record(draft, { type: "wait_added", wait });
}

/** Takes the wait away together with its timeout. */
export function removeWait(draft: Draft, wait: Wait): void {
  record(draft, { type: "wait_removed", waitId: wait.id, runId: wait.runId });
  if (wait.timeoutTimerId !== undefined) removeTimer(draft, wait.timeoutTimerId);
}

export function isEnded(state: RunState): boolean {
  const { status } = state.head;
  return status !== "queued" && status !== "running";
}

export function addStep(draft: Draft, step: Omit<StepRecord, "runId" | "position">): void {
  record(draft, {
    type: "step_added",
    step: { ...step, runId: draft.state.head.id, position: draft.state.stack.length },
  });
}
