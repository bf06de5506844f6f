// One run of many sequential steps: whether a step costs more the more came before it. An SDK that is called for each step
// re-enters its handler and replays all earlier steps, so the ceiling falls too; the engine's own part must not.
import { toFigure, type Figure } from "../figure.ts";
import type { VariantName } from "../messages.ts";
import type { Stage } from "../stage.ts";
import { median } from "../statistics.ts";
import type { BySize, Workload } from "../workload.ts";
import { callOneByOne, runOneByOne, type SingleRun } from "./single-runs.ts";

const STEPS: BySize = { tiny: 10, quick: 300, normal: 1_000, full: 1_000 };
/** Where the early and the late step times are taken, as shares of the run: of 1,000 steps 50 to 150 and 900 to 1,000. */
const EARLY = [0.05, 0.15] as const;
const LATE = [0.9, 1] as const;

function stepMs({ mark }: SingleRun, [from, to]: readonly [number, number]): number {
  const { stepsAtMs } = mark;
  const first = Math.floor(from * (stepsAtMs.length - 1));
  const last = Math.max(first + 1, Math.floor(to * (stepsAtMs.length - 1)));
  return ((stepsAtMs[last] ?? Number.NaN) - (stepsAtMs[first] ?? Number.NaN)) / (last - first);
}

async function measureLong(
  stage: Stage,
  variant: VariantName,
  { count, rounds }: { count: number; rounds: number },
): Promise<readonly Figure[]> {
  const pair = await stage.pair(variant);
  const plan = { functionId: "long", topic: "walked", count, runs: 1 };
  const warmUp = { ...plan, count: Math.ceil(count / 3) };
  await callOneByOne(stage, pair, warmUp);
  await runOneByOne(stage, pair, warmUp);
  const alone: SingleRun[] = [];
  const measured: SingleRun[] = [];
  for (let round = 0; round < rounds; round += 1) {
    alone.push(...(await callOneByOne(stage, pair, plan)));
    measured.push(...(await runOneByOne(stage, pair, plan)));
  }
  const of = (
    name: string,
    unit: string,
    read: (run: SingleRun) => number,
  ): Parameters<typeof toFigure>[0] => ({
    workload: "long",
    name: `${name}, ${variant}`,
    unit,
    better: "less",
    samples: measured.map(read),
    ceilings: alone.map(read),
  });
  const [early, late] = [Math.round(count / 10), count];
  const growth = median(measured.map((run) => stepMs(run, LATE) / stepMs(run, EARLY)));
  const note = `the last steps take ${growth.toFixed(2)} times as long as the early ones`;
  const total = of("", "steps/s", ({ ms }) => (count * 1_000) / ms);
  return [
    toFigure({
      ...total,
      name: `steps/s of a run of ${count} steps, ${variant}`,
      better: "more",
    }),
    toFigure(of(`step time around step ${early}`, "ms", (run) => stepMs(run, EARLY))),
    toFigure({ ...of(`step time around step ${late}`, "ms", (run) => stepMs(run, LATE)), note }),
  ];
}

export const long: Workload = {
  name: "long",
  summary: "one run of 1,000 sequential steps: step time early and late",
  run({ size, rounds, withStage }) {
    const plan = { count: STEPS[size], rounds };
    return withStage(async (stage) => {
      return [
        ...(await measureLong(stage, "v3", plan)),
        ...(await measureLong(stage, "v4", plan)),
        ...(await measureLong(stage, "everstep", plan)),
      ];
    });
  },
};
