// Which calls go out, in which order and how many at once.
import { afterEach, describe, expect, it } from "vitest";
import { aConfig, done, failed, ops, startWorld, wireOp, type World } from "./engine-world.ts";

let world: World | undefined;

afterEach(async () => {
  await world?.end();
  world = undefined;
});

function numbers(from: World): readonly unknown[] {
  return from.calls.map((call) => call.body.event.data["n"]);
}

async function sendMany(to: World, count: number): Promise<void> {
  const inputs = Array.from({ length: count }, (_, n) => ({ name: "shop/order", data: { n } }));
  await to.engine.sendEvents(inputs);
  await to.settle();
}

const ONE_AT_A_TIME = { concurrency: [{ limit: 1, scope: "fn", level: "step" }] } as const;

describe("the queue", () => {
  it("[Q1] runs of one function are called in the order of their events", async () => {
    world = await startWorld({ answer: () => done() });
    await world.sync([aConfig("shop-a", ONE_AT_A_TIME)]);
    await sendMany(world, 50);
    expect(numbers(world)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it("[Q1] an older run's next step comes before a younger run's first", async () => {
    world = await startWorld();
    await world.sync([aConfig("shop-a", ONE_AT_A_TIME)]);
    await sendMany(world, 3);
    expect(numbers(world)).toEqual([0]);
    world.calls[0]?.respond(ops(wireOp("StepRun", "a")));
    await world.settle();
    expect(numbers(world)).toEqual([0, 0]);
    world.calls[1]?.respond(done());
    await world.settle();
    expect(numbers(world)).toEqual([0, 0, 1]);
  });

  it("[Q2] a backlog of one function does not hold up another", async () => {
    world = await startWorld({ limits: { callsInFlightPerAppMax: 4 } });
    const other = aConfig("shop-b", { triggers: [{ kind: "event", event: "shop/other" }] });
    await world.sync([aConfig("shop-a"), other]);
    await sendMany(world, 20);
    expect(world.open()).toHaveLength(4);
    await world.send("shop/other", { n: "other" });
    await world.settle();
    world.calls[0]?.respond(done());
    world.calls[1]?.respond(done());
    await world.settle();
    expect(numbers(world)).toContain("other");
  });

  it("[Q3] the function's limit holds, and sleeping runs do not count", async () => {
    world = await startWorld();
    const limit = { limit: 2, scope: "fn", level: "step" } as const;
    const keyed = { limit: 1, key: "event.data.n", scope: "fn", level: "step" } as const;
    await world.sync([aConfig("shop-a", { concurrency: [limit, keyed] })]);
    await sendMany(world, 5);
    expect(world.open()).toHaveLength(2);
    world.open()[0]?.respond(ops(wireOp("Sleep", "nap", { name: "1h" })));
    await world.settle();
    expect(numbers(world)).toEqual([0, 1, 2]);
    expect(world.open()).toHaveLength(2);
  });

  it("[Q3] the app's bound holds over its functions", async () => {
    world = await startWorld({ limits: { callsInFlightPerAppMax: 3 } });
    await world.sync([aConfig("shop-a"), aConfig("shop-b")]);
    await sendMany(world, 5);
    expect(world.open()).toHaveLength(3);
    expect(world.engine.status().callsInFlight).toBe(3);
  });

  it("[Q4] a backlog beyond memory follows in order", async () => {
    let highest = 0;
    world = await startWorld({
      answer: () => {
        highest = Math.max(highest, world?.engine.status().callsInFlight ?? 0);
        return done();
      },
    });
    await world.sync([aConfig("shop-a", ONE_AT_A_TIME)]);
    const count = 4_500;
    for (let sent = 0; sent < count; sent += 1_500) await sendMany(world, 1_500);
    for (let round = 0; world.calls.length < count && round < 2_000; round += 1)
      await world.settle();
    const expected = Array.from({ length: count }, (_, n) => n % 1_500);
    expect(numbers(world)).toEqual(expected);
    expect(highest).toBeLessThanOrEqual(1);
  });

  it("[Q5] a retry goes out when it is due and not before", async () => {
    world = await startWorld({ answer: (call) => (call.attempt === 0 ? failed() : done()) });
    await world.sync([aConfig("shop-a")]);
    await sendMany(world, 1);
    await world.advance(14_999);
    expect(world.calls).toHaveLength(1);
    await world.advance(1);
    expect(world.calls.map(({ attempt }) => attempt)).toEqual([0, 1]);
  });

  it("[Q5] an event dated in the future starts its run then", async () => {
    world = await startWorld();
    await world.sync([aConfig("shop-a")]);
    const tsMs = world.clock.nowMs() + 60_000;
    await world.engine.sendEvents([{ name: "shop/order", data: {}, tsMs }]);
    await world.advance(59_999);
    expect(world.calls).toEqual([]);
    await world.advance(1);
    expect(world.calls).toHaveLength(1);
  });

  it("[Q6] calls survive a store that cannot be read for a while", async () => {
    const answer = { isOn: false };
    world = await startWorld({ answer: () => (answer.isOn ? done() : undefined) });
    await world.sync([aConfig("shop-a")]);
    const tsMs = world.clock.nowMs() + 1_000;
    const future = { name: "shop/order", data: {}, tsMs };
    await world.engine.sendEvents([future]);
    // Another engine over the same data has the run in the store only.
    await world.engine.stop({ graceMs: 0 });
    world = await startWorld({ database: world.database });
    world.faults.loadRuns = new Error("the disk is away");
    await world.advance(1_000);
    expect(world.calls).toEqual([]);
    expect(world.log.map(({ message }) => message)).toContain(
      "Runs could not be loaded for their calls.",
    );
    delete world.faults.loadRuns;
    await world.advance(1_000);
    expect(world.calls).toHaveLength(1);
  });

  it("[Q6] nor is a backlog forgotten that cannot be listed", async () => {
    world = await startWorld();
    await world.sync([aConfig("shop-a", ONE_AT_A_TIME)]);
    await sendMany(world, 2_500);
    world.faults.listTimers = new Error("the disk is away");
    for (let n = 0; n < 1_600; n += 1) {
      for (const call of world.open()) call.respond(done());
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await world.settle();
    delete world.faults.listTimers;
    await world.advance(1_000);
    for (let n = 0; world.calls.length < 2_500 && n < 5_000; n += 1) {
      for (const call of world.open()) call.respond(done());
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(numbers(world)).toEqual(Array.from({ length: 2_500 }, (_, n) => n));
  });

  it("[Q7] a call that cannot be built is a failed attempt", async () => {
    world = await startWorld();
    await world.sync([aConfig("shop-a", { url: "no address", maxAttempts: 1 })]);
    const runId = (await world.engine.invoke("shop-a", { data: {} })).runId;
    await world.settle();
    const [run] = await world.store.loadRuns([runId]);
    expect(run?.state.head).toMatchObject({ status: "failed", error: { name: "CallError" } });
    expect(world.calls).toEqual([]);
  });
});
