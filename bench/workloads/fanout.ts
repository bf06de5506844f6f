// One run sends many events, each of which starts a run: the time until the last of them has run.
import { sharedNowMs } from "../clock.ts";
import { toFigure, type Figure } from "../figure.ts";
import { HttpLane } from "../load/http-lane.ts";
import { postEvents } from "../load/send-events.ts";
import type { VariantName } from "../messages.ts";
import type { Pair, Stage } from "../stage.ts";
import type { BySize, Workload } from "../workload.ts";

const EVENTS: BySize = { tiny: 10, quick: 300, normal: 1_000, full: 5_000 };

async function fanOut(stage: Stage, { app }: Pair, count: number): Promise<number> {
  const lane = await HttpLane.open(stage.engine.options.port);
  const reached = app.expect("fan-item", count);
  const startedAtMs = sharedNowMs();
  await postEvents(lane, JSON.stringify({ name: app.eventName("fan"), data: { count } }));
  const endedAtMs = await reached;
  lane.close();
  await stage.waitCompleted(count + 1);
  return endedAtMs - startedAtMs;
}

/** The stub forgets the events, so their runs are called as a second job. */
async function fanOutAlone(stage: Stage, { stubApp }: Pair, count: number): Promise<number> {
  const fan = await stage.stub.run(stubApp, { functionId: "fan", runs: 1, data: { count } });
  const items = await stage.stub.run(stubApp, { functionId: "fan-item", runs: count });
  return fan.endedAtMs - fan.startedAtMs + items.endedAtMs - items.startedAtMs;
}

async function measureFanout(
  stage: Stage,
  variant: VariantName,
  { count, rounds }: { count: number; rounds: number },
): Promise<Figure> {
  const pair = await stage.pair(variant);
  await fanOutAlone(stage, pair, count);
  await fanOut(stage, pair, count);
  const samples: number[] = [];
  const ceilings: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ceilings.push(await fanOutAlone(stage, pair, count));
    samples.push(await fanOut(stage, pair, count));
  }
  const name = `1 run starts ${count} runs, time to the last, ${variant}`;
  return toFigure({
    workload: "fanout",
    name,
    unit: "ms",
    better: "less",
    samples,
    ceilings,
  });
}

export const fanout: Workload = {
  name: "fanout",
  summary: "one run sends 1,000 events that start a run each: time to the last",
  run({ size, rounds, withStage }) {
    const plan = { count: EVENTS[size], rounds };
    return withStage(async (stage) => {
      return [
        await measureFanout(stage, "v3", plan),
        await measureFanout(stage, "v4", plan),
        await measureFanout(stage, "everstep", plan),
      ];
    });
  },
};
