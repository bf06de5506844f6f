// Runs that are queued on disk before the engine starts: what fairness and blocked have in common. Only core and the store
// put them there, so a million of them costs seconds.
import type { Stage } from "../stage.ts";
import type { AppProcess } from "../processes/app-process.ts";
import { seedRuns } from "../seed/seed-runs.ts";

/** Backlogs up to this length are brought to their end; longer ones end with the stage, which they have to themselves. */
const FINISHED_MAX = 1_000;

export interface Queue {
  readonly app: AppProcess;
  readonly functionId: string;
  readonly count: number;
  readonly keyOf: (index: number) => string;
  readonly say: (text: string) => void;
}

/** Queues the runs and starts the engine again. @returns ms from the start of its process to the first 200 of /health. */
export async function restartWithQueue(stage: Stage, queue: Queue): Promise<number> {
  const { app, functionId, count, keyOf, say } = queue;
  await stage.engine.stop();
  await seedRuns({
    databasePath: stage.engine.databasePath,
    slug: `${app.appId}-${functionId}`,
    eventName: app.eventName(functionId),
    count,
    keyOf,
    say,
  });
  return stage.engine.start();
}

/** Waits for the end of a short backlog, for stages that have more to measure. */
export async function finishQueue(stage: Stage, count: number): Promise<void> {
  if (count <= FINISHED_MAX) await stage.waitCompleted(count);
}
