// StepPlanned: the app found steps that may run in parallel; each becomes a targeted call of its own.
import type { Op } from "@everstep/protocol";
import { addTimer, type Draft } from "../draft.ts";
import { opFacts } from "../op-facts.ts";

/** True when the step has ended or its work is queued already: reporting it again changes nothing. */
export function isKnownStep({ state }: Pick<Draft, "state">, stepId: string): boolean {
  if (state.outputs.has(stepId)) return true;
  for (const timer of state.timers.values()) if (timer.op?.stepId === stepId) return true;
  for (const wait of state.waits.values()) if (wait.op?.stepId === stepId) return true;
  return false;
}

export function applyStepPlanned(draft: Draft, op: Op): void {
  if (isKnownStep(draft, op.id)) return;
  const { nowMs } = draft.ctx;
  addTimer(draft, { kind: "call", dueAtMs: nowMs, attempt: 0, queuedAtMs: nowMs, op: opFacts(op) });
}
