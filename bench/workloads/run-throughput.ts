// Many runs of one function at once, with the engine and without: what noop and steps10 have in common.
import { SDK_BUDGET, toFigure, type Budget, type Figure } from "../figure.ts";
import { EVENTS_PER_BATCH, sendEvents } from "../load/send-events.ts";
import { createUsageMeter } from "../measure-usage.ts";
import type { VariantName } from "../messages.ts";
import type { Pair, Stage } from "../stage.ts";

const LANES = 2;
/** Part of a round that is run before, unmeasured. */
const WARM_UP_SHARE = 0.3;

export interface ThroughputPlan {
  readonly workload: string;
  readonly variant: VariantName;
  readonly functionId: string;
  readonly runs: number;
  readonly operationsPerRun: number;
  readonly unit: string;
  readonly rounds: number;
  /** Unless given: the share of the ceiling that every row must reach. */
  readonly budget?: Budget;
}

export async function measureThroughput(stage: Stage, plan: ThroughputPlan): Promise<Figure> {
  const { workload, variant, functionId, runs, operationsPerRun, unit, rounds } = plan;
  const pair = await stage.pair(variant);
  const warmUpRuns = Math.ceil(runs * WARM_UP_SHARE);
  await stage.stub.run(pair.stubApp, { functionId, runs: warmUpRuns });
  await runOnEngine(stage, pair, { functionId, runs: warmUpRuns });
  await stage.waitCompleted(warmUpRuns);

  const meter = createUsageMeter(stage.engine.pid, pair.app.pid);
  const operations = runs * operationsPerRun;
  const samples: number[] = [];
  const ceilings: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const alone = await stage.stub.run(pair.stubApp, { functionId, runs });
    ceilings.push((operations * 1_000) / (alone.endedAtMs - alone.startedAtMs));
    const ms = await meter.during(() => runOnEngine(stage, pair, { functionId, runs }));
    samples.push((operations * 1_000) / ms);
    await stage.waitCompleted(runs);
  }
  return toFigure({
    workload,
    name: `${unit}, ${variant}`,
    unit,
    samples,
    ceilings,
    better: "more",
    budget: plan.budget ?? SDK_BUDGET,
    usage: meter.read(operations * rounds),
  });
}

/** @returns ms from the first event sent to the end of the last handler. */
async function runOnEngine(
  stage: Stage,
  { app }: Pair,
  { functionId, runs }: { functionId: string; runs: number },
): Promise<number> {
  const reached = app.expect(functionId, runs);
  const [sent, endedAtMs] = await Promise.all([
    sendEvents({
      port: stage.engine.options.port,
      name: app.eventName(functionId),
      count: runs,
      batch: EVENTS_PER_BATCH,
      lanes: LANES,
    }),
    reached,
  ]);
  return endedAtMs - sent.startedAtMs;
}
