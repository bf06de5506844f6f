// A long queue that cannot move: what it costs in memory and at a restart, and what it does to a function beside it.
import { BUSY_KEY } from "../apps/bench-functions.ts";
import { sharedNowMs } from "../clock.ts";
import { toFigure, type Figure } from "../figure.ts";
import { HttpLane } from "../load/http-lane.ts";
import { postEvents } from "../load/send-events.ts";
import { cpuSecondsOf, rssMbOf, waitQuiet } from "../processes/process-usage.ts";
import type { AppProcess } from "../processes/app-process.ts";
import { seededKey } from "../seed/seed-runs.ts";
import type { Stage } from "../stage.ts";
import { percentile } from "../statistics.ts";
import type { BySize, Workload } from "../workload.ts";
import { finishQueue, restartWithQueue } from "./queued-runs.ts";

const RUNS: BySize = { tiny: 20, quick: 10_000, normal: 100_000, full: 1_000_000 };
const RUNS_PER_LANE = 10;
const EVENTS: BySize = { tiny: 3, quick: 200, normal: 500, full: 1_000 };
const PAUSE_MS = 5;

interface BlockedPlan {
  /** In words: "behind one key". */
  readonly how: string;
  readonly functionId: "held" | "held-lanes" | "slow-lanes";
  readonly count: number;
  readonly events: number;
  readonly keyOf: (index: number) => string;
  readonly say: (text: string) => void;
}

/** ms from each event sent to its handler entered; the next event is sent when the engine is idle again. */
async function sendSpaced(stage: Stage, app: AppProcess, count: number): Promise<number[]> {
  const lane = await HttpLane.open(stage.engine.options.port);
  const enteredMs: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const json = JSON.stringify({ name: app.eventName("latency"), data: { key: `key-${index}` } });
    const sentAtMs = sharedNowMs();
    await postEvents(lane, json);
    enteredMs.push((await app.takeMark("entered")).atMs - sentAtMs);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  lane.close();
  await stage.waitCompleted(count);
  return enteredMs;
}

async function measureBlocked(stage: Stage, plan: BlockedPlan): Promise<readonly Figure[]> {
  const { how, functionId, count, events, keyOf, say } = plan;
  const { app } = await stage.pair("everstep");
  const { engine } = stage;
  // The engine is as young in both measurements.
  await engine.stop();
  await engine.start();
  await sendSpaced(stage, app, events);
  const before = await sendSpaced(stage, app, events);
  app.setGate(false);
  const holding = app.expect("held", 1);
  const restartMs = await restartWithQueue(stage, { app, functionId, count, keyOf, say });
  await holding;
  await waitQuiet(engine.pid);
  const takenUpSeconds = cpuSecondsOf(engine.pid);
  const rssMb = rssMbOf(engine.pid);
  await sendSpaced(stage, app, events);
  const beside = await sendSpaced(stage, app, events);
  app.setGate(true);
  // Of the throttled ones no other starts.
  if (functionId === "slow-lanes") await stage.waitCompleted(1);
  else await finishQueue(stage, count);
  const backlog = `${count} runs blocked ${how}`;
  const base = { workload: "blocked", better: "less", unit: "ms" } as const;
  const latency = (share: number, name: string): Figure =>
    toFigure({
      ...base,
      name: `event sent to handler entered ${name} beside ${backlog}, everstep`,
      samples: [percentile(beside, share)],
      ceilings: [percentile(before, share)],
      note: "the ceiling is the same engine without the backlog",
    });
  return [
    toFigure({
      ...base,
      name: `restart to healthy with ${backlog}`,
      samples: [restartMs],
      budget: {
        of: "value",
        atMost: 700,
      },
    }),
    toFigure({
      ...base,
      name: `RSS after the restart with ${backlog}`,
      unit: "MB",
      samples: [rssMb],
      budget: {
        of: "value",
        atMost: 300,
      },
    }),
    toFigure({
      ...base,
      name: `CPU of the engine from its start until quiet with ${backlog}`,
      samples: [takenUpSeconds * 1_000],
    }),
    latency(0.5, "p50"),
    latency(0.99, "p99"),
  ];
}

export const blocked: Workload = {
  name: "blocked",
  summary:
    "100,000 blocked runs (1,000,000 with --full) of one key and of many: memory, restart, latency beside them",
  async run({ size, withStage, say }) {
    const plan = { count: RUNS[size], events: EVENTS[size], say };
    const lanes = plan.count / RUNS_PER_LANE;
    const keyOf = (index: number): string => seededKey(index % lanes);
    const variants: readonly Pick<BlockedPlan, "functionId" | "how" | "keyOf">[] = [
      { functionId: "held", how: "behind one key", keyOf: () => BUSY_KEY },
      { functionId: "held-lanes", how: `in ${lanes} lanes by a limit of the function`, keyOf },
      { functionId: "slow-lanes", how: `in ${lanes} lanes by a throttle`, keyOf },
    ];
    const figures: Figure[] = [];
    for (const variant of variants) {
      const measured = await withStage((stage) => measureBlocked(stage, { ...plan, ...variant }));
      figures.push(...measured);
    }
    return figures;
  },
};
