// What a limit for each key costs, and what a key with a long queue does to the others: runs without steps, one at a time of
// each of many keys, against the same runs without a limit.
import { BUSY_KEY } from "../apps/bench-functions.ts";
import { sharedNowMs } from "../clock.ts";
import { toFigure, type Budget, type Figure } from "../figure.ts";
import { HttpLane } from "../load/http-lane.ts";
import { postEvents } from "../load/send-events.ts";
import type { VariantName } from "../messages.ts";
import { cpuSecondsOf } from "../processes/process-usage.ts";
import { seededKey } from "../seed/seed-runs.ts";
import type { Stage } from "../stage.ts";
import type { BySize, Workload } from "../workload.ts";
import { finishQueue, restartWithQueue } from "./queued-runs.ts";

const RUNS: BySize = { tiny: 20, quick: 3_000, normal: 20_000, full: 100_000 };
const KEYS: BySize = { tiny: 5, quick: 1_000, normal: 1_000, full: 1_000 };
/** Part of a round that is run before, unmeasured. */
const WARM_UP_SHARE = 0.1;
const OTHER_KEYS = 10;
const BUDGET: Budget = { of: "ratio", atLeast: 0.7 };

interface Drained {
  readonly runsPerSecond: number;
  readonly engineCpuMsPerRun: number;
}

interface DrainPlan {
  readonly variant: VariantName;
  readonly functionId: "keyed" | "noop";
  readonly count: number;
  readonly keys: number;
  readonly say: (text: string) => void;
}

/** From the first handler to the last, after a restart with all runs queued on disk. */
async function drain(stage: Stage, plan: DrainPlan): Promise<Drained> {
  const { functionId, count, keys, say } = plan;
  const { app } = await stage.pair(plan.variant);
  const reached = app.expectSpan(functionId, count);
  const keyOf = (index: number): string => seededKey(index % keys);
  await restartWithQueue(stage, { app, functionId, count, keyOf, say });
  const { firstAtMs, atMs } = await reached;
  const cpuSeconds = cpuSecondsOf(stage.engine.pid);
  await stage.waitCompleted(count);
  return {
    runsPerSecond: ((count - 1) * 1_000) / (atMs - firstAtMs),
    engineCpuMsPerRun: (cpuSeconds * 1_000) / count,
  };
}

/** The ceiling is the same backlog without a limit. */
async function measureDrain(
  stage: Stage,
  rounds: number,
  plan: Omit<DrainPlan, "functionId">,
): Promise<Figure> {
  const { variant, count, keys } = plan;
  const warmUp = { ...plan, count: Math.ceil(count * WARM_UP_SHARE) };
  await drain(stage, { ...warmUp, functionId: "noop" });
  await drain(stage, { ...warmUp, functionId: "keyed" });
  const unlimited: Drained[] = [];
  const limited: Drained[] = [];
  for (let round = 0; round < rounds; round += 1) {
    unlimited.push(await drain(stage, { ...plan, functionId: "noop" }));
    limited.push(await drain(stage, { ...plan, functionId: "keyed" }));
  }
  const meanCpu = (drained: readonly Drained[]): number =>
    drained.reduce((sum, { engineCpuMsPerRun }) => sum + engineCpuMsPerRun, 0) / rounds;
  return toFigure({
    workload: "fairness",
    name: `${count} queued runs of ${keys} keys, one at a time of each, ${variant}`,
    unit: "runs/s",
    better: "more",
    samples: limited.map(({ runsPerSecond }) => runsPerSecond),
    ceilings: unlimited.map(({ runsPerSecond }) => runsPerSecond),
    budget: BUDGET,
    usage: { engineCpuMsPerOp: meanCpu(limited) },
    note: `the ceiling is the same backlog without a limit, ${meanCpu(unlimited).toFixed(3)} engine ms/op`,
  });
}

/** Events of other keys are sent while the busy key's runs go on, one after the other. */
async function measureOthers(
  stage: Stage,
  { count, say }: { readonly count: number; readonly say: (text: string) => void },
): Promise<Figure> {
  const { app } = await stage.pair("everstep");
  const begun = app.expect("crowd", 1);
  await restartWithQueue(stage, { app, functionId: "crowd", count, keyOf: () => BUSY_KEY, say });
  await begun;
  const lane = await HttpLane.open(stage.engine.options.port);
  const keys = Array.from({ length: OTHER_KEYS }, (_, index) => `other-${index}`);
  const name = app.eventName("crowd");
  const sentAtMs = sharedNowMs();
  await postEvents(lane, JSON.stringify(keys.map((key) => ({ name, data: { key } }))));
  const marks = await Promise.all(keys.map((key) => app.takeMark("passed", key)));
  lane.close();
  await finishQueue(stage, count + OTHER_KEYS);
  return toFigure({
    workload: "fairness",
    name: `${OTHER_KEYS} runs of other keys beside ${count} of one key, event sent to the last handler, everstep`,
    unit: "ms",
    better: "less",
    samples: [Math.max(...marks.map(({ atMs }) => atMs)) - sentAtMs],
  });
}

export const fairness: Workload = {
  name: "fairness",
  summary: "20,000 queued runs of 1,000 keys (100,000 with --full), and a busy key beside others",
  async run({ size, rounds, withStage, say }) {
    const count = RUNS[size];
    const drained = await withStage(async (stage) => {
      const plan = { count, keys: KEYS[size], say };
      return [
        await measureDrain(stage, rounds, { ...plan, variant: "everstep" }),
        await measureDrain(stage, rounds, { ...plan, variant: "v3" }),
      ];
    });
    return [...drained, await withStage((stage) => measureOthers(stage, { count, say }))];
  },
};
