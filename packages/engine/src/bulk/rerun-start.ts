// From where a rerun starts: people name a step by its name, the partition knows it by its hash and wants the recorded steps.
import type { History, StepRecord } from "@everstep/core";
import { EverstepError, hashStepId, type JsonText } from "@everstep/protocol";

export interface RerunStart {
  readonly steps: readonly StepRecord[];
  readonly from?: { readonly stepId: string; readonly inputJson?: JsonText };
}

/** @throws EverstepError argument_invalid: several steps have the name. */
export async function findRerunStart(
  history: History,
  runId: string,
  fromStep: RerunStart["from"],
): Promise<RerunStart> {
  if (fromStep === undefined) return { steps: [] };
  const { stepId } = fromStep;
  const { steps } = await history.readRunDetail(runId);
  const named = steps.filter((step) => step.stepId === stepId || step.name === stepId);
  const exact = named.find((step) => step.stepId === stepId);
  if (named.length > 1 && exact === undefined) {
    throw new EverstepError(
      "argument_invalid",
      `Run ${runId} has ${named.length} steps named "${stepId.slice(0, 100)}": give the stepId of one of them from its trace.`,
    );
  }
  const found = exact?.stepId ?? named[0]?.stepId;
  const hash = /^[0-9a-f]{40}$/.test(stepId) ? stepId : hashStepId(stepId);
  return { steps, from: { ...fromStep, stepId: found ?? hash } };
}
