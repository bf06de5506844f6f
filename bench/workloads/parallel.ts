// One run with many parallel steps: discovery, a call for each step, and one call that joins them.
import { toFigure, type Figure } from "../figure.ts";
import type { VariantName } from "../messages.ts";
import type { Stage } from "../stage.ts";
import { median } from "../statistics.ts";
import type { BySize, Workload } from "../workload.ts";
import { callOneByOne, runOneByOne } from "./single-runs.ts";

const STEPS: BySize = { tiny: 5, quick: 50, normal: 50, full: 50 };
const RUNS: BySize = { tiny: 1, quick: 5, normal: 30, full: 100 };

async function measureParallel(
  stage: Stage,
  variant: VariantName,
  { size, rounds }: { size: keyof BySize; rounds: number },
): Promise<Figure> {
  const pair = await stage.pair(variant);
  const plan = { functionId: "parallel", topic: "joined", count: STEPS[size], runs: RUNS[size] };
  const warmUp = { ...plan, runs: Math.ceil(plan.runs / 3) };
  await callOneByOne(stage, pair, warmUp);
  await runOneByOne(stage, pair, warmUp);
  const samples: number[] = [];
  const ceilings: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ceilings.push(median((await callOneByOne(stage, pair, plan)).map(({ ms }) => ms)));
    samples.push(median((await runOneByOne(stage, pair, plan)).map(({ ms }) => ms)));
  }
  const name = `a run of ${plan.count} parallel steps p50, ${variant}`;
  return toFigure({
    workload: "parallel",
    name,
    unit: "ms",
    better: "less",
    samples,
    ceilings,
  });
}

export const parallel: Workload = {
  name: "parallel",
  summary: "one run of 50 parallel steps",
  run({ size, rounds, withStage }) {
    return withStage(async (stage) => {
      return [
        await measureParallel(stage, "v3", { size, rounds }),
        await measureParallel(stage, "v4", { size, rounds }),
        await measureParallel(stage, "everstep", { size, rounds }),
      ];
    });
  },
};
