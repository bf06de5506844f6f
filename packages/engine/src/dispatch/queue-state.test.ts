// What holds a call back is told as of one moment, however long the store takes to count who is before it.
import { expect, it } from "vitest";
import { KEY, QueueWorld } from "./testing/queue-world.ts";

it("[F57] names no throttle that has room, when time passes while it is asked", async () => {
  const world = new QueueWorld({
    f: {
      concurrency: [{ limit: 1, scope: "fn", level: "step" }],
      throttle: { limit: 1, periodMs: 1_000, burst: 0, key: KEY },
    },
  });
  world.addRun("f", "a");
  await world.settle();
  const waiting = world.addRun("f", "b");
  await world.settle();
  const run = world.runs.get(waiting.runId ?? "");
  if (run === undefined) throw new Error("no run");
  // The first question has the throttle read.
  await world.dispatcher.queueStateOf(waiting, run);
  await world.settle();
  const asked = world.dispatcher.queueStateOf(waiting, run);
  world.nowMs += 5;
  expect(await asked).toMatchObject({ state: "waiting", reasons: [{ type: "concurrency" }] });
});
