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
    const it = await aWorld();
    await it.send("shop/order");
    await it.settle();
    const [call] = it.calls;
    it.faults.commit = new Error("disk full");
    call?.respond(ops(wireOp("StepRun", "a", { data: 1 })));
    await it.settle();
    expect(it.calls).toHaveLength(1);
    await it.advance(500);
    await it.advance(500);
    expect(it.calls).toHaveLength(1);
    delete it.faults.commit;
    await it.advance(500);
    expect(it.calls).toHaveLength(2);
    expect(it.calls[1]?.body.steps).toEqual({ [wireOp("StepRun", "a").id]: { data: 1 } });
  });

  it("[D2] a client whose commit failed is told, and nothing of it is seen", async () => {
    const it = await aWorld();
    it.faults.commit = new Error("disk full");
    const sync = it.sync([aConfig("shop-b")], "c2");
    await expect(sync).rejects.toMatchObject({ code: "store_unavailable" });
    expect(it.engine.functions().map((fn) => fn.config.slug)).toEqual(["shop-a"]);
    expect(it.log.some(({ message }) => message.includes("A commit failed"))).toBe(true);
  });

  it("[D3] what the store refuses for good is dropped without its neighbours", async () => {
    const it = await aWorld();
    const seed = { atMs: it.clock.nowMs(), entropy: new Uint8Array(10) };
    const before = it.commits;
    const [first, second] = await Promise.all([
      it.engine.sendEvents([{ name: "shop/order", data: { n: 1 } }]),
      it.engine.sendEvents([{ name: "shop/order", data: { n: 2 } }], { seed }),
    ]);
    expect(it.commits).toBe(before + 1);
    expect([first, second].flat()).toHaveLength(2);
    // One of three in the same batch meets a store that refuses it every time.
    const commit = it.store.commit.bind(it.store);
    it.store.commit = (changes) =>
      JSON.stringify(changes).includes("poison")
        ? Promise.reject(new EverstepError("internal", "It contradicts what is stored."))
        : commit(changes);
    const settled = await Promise.allSettled([
      it.engine.sendEvents([{ name: "shop/order", data: { n: 3 } }]),
      it.engine.sendEvents([{ name: "shop/order", data: { n: "poison" } }]),
      it.engine.sendEvents([{ name: "shop/order", data: { n: 4 } }]),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    await it.settle();
    expect(it.calls.map((call) => call.body.event.data["n"])).toEqual([1, 2, 3, 4]);
  });

  it("[D3] a command that breaks the engine itself is dropped alone", async () => {
    const it = await aWorld();
    const findWaits = it.store.findWaits.bind(it.store);
    it.store.findWaits = (queries) => {
      if (queries.some(({ matchKeys }) => matchKeys.includes("broken"))) throw new Error("a bug");
      return findWaits(queries);
    };
    const settled = await Promise.allSettled([
      it.engine.sendEvents([{ name: "shop/order", data: {} }]),
      it.engine.signal("broken", "null"),
      it.engine.sendEvents([{ name: "shop/order", data: {} }]),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(settled[1]).toMatchObject({ reason: { code: "internal" } });
    await it.settle();
    expect(it.calls).toHaveLength(2);
  });

  it("[D6] the same seed is stored once, also within one batch", async () => {
    const it = await aWorld();
    const seed = { atMs: it.clock.nowMs(), entropy: new Uint8Array(10).fill(7) };
    const send = (): Promise<readonly string[]> =>
      it.engine.sendEvents([{ name: "shop/order", data: {} }], { seed });
    const [one, two] = await Promise.all([send(), send()]);
    expect(two).toEqual(one);
    expect(await send()).toEqual(one);
    await it.settle();
    expect(it.calls).toHaveLength(1);
  });
});

describe("stopping and starting again", () => {
  it("[D4] waits for the calls that are out, and makes no new ones", async () => {
    const it = await aWorld();
    await it.send("shop/order");
    await it.settle();
    const stopped = it.engine.stop({ graceMs: 10_000 });
    await it.settle();
    expect(it.engine.status().state).toBe("draining");
    it.calls[0]?.respond(ops(wireOp("StepRun", "a")));
    await stopped;
    expect(it.engine.status().state).toBe("stopped");
    expect(it.calls).toHaveLength(1);
    const [run] = await it.store.loadRuns([it.calls[0]?.runId ?? ""]);
    expect(run?.state.stack).toHaveLength(1);
    await expect(it.send("shop/order")).rejects.toMatchObject({ code: "shutting_down" });
  });

  it("[D4, D5] parks calls after the grace; the next owner makes them as the same attempt", async () => {
    const it = await aWorld();
    await it.send("shop/order", { n: 1 });
    await it.settle();
    const stopped = it.engine.stop({ graceMs: 2_000 });
    await it.settle();
    await it.advance(2_000);
    await stopped;
    world = await startWorld({ database: it.database, startMs: it.clock.nowMs() });
    const [before] = it.calls;
    const [after, ...others] = world.calls;
    expect(others).toEqual([]);
    expect(after).toMatchObject({ runId: before?.runId, timerId: before?.timerId, attempt: 0 });
    expect(after?.body.ctx.generation_id).toBeGreaterThan(before?.body.ctx.generation_id ?? 0);
    expect(after?.request.headers["x-request-id"]).not.toBe(
      before?.request.headers["x-request-id"],
    );
  });

  it("[D4] ends even when the store takes nothing any more", async () => {
    const it = await aWorld();
    await it.send("shop/order");
    await it.settle();
    it.faults.commit = new Error("disk full");
    it.calls[0]?.respond(done());
    await it.settle();
    let isStopped = false;
    const stopped = it.engine.stop({ graceMs: 1_000 }).then(() => {
      isStopped = true;
    });
    for (let second = 0; second < 20 && !isStopped; second += 1) await it.advance(1_000);
    expect(isStopped).toBe(true);
    await stopped;
    expect(await statusOf(it, it.calls[0]?.runId ?? "")).toBe("running");
  });

  it("[D5] sleeps, timeouts and retries go on where they were", async () => {
    const it = await aWorld();
    await it.send("shop/order");
    await it.settle();
    it.calls[0]?.respond(
      ops(
        wireOp("Sleep", "nap", { name: "1h" }),
        wireOp("WaitForEvent", "reply", { name: "shop/reply", opts: { timeout: "2h" } }),
      ),
    );
    await it.settle();
    await it.engine.stop({ graceMs: 0 });
    world = await startWorld({ database: it.database, startMs: it.clock.nowMs() });
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
    const it = await aWorld();
    await it.send("shop/order");
    await it.settle();
    it.calls[0]?.respond(ops(wireOp("Sleep", "nap", { name: "1h" })));
    await it.settle();
    await it.engine.stop({ graceMs: 0 });
    world = await startWorld({ database: it.database, startMs: it.clock.nowMs() + 7_200_000 });
    await world.advance(0);
    expect(world.calls).toHaveLength(1);
  });

  it("[Y7] of the cron ticks that were missed the latest runs, and the log says so", async () => {
    const it = await aWorld();
    const hourly = aConfig("shop-cron", { triggers: [{ kind: "cron", cron: "0 * * * *" }] });
    await it.sync([hourly], "c2");
    await it.engine.stop({ graceMs: 0 });
    const startMs = it.clock.nowMs() + 5 * 3_600_000;
    world = await startWorld({ database: it.database, startMs, answer: () => done() });
    await world.advance(0);
    expect(world.calls).toHaveLength(1);
    expect(world.log.some(({ message }) => message.includes("ticks were missed"))).toBe(true);
    await world.advance(3_600_000);
    expect(world.calls).toHaveLength(2);
  });
});
