// Runs of a function without steps: what a run costs by itself.
import type { Budget } from "../figure.ts";
import type { BySize, Workload } from "../workload.ts";
import { measureThroughput } from "./run-throughput.ts";

const OUR_BUDGET: Budget = { of: "value", atLeast: 3_500 };
const RUNS: BySize = { tiny: 10, quick: 500, normal: 4_000, full: 20_000 };

export const noop: Workload = {
  name: "noop",
  summary: "runs/s of a function without steps",
  run({ size, rounds, withStage }) {
    const plan = {
      workload: "noop",
      functionId: "noop",
      unit: "runs/s",
      rounds,
      runs: RUNS[size],
      operationsPerRun: 1,
    };
    return withStage(async (stage) => {
      return [
        await measureThroughput(stage, { ...plan, variant: "v3" }),
        await measureThroughput(stage, { ...plan, variant: "v4" }),
        await measureThroughput(stage, { ...plan, variant: "everstep", budget: OUR_BUDGET }),
      ];
    });
  },
};
