// Many runs that wait for an event with a key of their own: memory, restart, and how fast a matching event finds its run.
import { sharedNowMs } from "../clock.ts";
import { toFigure, type Figure } from "../figure.ts";
import { HttpLane } from "../load/http-lane.ts";
import { postEvents } from "../load/send-events.ts";
import type { AppProcess } from "../processes/app-process.ts";
import { waitAnswer } from "../seed/answers.ts";
import { seededKey } from "../seed/seed-runs.ts";
import type { Stage } from "../stage.ts";
import { percentile } from "../statistics.ts";
import type { BySize, Workload } from "../workload.ts";
import { STANDING_RUNS, standUp } from "./standing-runs.ts";

const WAKES: BySize = { tiny: 3, quick: 100, normal: 400, full: 1_000 };

/** Wakes runs from all over the store, each when the one before has ended. */
async function wakeRuns(
  stage: Stage,
  app: AppProcess,
  { wakes, count }: { wakes: number; count: number },
): Promise<readonly number[]> {
  const lane = await HttpLane.open(stage.engine.options.port);
  const resumedMs: number[] = [];
  for (let wake = 0; wake < wakes; wake += 1) {
    const key = seededKey(Math.floor((wake * count) / wakes));
    const sentAtMs = sharedNowMs();
    await postEvents(lane, JSON.stringify({ name: app.eventName("wake"), data: { key } }));
    resumedMs.push((await app.takeMark("woken", key)).atMs - sentAtMs);
  }
  lane.close();
  await stage.waitCompleted(wakes);
  return resumedMs;
}

export const waiters: Workload = {
  name: "waiters",
  summary: "100,000 runs that wait for an event (1,000,000 with --full): memory, restart, resume",
  run({ size, isSeeding, withStage, say }) {
    const count = STANDING_RUNS[size];
    return withStage(async (stage) => {
      const { app } = await stage.pair("v3");
      const stood = await standUp(stage, app, {
        workload: "waiters",
        functionId: "waiter",
        count,
        say,
        ...(isSeeding ? { seededAnswer: waitAnswer(app.eventName("wake")) } : {}),
      });
      const resumedMs = await wakeRuns(stage, app, { wakes: WAKES[size], count });
      const figure = (share: number, name: string): Figure =>
        toFigure({
          workload: "waiters",
          unit: "ms",
          better: "less",
          name: `matching event sent to run resumed ${name}, ${count} waits`,
          samples: [percentile(resumedMs, share)],
          ...(share === 0.99
            ? {
                budget: {
                  of: "value",
                  atMost: 20,
                },
              }
            : {}),
        });
      return [...stood, figure(0.5, "p50"), figure(0.99, "p99")];
    });
  },
};
