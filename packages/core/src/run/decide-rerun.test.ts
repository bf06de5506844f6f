// Reruns from a step: what is taken over of the old run.
import { EverstepError } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import type { StepRecord } from "../model/run.ts";
import { anOp, stepIds } from "../testing/builders.ts";
import { startRun } from "../testing/test-run.ts";
import { seedRerun } from "./decide-rerun.ts";

function oldSteps(): readonly StepRecord[] {
  const run = startRun();
  for (const userId of ["a", "b", "c"]) run.answer([anOp("StepRun", userId, { dataJson: "1" })]);
  return run.steps();
}

describe("seedRerun", () => {
  it("[R10] memoises the steps before, in their order", () => {
    const [a, b, c] = stepIds("a", "b", "c");
    const run = startRun();
    run.decide((draft) => seedRerun(draft, oldSteps(), { stepId: c ?? "" }));
    expect(run.state.stack).toEqual([a, b]);
    expect(run.head).toMatchObject({ stepCount: 2, stateBytes: 2 * '{"data":1}'.length });
    expect(run.steps().map(({ runId, position }) => [runId, position])).toEqual([
      [run.head.id, 0],
      [run.head.id, 1],
    ]);
    expect(run.state.inputs.size).toBe(0);
  });

  it("[R10] the step's input is replaced until it has ended", () => {
    const run = startRun();
    const [, b = ""] = stepIds("a", "b");
    run.decide((draft) => seedRerun(draft, oldSteps(), { stepId: b, inputJson: "[7]" }));
    expect([...run.state.inputs]).toEqual([[b, '{"input":[7]}']]);
    run.answer([anOp("StepRun", "b")]);
    expect(run.state.inputs.size).toBe(0);
  });

  it("[R10] a step that the old run did not end is refused", () => {
    const run = startRun();
    const seed = (): unknown =>
      run.decide((draft) => seedRerun(draft, oldSteps(), { stepId: "other" }));
    expect(seed).toThrow(EverstepError);
    expect(seed).toThrow(/"other" is not a completed step of the run\. Use one of: .*\(a\)/);
  });
});
