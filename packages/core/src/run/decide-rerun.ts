// A rerun is a new run for the same events. From a step: what completed before it is memoised, and its input may be replaced.
import { EverstepError, type JsonText } from "@everstep/protocol";
import type { StepRecord } from "../model/run.ts";
import { addStep, patchRun, record, type Draft } from "./draft.ts";

export interface RerunFrom {
  readonly stepId: string;
  readonly inputJson?: JsonText;
}

/**
 * @param draft The new run's draft (createRun).
 * @param steps The old run's steps in order of completion.
 * @throws EverstepError argument_invalid when the old run has no such step.
 */
export function seedRerun(draft: Draft, steps: readonly StepRecord[], from: RerunFrom): void {
  const index = steps.findIndex((step) => step.stepId === from.stepId);
  if (index === -1) {
    throw new EverstepError(
      "argument_invalid",
      `fromStep.stepID "${from.stepId}" is not a completed step of the run. Use one of: ${steps.map((step) => `${step.stepId} (${step.name})`).join(", ")}.`,
    );
  }
  let stateBytes = 0;
  for (const { position: _position, runId: _runId, ...step } of steps.slice(0, index)) {
    addStep(draft, step);
    stateBytes += step.outputJson.length;
  }
  patchRun(draft, { stepCount: index, stateBytes });
  if (from.inputJson === undefined) return;
  record(draft, {
    type: "step_input_set",
    runId: draft.state.head.id,
    stepId: from.stepId,
    inputJson: `{"input":${from.inputJson}}`,
  });
}
