// From an event's first byte on the wire to the first line of the handler, on an engine that has nothing else to do.
import { sharedNowMs } from "../clock.ts";
import { toFigure, type Figure, type Measurement } from "../figure.ts";
import { HttpLane } from "../load/http-lane.ts";
import { postEvents } from "../load/send-events.ts";
import type { VariantName } from "../messages.ts";
import type { Pair, Stage } from "../stage.ts";
import { percentile } from "../statistics.ts";
import type { BySize, Workload } from "../workload.ts";

const EVENTS: BySize = { tiny: 5, quick: 100, normal: 400, full: 2_000 };
const WARM_UP_EVENTS: BySize = { tiny: 1, quick: 20, normal: 100, full: 200 };
/** After an event's end, so that the next one meets an idle engine. */
const PAUSE_MS = 5;

interface Latencies {
  readonly enteredMs: readonly number[];
  readonly acksMs: readonly number[];
}

async function sendSpaced(stage: Stage, { app }: Pair, count: number): Promise<Latencies> {
  const lane = await HttpLane.open(stage.engine.options.port);
  const enteredMs: number[] = [];
  const acksMs: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const json = JSON.stringify({ name: app.eventName("latency"), data: { key: `key-${index}` } });
    const sentAtMs = sharedNowMs();
    await postEvents(lane, json);
    acksMs.push(sharedNowMs() - sentAtMs);
    const mark = await app.takeMark("entered");
    enteredMs.push(mark.atMs - sentAtMs);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  lane.close();
  await stage.waitCompleted(count);
  return { enteredMs, acksMs };
}

/** One call after the other, without an engine. */
async function callSpaced(stage: Stage, { stubApp }: Pair, count: number): Promise<number[]> {
  const work = { functionId: "latency", runs: count, concurrency: 1 };
  const { startsAtMs } = await stage.stub.run(stubApp, work);
  const enteredMs: number[] = [];
  for (const startedAtMs of startsAtMs) {
    enteredMs.push((await stubApp.takeMark("entered")).atMs - startedAtMs);
  }
  return enteredMs;
}

async function measureLatency(
  stage: Stage,
  variant: VariantName,
  { size, rounds }: { size: keyof BySize; rounds: number },
): Promise<readonly Figure[]> {
  const pair = await stage.pair(variant);
  await callSpaced(stage, pair, WARM_UP_EVENTS[size]);
  await sendSpaced(stage, pair, WARM_UP_EVENTS[size]);
  const alone: number[][] = [];
  const measured: Latencies[] = [];
  for (let round = 0; round < rounds; round += 1) {
    alone.push(await callSpaced(stage, pair, EVENTS[size]));
    measured.push(await sendSpaced(stage, pair, EVENTS[size]));
  }
  const entered = (share: number): Pick<Measurement, "samples" | "ceilings"> => ({
    samples: measured.map(({ enteredMs }) => percentile(enteredMs, share)),
    ceilings: alone.map((samples) => percentile(samples, share)),
  });
  const base = { workload: "latency", unit: "ms", better: "less" } as const;
  const acks = measured.map(({ acksMs }) => percentile(acksMs, 0.5));
  return [
    toFigure({
      ...base,
      ...entered(0.5),
      name: `event sent to handler entered p50, ${variant}`,
      budget: {
        of: "value",
        atMost: 5,
      },
    }),
    toFigure({
      ...base,
      ...entered(0.99),
      name: `event sent to handler entered p99, ${variant}`,
      budget: {
        of: "value",
        atMost: 20,
      },
    }),
    toFigure({ ...base, name: `event sent to acknowledged p50, ${variant}`, samples: acks }),
  ];
}

export const latency: Workload = {
  name: "latency",
  summary: "event sent to handler entered, idle engine, p50 and p99",
  run({ size, rounds, withStage }) {
    return withStage(async (stage) => {
      return [
        ...(await measureLatency(stage, "v3", { size, rounds })),
        ...(await measureLatency(stage, "v4", { size, rounds })),
        ...(await measureLatency(stage, "everstep", { size, rounds })),
      ];
    });
  },
};
