// Many runs that sleep for a month: memory, restart, and how punctually another run wakes from a short sleep beside them.
import { toFigure, type Figure } from "../figure.ts";
import { sleepAnswer } from "../seed/answers.ts";
import { percentile } from "../statistics.ts";
import type { BySize, Workload } from "../workload.ts";
import { runOneByOne } from "./single-runs.ts";
import { STANDING_RUNS, standUp } from "./standing-runs.ts";

const NAPS: BySize = { tiny: 1, quick: 10, normal: 50, full: 100 };

export const sleepers: Workload = {
  name: "sleepers",
  summary: "100,000 runs that sleep (1,000,000 with --full): memory, restart, punctuality",
  run({ size, isSeeding, withStage, say }) {
    const count = STANDING_RUNS[size];
    return withStage(async (stage) => {
      const pair = await stage.pair("v3");
      const stood = await standUp(stage, pair.app, {
        workload: "sleepers",
        functionId: "sleeper",
        count,
        say,
        ...(isSeeding ? { seededAnswer: sleepAnswer() } : {}),
      });
      const plan = { functionId: "nap", topic: "rested", count: 0, runs: NAPS[size] };
      const naps = await runOneByOne(stage, pair, plan);
      const lateMs = naps.map(({ mark }) => mark.atMs - (mark.stepsAtMs[0] ?? Number.NaN));
      const figure = (share: number, name: string): Figure =>
        toFigure({
          workload: "sleepers",
          unit: "ms",
          better: "less",
          name: `end of a sleepUntil to the next line of the handler ${name}, v3`,
          samples: [percentile(lateMs, share)],
        });
      return [...stood, figure(0.5, "p50"), figure(0.99, "p99")];
    });
  },
};
