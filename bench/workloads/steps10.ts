// Runs of ten sequential steps: a call for each step, or checkpoints within one call.
import type { BySize, Workload } from "../workload.ts";
import { measureThroughput } from "./run-throughput.ts";
import { STEPS10 } from "./step-counts.ts";

const RUNS: BySize = { tiny: 3, quick: 60, normal: 500, full: 3_000 };

export const steps10: Workload = {
  name: "steps10",
  summary: "steps/s of runs of 10 sequential steps",
  run({ size, rounds, withStage }) {
    const plan = {
      workload: "steps10",
      functionId: "steps10",
      unit: "steps/s",
      rounds,
      runs: RUNS[size],
      operationsPerRun: STEPS10,
    };
    return withStage(async (stage) => {
      return [
        await measureThroughput(stage, { ...plan, variant: "v3" }),
        await measureThroughput(stage, { ...plan, variant: "v4" }),
        await measureThroughput(stage, { ...plan, variant: "v4-calls" }),
        await measureThroughput(stage, { ...plan, variant: "everstep" }),
        await measureThroughput(stage, { ...plan, variant: "everstep-calls" }),
      ];
    });
  },
};
