// Events acknowledged durable, in batches and one at a time. Nothing is triggered by them: this is the price of the promise.
// The ceiling is the same load against the stub, which parses the JSON, gives ids and forgets.
import { toFigure, type Budget, type Figure } from "../figure.ts";
import { EVENTS_PER_BATCH, sendEvents, type Sent } from "../load/send-events.ts";
import { createUsageMeter } from "../measure-usage.ts";
import type { Stage } from "../stage.ts";
import { percentile } from "../statistics.ts";
import type { BySize, Workload } from "../workload.ts";

const BATCHED_EVENTS: BySize = { tiny: 200, quick: 20_000, normal: 100_000, full: 500_000 };
const SINGLE_EVENTS: BySize = { tiny: 10, quick: 2_000, normal: 10_000, full: 50_000 };
const WARM_UP_SHARE = 0.2;

interface IngestPlan {
  readonly name: string;
  readonly count: number;
  readonly batch: number;
  readonly lanes: number;
  readonly rounds: number;
  readonly budget?: Budget;
}

async function measureIngest(stage: Stage, plan: IngestPlan): Promise<readonly Figure[]> {
  const { name, count, batch, lanes, rounds, budget } = plan;
  const load = { name: "bench/ingest", count, batch, lanes };
  const { engine, stub } = stage;
  const warmUp = { ...load, count: Math.ceil(count * WARM_UP_SHARE) };
  await sendEvents({ ...warmUp, port: stub.port });
  await sendEvents({ ...warmUp, port: engine.options.port });
  const meter = createUsageMeter(engine.pid);
  const samples: number[] = [];
  const ceilings: number[] = [];
  const acksMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ceilings.push(eventsPerSecond(count, await sendEvents({ ...load, port: stub.port })));
    const sent = await meter.during(() => sendEvents({ ...load, port: engine.options.port }));
    samples.push(eventsPerSecond(count, sent));
    acksMs.push(percentile(sent.acksMs, 0.99));
  }
  return [
    toFigure({
      workload: "ingest",
      name: `events/s, ${name}`,
      unit: "events/s",
      better: "more",
      samples,
      ceilings,
      usage: meter.read(count * rounds),
      ...(budget === undefined ? {} : { budget }),
    }),
    toFigure({
      workload: "ingest",
      name: `time to acknowledge p99, ${name}`,
      unit: "ms",
      better: "less",
      samples: acksMs,
    }),
  ];
}

function eventsPerSecond(count: number, { startedAtMs, endedAtMs }: Sent): number {
  return (count * 1_000) / (endedAtMs - startedAtMs);
}

export const ingest: Workload = {
  name: "ingest",
  summary: "events/s acknowledged durable, in batches of 100 and one by one",
  run({ size, rounds, withStage }) {
    return withStage(async (stage) => {
      return [
        ...(await measureIngest(stage, {
          name: `batches of ${EVENTS_PER_BATCH}, 4 connections`,
          batch: EVENTS_PER_BATCH,
          count: BATCHED_EVENTS[size],
          lanes: 4,
          rounds,
          budget: {
            of: "value",
            atLeast: 4e4,
          },
        })),
        ...(await measureIngest(stage, {
          name: "single, 32 connections",
          batch: 1,
          count: SINGLE_EVENTS[size],
          lanes: 32,
          rounds,
        })),
      ];
    });
  },
};
