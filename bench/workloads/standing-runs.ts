// Many runs that stand still, waiting or sleeping: how they come about, what they cost in memory, and a restart with them.
import { toFigure, type Budget, type Figure } from "../figure.ts";
import { EVENTS_PER_BATCH, sendEvents, type Sent } from "../load/send-events.ts";
import type { CallResult } from "@everstep/protocol";
import { rssMbOf, waitQuiet } from "../processes/process-usage.ts";
import { seededKey, seedRuns } from "../seed/seed-runs.ts";
import type { AppProcess } from "../processes/app-process.ts";
import type { Stage } from "../stage.ts";
import type { BySize } from "../workload.ts";

export const STANDING_RUNS: BySize = { tiny: 20, quick: 3_000, normal: 100_000, full: 1_000_000 };
const LANES = 2;
const RSS_BUDGET: Budget = { of: "value", atMost: 300 };

export interface StandingPlan {
  readonly workload: "sleepers" | "waiters";
  readonly functionId: "sleeper" | "waiter";
  readonly count: number;
  /** Put into the store instead of being sent and called, with what the app would answer. */
  readonly seededAnswer?: CallResult;
  readonly say: (text: string) => void;
}

/** Has the runs stand. Afterwards the engine has been restarted with them. */
export async function standUp(
  stage: Stage,
  app: AppProcess,
  plan: StandingPlan,
): Promise<readonly Figure[]> {
  const { workload, count } = plan;
  const { engine } = stage;
  const created = plan.seededAnswer === undefined ? await create(stage, app, plan) : [];
  await engine.stop();
  if (plan.seededAnswer !== undefined) await seed(stage, app, plan, plan.seededAnswer);
  const restartMs = await engine.start();
  await waitQuiet(engine.pid);
  const how = plan.seededAnswer === undefined ? "" : "runs seeded through the store";
  const note = how === "" ? {} : { note: how };
  const base = { workload, better: "less", ...note } as const;
  return [
    ...created,
    toFigure({
      ...base,
      name: `restart to healthy with ${count} runs`,
      unit: "ms",
      samples: [restartMs],
      budget: {
        of: "value",
        atMost: 700,
      },
    }),
    toFigure({
      ...base,
      name: `RSS after the restart with ${count} runs`,
      unit: "MB",
      samples: [rssMbOf(engine.pid)],
      budget: RSS_BUDGET,
    }),
  ];
}

/** Through the event API and the app, as in real life. */
async function create(
  { engine }: Stage,
  app: AppProcess,
  { workload, functionId, count }: StandingPlan,
): Promise<readonly Figure[]> {
  const reached = app.expect(functionId, count);
  const [sent, endedAtMs] = await Promise.all([
    sendEvents({
      port: engine.options.port,
      name: app.eventName(functionId),
      dataOf: (index) => ({ key: seededKey(index) }),
      count,
      batch: EVENTS_PER_BATCH,
      lanes: LANES,
    }),
    reached,
  ]);
  await waitQuiet(engine.pid);
  return [
    toFigure({
      workload,
      name: `runs that come to a stand, v3`,
      unit: "runs/s",
      better: "more",
      samples: [ratePerSecond(count, sent, endedAtMs)],
    }),
    toFigure({
      workload,
      name: `RSS after ${count} runs came to a stand`,
      unit: "MB",
      better: "less",
      samples: [rssMbOf(engine.pid)],
      budget: RSS_BUDGET,
    }),
  ];
}

function ratePerSecond(count: number, { startedAtMs }: Sent, endedAtMs: number): number {
  return (count * 1_000) / (endedAtMs - startedAtMs);
}

async function seed(
  { engine }: Stage,
  app: AppProcess,
  { functionId, count, say }: StandingPlan,
  answer: CallResult,
): Promise<void> {
  await seedRuns({
    databasePath: engine.databasePath,
    slug: `${app.appId}-${functionId}`,
    eventName: app.eventName(functionId),
    count,
    answer,
    say,
  });
}
