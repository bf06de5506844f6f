// Keeps of an op what is needed after the answer that brought it is gone.
import { canonicalJson, type Op } from "@everstep/protocol";
import type { OpFacts, Timer } from "../model/timer.ts";

export function opFacts(op: Op): OpFacts {
  const mode = op.opts["parallelMode"];
  const hasOpts = Object.keys(op.opts).length > 0;
  return {
    stepId: op.id,
    op: op.op === "StepPlanned" || op.op === "Step" ? "StepRun" : op.op,
    name: op.displayName ?? op.userland?.id ?? op.name,
    ...(hasOpts ? { optsJson: canonicalJson(op.opts) } : {}),
    ...(mode === "race" || mode === "wait" ? { parallelMode: mode } : {}),
  };
}

/** When the step began by the app's clock, which may be wrong: never before its call began nor after now. */
export function stepStartedAtMs(op: Op, callStartedAtMs: number, nowMs: number): number {
  const saidMs = op.timing?.startedAtMs ?? callStartedAtMs;
  return Math.min(Math.max(saidMs, callStartedAtMs), nowMs);
}

/** A step that its call was not made for stood in no queue: the code reached it. */
export function stepQueuedAtMs(timer: Timer, stepId: string, startedAtMs: number): number {
  return timer.op?.stepId === stepId ? timer.queuedAtMs : startedAtMs;
}

/** When the step ended, as far as the app says how long it took; its answer may bring more steps than this one. */
export function stepEndedAtMs(op: Op, startedAtMs: number, nowMs: number): number {
  if (op.timing === undefined) return nowMs;
  return Math.min(startedAtMs + Math.max(op.timing.durationMs, 0), nowMs);
}
