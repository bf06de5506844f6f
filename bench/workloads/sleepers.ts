// Many runs that sleep for a month: memory, restart, and how punctually another run wakes from a short sleep beside them.
import { toFigure, type Figure } from "../figure.ts";
import { NAP_MS } from "../apps/bench-functions.ts";
import { sleepAnswer } from "../seed/answers.ts";
import { percentile } from "../statistics.ts";
import type { BySize, Workload } from "../workload.ts";
import { runOneByOne } from "./single-runs.ts";
import { STANDING_RUNS, standUp } from "./standing-runs.ts";

const NAPS: BySize = { tiny: 1, quick: 10, normal: 50, full: 100 };

export const sleepers: Workload = {
  name: "sleepers",
  summary: "100,000 runs that sleep (1,000,000 with --full): memory, restart, punctuality",
  async run({ size, openStage, say }) {
    const stage = await openStage();
    const count = STANDING_RUNS[size];
    try {
      const pair = await stage.pair("v3");
      const stood = await standUp(stage, pair.app, {
        workload: "sleepers",
        functionId: "sleeper",
        count,
        say,
        ...(size === "full" ? { seededAnswer: sleepAnswer() } : {}),
      });
      const plan = { functionId: "nap", topic: "rested", count: 0, runs: NAPS[size] };
      const naps = await runOneByOne(stage, pair, plan);
      const lateMs = naps.map(({ mark }) => mark.atMs - (mark.stepsAtMs[0] ?? 0) - NAP_MS);
      const figure = (share: number, name: string): Figure =>
        toFigure({
          workload: "sleepers",
          unit: "ms",
          better: "less",
          name: `a step, a sleep of ${NAP_MS} ms, the next line: time beyond the sleep ${name}`,
          samples: [percentile(lateMs, share)],
        });
      return [...stood, figure(0.5, "p50"), figure(0.99, "p99")];
    } finally {
      await stage.close();
    }
  },
};
