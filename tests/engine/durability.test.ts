// What is durable when something leaves, and what becomes of commands whose commit fails.
import { EverstepError } from "@everstep/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { aConfig, done, ops, startWorld, wireOp, type World } from "./engine-world.ts";

let world: World | undefined;

afterEach(async () => {
  await world?.end();
  world = undefined;
});

async function aWorld(given: Parameters<typeof startWorld>[0] = {}): Promise<World> {
  world = await startWorld(given);
  await world.sync([aConfig("shop-a")]);
  return world;
}

async function statusOf(from: World, runId: string): Promise<string | undefined> {
  const [run] = await from.store.loadRuns([runId]);
  return run?.state.head.status;
}

describe("commits", () => {
  it("[D1] an event is answered, and its run called, after the commit", async () => {
    const { faults, calls, settle, clock, engine } = await aWorld();
    faults.commit = new Error("disk full");
    const sent = engine.sendEvents([{ name: "shop/order", data: {} }]);
    await expect(sent).rejects.toThrow(EverstepError);
    await settle();
    expect(calls).toEqual([]);
    delete faults.commit;
    clock.advance(500);
    await engine.sendEvents([{ name: "shop/order", data: { n: 2 } }]);
    await settle();
    expect(calls.map((call) => call.body.event.data)).toEqual([{ n: 2 }]);
  });

  it("[D2] an answer of the app is decided again until it is stored, once", async () => {
    const here = await aWorld();
    await here.send("shop/order");
    await here.settle();
    const [call] = here.calls;
    here.faults.commit = new Error("disk full");
    call?.respond(ops(wireOp("StepRun", "a", { data: 1 })));
    await here.settle();
    expect(here.calls).toHaveLength(1);
    await here.advance(500);
    await here.advance(500);
    expect(here.calls).toHaveLength(1);
    delete here.faults.commit;
    await here.advance(500);
    expect(here.calls).toHaveLength(2);
    expect(here.calls[1]?.body.steps).toEqual({ [wireOp("StepRun", "a").id]: { data: 1 } });
  });

  it("[D2] a client whose commit failed is told, and nothing of it is seen", async () => {
    const here = await aWorld();
    here.faults.commit = new Error("disk full");
    const sync = here.sync([aConfig("shop-b")], "c2");
    await expect(sync).rejects.toMatchObject({ code: "store_unavailable" });
    expect(here.engine.functions().map((fn) => fn.config.slug)).toEqual(["shop-a"]);
    expect(here.log.some(({ message }) => message.includes("A commit failed"))).toBe(true);
  });

  it("[D3] what the store refuses for good is dropped without its neighbours", async () => {
    const here = await aWorld();
    const seed = { atMs: here.clock.nowMs(), entropy: new Uint8Array(10) };
    const before = here.commits;
    const [first, second] = await Promise.all([
      here.engine.sendEvents([{ name: "shop/order", data: { n: 1 } }]),
      here.engine.sendEvents([{ name: "shop/order", data: { n: 2 } }], { seed }),
    ]);
    expect(here.commits).toBe(before + 1);
    expect([first, second].flat()).toHaveLength(2);
    // One of three in the same batch meets a store that refuses it every time.
    const commit = here.store.commit.bind(here.store);
    here.store.commit = (changes) =>
      JSON.stringify(changes).includes("poison")
        ? Promise.reject(new EverstepError("internal", "It contradicts what is stored."))
        : commit(changes);
    const settled = await Promise.allSettled([
      here.engine.sendEvents([{ name: "shop/order", data: { n: 3 } }]),
      here.engine.sendEvents([{ name: "shop/order", data: { n: "poison" } }]),
      here.engine.sendEvents([{ name: "shop/order", data: { n: 4 } }]),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    await here.settle();
    expect(here.calls.map((call) => call.body.event.data["n"])).toEqual([1, 2, 3, 4]);
  });

  it("[D3] a command that breaks the engine itself is dropped alone", async () => {
    const here = await aWorld();
    const findWaits = here.store.findWaits.bind(here.store);
    here.store.findWaits = (queries) => {
      if (queries.some(({ matchKeys }) => matchKeys.includes("broken"))) throw new Error("a bug");
      return findWaits(queries);
    };
    const settled = await Promise.allSettled([
      here.engine.sendEvents([{ name: "shop/order", data: {} }]),
      here.engine.signal("broken", "null"),
      here.engine.sendEvents([{ name: "shop/order", data: {} }]),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(settled[1]).toMatchObject({ reason: { code: "internal" } });
    await here.settle();
    expect(here.calls).toHaveLength(2);
  });

  it("[D6] the same seed is stored once, also within one batch", async () => {
    const here = await aWorld();
    const seed = { atMs: here.clock.nowMs(), entropy: new Uint8Array(10).fill(7) };
    const send = (): Promise<readonly string[]> =>
      here.engine.sendEvents([{ name: "shop/order", data: {} }], { seed });
    const [one, two] = await Promise.all([send(), send()]);
    expect(two).toEqual(one);
    expect(await send()).toEqual(one);
    await here.settle();
    expect(here.calls).toHaveLength(1);
  });
});

describe("stopping and starting again", () => {
  it("[D4] waits for the calls that are out, and makes no new ones", async () => {
    const here = await aWorld();
    await here.send("shop/order");
    await here.settle();
    const stopped = here.engine.stop({ graceMs: 10_000 });
    await here.settle();
    expect(here.engine.status().state).toBe("draining");
    here.calls[0]?.respond(ops(wireOp("StepRun", "a")));
    await stopped;
    expect(here.engine.status().state).toBe("stopped");
    expect(here.calls).toHaveLength(1);
    const [run] = await here.store.loadRuns([here.calls[0]?.runId ?? ""]);
    expect(run?.state.stack).toHaveLength(1);
    await expect(here.send("shop/order")).rejects.toMatchObject({ code: "shutting_down" });
  });

  it("[D4, D5] parks calls after the grace; the next owner makes them as the same attempt", async () => {
    const here = await aWorld();
    await here.send("shop/order", { n: 1 });
    await here.settle();
    const stopped = here.engine.stop({ graceMs: 2_000 });
    await here.settle();
    await here.advance(2_000);
    await stopped;
    world = await startWorld({ database: here.database, startMs: here.clock.nowMs() });
    const [before] = here.calls;
    const [after, ...others] = world.calls;
    expect(others).toEqual([]);
    expect(after).toMatchObject({ runId: before?.runId, timerId: before?.timerId, attempt: 0 });
    expect(after?.body.ctx.generation_id).toBeGreaterThan(before?.body.ctx.generation_id ?? 0);
    expect(after?.request.headers["x-request-id"]).not.toBe(
      before?.request.headers["x-request-id"],
    );
  });

  it("[D4] ends even when the store takes nothing any more", async () => {
    const here = await aWorld();
    await here.send("shop/order");
    await here.settle();
    here.faults.commit = new Error("disk full");
    here.calls[0]?.respond(done());
    await here.settle();
    let isStopped = false;
    const stop = async (): Promise<void> => {
      await here.engine.stop({ graceMs: 1_000 });
      isStopped = true;
    };
    const stopped = stop();
    for (let second = 0; second < 20 && !isStopped; second += 1) await here.advance(1_000);
    expect(isStopped).toBe(true);
    await stopped;
    expect(await statusOf(here, here.calls[0]?.runId ?? "")).toBe("running");
  });

  it("[D5] sleeps, timeouts and retries go on where they were", async () => {
    const here = await aWorld();
    await here.send("shop/order");
    await here.settle();
    here.calls[0]?.respond(
      ops(
        wireOp("Sleep", "nap", { name: "1h" }),
        wireOp("WaitForEvent", "reply", { name: "shop/reply", opts: { timeout: "2h" } }),
      ),
    );
    await here.settle();
    await here.engine.stop({ graceMs: 0 });
    world = await startWorld({ database: here.database, startMs: here.clock.nowMs() });
    await world.advance(3_599_999);
    expect(world.calls).toEqual([]);
    await world.advance(1);
    expect(world.calls).toHaveLength(1);
    expect(Object.values(world.calls[0]?.body.steps ?? {})).toEqual([null]);
    world.calls[0]?.respond(ops(wireOp("None", "none", { id: "" })));
    await world.advance(3_600_000);
    expect(Object.values(world.calls[1]?.body.steps ?? {})).toEqual([null, null]);
  });

  it("[D5] a timer that came due while nobody ran fires at once", async () => {
    const here = await aWorld();
    await here.send("shop/order");
    await here.settle();
    here.calls[0]?.respond(ops(wireOp("Sleep", "nap", { name: "1h" })));
    await here.settle();
    await here.engine.stop({ graceMs: 0 });
    world = await startWorld({ database: here.database, startMs: here.clock.nowMs() + 7_200_000 });
    await world.advance(0);
    expect(world.calls).toHaveLength(1);
  });

  it("[Y7] of the cron ticks that were missed the latest runs, and the log says so", async () => {
    const here = await aWorld();
    const hourly = aConfig("shop-cron", { triggers: [{ kind: "cron", cron: "0 * * * *" }] });
    await here.sync([hourly], "c2");
    await here.engine.stop({ graceMs: 0 });
    const startMs = here.clock.nowMs() + 5 * 3_600_000;
    world = await startWorld({ database: here.database, startMs, answer: () => done() });
    await world.advance(0);
    expect(world.calls).toHaveLength(1);
    expect(world.log.some(({ message }) => message.includes("ticks were missed"))).toBe(true);
    await world.advance(3_600_000);
    expect(world.calls).toHaveLength(2);
  });
});
