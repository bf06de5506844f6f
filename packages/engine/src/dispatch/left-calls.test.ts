// What a crash leaves behind: calls that were out, whose apps may be running them still.
import type { ConcurrencyRule, FunctionConfig } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { CALL_TIMEOUT_MS, KEY, QueueWorld, type OpenCall } from "./testing/queue-world.ts";

const ONE: ConcurrencyRule = { limit: 1, scope: "account", level: "step", key: KEY };

/** Two functions that share one place, with a call of the first one out. */
async function sharedWorld(first: Partial<FunctionConfig> = {}): Promise<QueueWorld> {
  const world = new QueueWorld({ f: { concurrency: [ONE], ...first }, g: { concurrency: [ONE] } });
  world.addRun("f", "k");
  await world.settle();
  expect(openOf(world)).toEqual(["f"]);
  return world;
}

function openOf(world: QueueWorld): string[] {
  return [...world.open.values()].map(({ timer }) => timer.functionId);
}

function onlyCall(world: QueueWorld): OpenCall {
  const [call, ...others] = world.open.values();
  if (call === undefined || others.length > 0) throw new Error("not exactly one call is out");
  return call;
}

describe("a call that a crash left", () => {
  it("[F59] is made again before an older run whose turn came meanwhile", async () => {
    const world = await sharedWorld();
    world.addRun("g", "k", -1);
    await world.settle();
    world.restart();
    await world.settle();
    expect(openOf(world)).toEqual(["f"]);
    world.endCall(onlyCall(world), 0);
    await world.settle();
    expect(openOf(world)).toEqual(["g"]);
  });

  it("[F59] holds its place while its function is paused, and goes on in it", async () => {
    const world = await sharedWorld();
    world.setRules("f", { concurrency: [ONE] }, true);
    world.restart();
    const waiting = world.addRun("g", "k");
    await world.settle();
    expect(openOf(world)).toEqual([]);
    const run = world.runs.get(waiting.runId ?? "");
    if (run === undefined) throw new Error("no run");
    expect(await world.dispatcher.queueStateOf(waiting, run)).toMatchObject({
      state: "waiting",
      reasons: [{ type: "concurrency", held: 1, oldestHolder: { runId: "run-1" } }],
    });
    world.setRules("f", { concurrency: [ONE] }, false);
    world.dispatcher.rulesChanged("f");
    await world.settle();
    expect(openOf(world)).toEqual(["f"]);
  });

  it("[F59] holds its place no longer than a call may take", async () => {
    const world = await sharedWorld();
    world.setRules("f", { concurrency: [ONE] }, true);
    await world.advance(10);
    world.restart();
    world.addRun("g", "k");
    await world.settle();
    await world.advance(CALL_TIMEOUT_MS - 11);
    expect(openOf(world)).toEqual([]);
    await world.advance(1);
    expect(openOf(world)).toEqual(["g"]);
  });

  it("[F59] is waited for when it was on record and may have left", async () => {
    const world = new QueueWorld({ f: { concurrency: [ONE] }, g: { concurrency: [ONE] } });
    await world.settle();
    world.addRun("f", "k");
    await world.pick();
    world.commit(true);
    world.setRules("f", { concurrency: [ONE] }, true);
    world.restart();
    world.addRun("g", "k");
    await world.settle();
    expect(openOf(world)).toEqual([]);
  });

  it("[F59] holds nothing when it was only picked: it cannot have left", async () => {
    const world = new QueueWorld({ f: { concurrency: [ONE] }, g: { concurrency: [ONE] } });
    await world.settle();
    world.addRun("f", "k");
    await world.pick();
    world.setRules("f", { concurrency: [ONE] }, true);
    world.restart();
    world.addRun("g", "k");
    await world.settle();
    expect(openOf(world)).toEqual(["g"]);
  });

  it("[F59] counts under rules that change before it is made again, and is held to them", async () => {
    const three = { concurrency: [{ ...ONE, limit: 3 }] };
    const world = new QueueWorld({ f: three });
    for (let n = 0; n < 3; n += 1) world.addRun("f", "k");
    await world.settle();
    world.setRules("f", three, true);
    world.restart();
    await world.settle();
    world.setRules("f", { concurrency: [{ limit: 2, scope: "fn", level: "step" }] });
    world.dispatcher.rulesChanged("f");
    world.addRun("f", "k", 0);
    await world.settle();
    expect([...world.open.values()].map(({ timer }) => timer.runId)).toEqual(["run-1", "run-3"]);
    for (const next of ["run-5", "run-7"]) {
      const [call] = world.open.values();
      if (call === undefined) throw new Error("nothing is out");
      world.endCall(call, 0);
      await world.settle();
      expect([...world.open.values()].map(({ timer }) => timer.runId)).toContain(next);
      expect(world.open.size).toBe(2);
    }
  });
});

describe("a call that is about to leave", () => {
  it("[F59] is not made when its run is cancelled first, and gives its place back", async () => {
    const world = new QueueWorld({ f: { concurrency: [ONE] } });
    await world.settle();
    const [first] = [world.addRun("f", "k"), world.addRun("f", "k")];
    await world.pick();
    const run = world.runs.get(first?.runId ?? "");
    if (run !== undefined) world.cancel(run);
    await world.settle();
    expect([...world.open.values()].map(({ timer }) => timer.runId)).toEqual(["run-3"]);
  });

  it("[F86] is not made when its function is paused first, and waits for the end of the pause", async () => {
    const world = new QueueWorld({ f: { concurrency: [ONE] }, g: { concurrency: [ONE] } });
    await world.settle();
    world.addRun("f", "k");
    await world.pick();
    world.setRules("f", { concurrency: [ONE] }, true);
    world.dispatcher.rulesChanged("f");
    await world.settle();
    expect(openOf(world)).toEqual([]);
    world.addRun("g", "k");
    await world.settle();
    expect(openOf(world)).toEqual(["g"]);
    world.setRules("f", { concurrency: [ONE] });
    world.dispatcher.rulesChanged("f");
    world.endCall(onlyCall(world), 0);
    await world.settle();
    expect(openOf(world)).toEqual(["f"]);
  });

  it("[F59] is not made when the engine stops first", async () => {
    const world = new QueueWorld({ f: { concurrency: [ONE] } });
    await world.settle();
    world.addRun("f", "k");
    await world.pick();
    world.dispatcher.pause();
    world.commit();
    expect(world.open.size).toBe(0);
    await world.dispatcher.drained();
  });

  it("[F59] takes nothing along and waits for nothing where its function has no limits", async () => {
    const world = new QueueWorld({ f: {} });
    await world.settle();
    const { id } = world.addRun("f", "k");
    await world.pick();
    expect([...world.open.keys()]).toEqual([id]);
    expect(world.timers.get(id)).not.toHaveProperty("calledAtMs");
  });
});
