// Keeps of an op what is needed after the answer that brought it is gone.
import { canonicalJson, type Op } from "@everstep/protocol";
import type { OpFacts } from "../model/timer.ts";

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
