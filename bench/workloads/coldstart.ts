// From the start of the process to the first healthy answer, and the memory of an engine that does nothing.
import { toFigure, type Figure } from "../figure.ts";
import { rssMbOf } from "../processes/process-usage.ts";
import { doneAnswer } from "../seed/answers.ts";
import { seedRuns } from "../seed/seed-runs.ts";
import type { Stage } from "../stage.ts";
import type { BySize, Workload } from "../workload.ts";

const STARTS: BySize = { tiny: 1, quick: 3, normal: 10, full: 10 };
const IDLE_MS: BySize = { tiny: 100, quick: 2_000, normal: 10_000, full: 10_000 };
const ENDED_RUNS: BySize = { tiny: 20, quick: 5_000, normal: 100_000, full: 1_000_000 };

async function measureStarts(stage: Stage, size: keyof BySize, what: string): Promise<Figure[]> {
  const { engine } = stage;
  const startsMs: number[] = [];
  for (let start = 0; start < STARTS[size]; start += 1) {
    await engine.stop();
    startsMs.push(await engine.start());
  }
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS[size]));
  const base = { workload: "coldstart", better: "less" } as const;
  return [
    toFigure({
      ...base,
      name: `start to healthy p50, ${what}`,
      unit: "ms",
      samples: startsMs,
      budget: {
        of: "value",
        atMost: 700,
      },
    }),
    toFigure({
      ...base,
      name: `idle RSS after ${IDLE_MS[size] / 1e3} s, ${what}`,
      unit: "MB",
      samples: [rssMbOf(engine.pid)],
      budget: {
        of: "value",
        atMost: 120,
      },
    }),
  ];
}

export const coldstart: Workload = {
  name: "coldstart",
  summary: "start to healthy and idle memory, with an empty store and with 100,000 ended runs",
  run({ size, withStage, say }) {
    return withStage(async (stage) => {
      const empty = await measureStarts(stage, size, "empty store");
      const { app } = await stage.pair("v3");
      await stage.engine.stop();
      const count = ENDED_RUNS[size];
      await seedRuns({
        databasePath: stage.engine.databasePath,
        slug: `${app.appId}-noop`,
        eventName: app.eventName("noop"),
        count,
        answer: doneAnswer(),
        say,
      });
      await stage.engine.start();
      await stage.waitCompleted(count);
      return [...empty, ...(await measureStarts(stage, size, `${count} ended runs`))];
    });
  },
};
