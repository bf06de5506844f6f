// Events, waits, signals and invokes between runs, decided in the batch that causes them.
import { afterEach, describe, expect, it } from "vitest";
import { aConfig, done, ops, startWorld, wireOp, type World } from "./engine-world.ts";

let world: World | undefined;

afterEach(async () => {
  await world?.end();
  world = undefined;
});

async function aWorld(...functions: Parameters<World["sync"]>[0]): Promise<World> {
  world = await startWorld();
  await world.sync(functions);
  return world;
}

const ON_OTHER = { triggers: [{ kind: "event", event: "shop/other" }] } as const;

async function start(here: World, event = "shop/order"): Promise<World["calls"][number]> {
  await here.send(event);
  await here.settle();
  const call = here.calls.at(-1);
  if (call === undefined) throw new Error("No call was made.");
  return call;
}

async function answer(
  here: World,
  call: World["calls"][number],
  ...list: ReturnType<typeof wireOp>[]
): Promise<void> {
  call.respond(ops(...list));
  await here.settle();
}

function results(call: World["calls"][number] | undefined): unknown[] {
  return Object.values(call?.body.steps ?? {});
}

describe("events", () => {
  it("[E2] an id starts a function once a day, and its waits still see it", async () => {
    const here = await aWorld(aConfig("shop-a"));
    await Promise.all([here.send("shop/order", {}, "o_1"), here.send("shop/order", {}, "o_1")]);
    await here.settle();
    expect(here.calls).toHaveLength(1);
    const [call] = here.calls;
    if (call === undefined) return;
    await answer(here, call, wireOp("WaitForEvent", "again", { name: "shop/order" }));
    await here.send("shop/order", {}, "o_1");
    await here.settle();
    expect(here.calls).toHaveLength(2);
    expect(results(here.calls[1])).toMatchObject([{ id: "o_1" }]);
    await here.advance(86_400_000);
    await here.send("shop/order", {}, "o_1");
    await here.settle();
    expect(here.calls).toHaveLength(3);
  });

  it("[E3] an invoke starts its function alone", async () => {
    const here = await aWorld(aConfig("shop-a"), aConfig("shop-b"));
    const { runId } = await here.engine.invoke("shop-b", { data: { n: 1 } });
    await here.settle();
    expect(here.calls.map((call) => [call.runId, call.url.searchParams.get("fnId")])).toEqual([
      [runId, "shop-b"],
    ]);
  });

  it("[W10] the event that started a run does not end its waits, a later one does", async () => {
    const cancel = [{ event: "shop/order" }];
    const here = await aWorld(aConfig("shop-a", { cancel }));
    const first = await start(here);
    await here.send("shop/order");
    await here.settle();
    const [run] = await here.store.loadRuns([first.runId]);
    expect(run?.state.head.status).toBe("cancelled");
    const [second] = await here.store.loadRuns([here.calls[1]?.runId ?? ""]);
    expect(second?.state.head.status).toBe("running");
  });

  it("[W10] an event that came before the wait is not looked back for", async () => {
    const here = await aWorld(aConfig("shop-a"));
    const call = await start(here);
    await here.send("shop/reply");
    await answer(here, call, wireOp("WaitForEvent", "reply", { name: "shop/reply" }));
    expect(here.calls).toHaveLength(1);
    await here.send("shop/reply");
    await here.settle();
    expect(here.calls).toHaveLength(2);
  });

  it.each(["inngest/function.finished", "inngest/function.failed"])(
    "[L4] a run can wait for %s",
    async (name) => {
      const here = await aWorld(
        aConfig("shop-a"),
        aConfig("shop-b", { ...ON_OTHER, maxAttempts: 1 }),
      );
      const waiting = await start(here);
      const condition = { if: "async.data.function_id == 'shop-b'" };
      await answer(here, waiting, wireOp("WaitForEvent", "end", { name, opts: condition }));
      const other = await start(here, "shop/other");
      other.respond(
        name.endsWith("failed") ? { status: 500, headers: {}, bodyText: "" } : done({ ok: 1 }),
      );
      await here.settle();
      const woken = here.calls.at(-1);
      expect(woken?.runId).toBe(waiting.runId);
      expect(results(woken)).toMatchObject([{ name, data: { run_id: other.runId } }]);
    },
  );
});

describe("signals", () => {
  const onSignal = (conflict?: string): ReturnType<typeof wireOp> =>
    wireOp("WaitForSignal", "sign", {
      opts: { signal: "s", timeout: "1h", ...(conflict === undefined ? {} : { conflict }) },
    });

  it("[S3] a second waiter fails its run", async () => {
    const here = await aWorld(aConfig("shop-a"));
    const [first, second] = [await start(here), await start(here)];
    await answer(here, first, onSignal());
    await answer(here, second, onSignal());
    const [run] = await here.store.loadRuns([second.runId]);
    expect(run?.state.head).toMatchObject({ status: "failed", error: { name: "SignalConflict" } });
    expect(await here.engine.signal("s", "1")).toEqual({ runId: first.runId });
  });

  it("[S3] or takes it over, and the first one times out", async () => {
    const here = await aWorld(aConfig("shop-a"));
    const [first, second] = [await start(here), await start(here)];
    await answer(here, first, onSignal());
    await answer(here, second, onSignal("replace"));
    expect(await here.engine.signal("s", "1")).toEqual({ runId: second.runId });
    await expect(here.engine.signal("s", "1")).rejects.toMatchObject({ code: "signal_not_found" });
    await here.advance(3_600_000);
    expect(here.calls.at(-1)?.runId).toBe(first.runId);
    expect(results(here.calls.at(-1))).toEqual([null]);
  });

  it("[S4] a late answer takes no signal", async () => {
    const here = await aWorld(aConfig("shop-a"));
    const [first, second] = [await start(here), await start(here)];
    await answer(here, first, onSignal());
    await here.engine.cancelRun(second.runId);
    await answer(here, second, onSignal("replace"));
    expect(await here.engine.signal("s", "1")).toEqual({ runId: first.runId });
  });

  it("[S4] nor does a waiter that was replaced and is reported again", async () => {
    const here = await aWorld(aConfig("shop-a"));
    const [first, second] = [await start(here), await start(here)];
    await answer(here, first, onSignal("replace"), wireOp("Sleep", "nap", { name: "1m" }));
    await answer(here, second, onSignal("replace"));
    await here.advance(60_000);
    const again = here.calls.at(-1);
    expect(again?.runId).toBe(first.runId);
    if (again === undefined) return;
    await answer(here, again, onSignal("replace"));
    expect(await here.engine.signal("s", "1")).toEqual({ runId: second.runId });
  });
});

describe("invokes", () => {
  it("[I3] the end of the invoked run answers in the same commit", async () => {
    const here = await aWorld(aConfig("shop-a"), aConfig("shop-b", ON_OTHER));
    const parent = await start(here);
    await answer(here, parent, wireOp("InvokeFunction", "b", { opts: { function_id: "shop-b" } }));
    const child = here.calls.at(-1);
    expect(child?.body.event.name).toBe("inngest/function.invoked");
    const before = here.commits;
    child?.respond(done({ total: 3 }));
    await here.settle();
    // The child's end is one commit; that its parent was called again needs none.
    expect(here.commits).toBe(before + 1);
    expect(results(here.calls.at(-1))).toEqual([{ data: { total: 3 } }]);
  });

  it("[I3] a cancelled run answers its invoker with an error", async () => {
    const here = await aWorld(aConfig("shop-a"), aConfig("shop-b", ON_OTHER));
    const parent = await start(here);
    await answer(here, parent, wireOp("InvokeFunction", "b", { opts: { function_id: "shop-b" } }));
    await here.engine.cancelRun(here.calls.at(-1)?.runId ?? "", "not needed");
    await here.settle();
    expect(results(here.calls.at(-1))).toMatchObject([
      { error: { message: "The function run was cancelled: not needed" } },
    ]);
  });

  it("[P7] a call knows whether other work of its run is open", async () => {
    const here = await aWorld(aConfig("shop-a"));
    const first = await start(here);
    expect(first.body.ctx.disable_immediate_execution).toBe(false);
    await answer(here, first, wireOp("StepPlanned", "x"), wireOp("StepPlanned", "y"));
    const [, x, y] = here.calls;
    expect(x?.body.ctx.disable_immediate_execution).toBe(true);
    if (x === undefined || y === undefined) return;
    await answer(here, x, wireOp("StepRun", "x"));
    await answer(here, y, wireOp("StepRun", "y"));
    expect(here.calls.at(-1)?.body.ctx.disable_immediate_execution).toBe(false);
  });
});
