// What becomes of events that reach functions with rules, through the whole engine, with crashes in the middle of each wait.
import type { RunHead } from "@everstep/core";
import type { FunctionConfig } from "@everstep/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { aConfig, crash, done, ops, startWorld, wireOp, type World } from "./engine-world.ts";

let world: World | undefined;

afterEach(async () => {
  await world?.end();
  world = undefined;
});

async function aWorld(...functions: readonly Partial<FunctionConfig>[]): Promise<World> {
  world = await startWorld();
  await world.sync(functions.map((fields, index) => aConfig(`shop-${index}`, fields)));
  return world;
}

async function crashed(here: World, downMs?: number): Promise<World> {
  world = await crash(here, downMs);
  return world;
}

/** Sends events one after another, each with `n` and the fields given. */
async function send(
  here: World,
  ...data: readonly Record<string, string | number>[]
): Promise<void> {
  for (const each of data) {
    await here.send("shop/order", each);
    await here.settle();
  }
}

async function idsOf(here: World, ...data: readonly Record<string, string>[]): Promise<string[]> {
  const ids: string[] = [];
  for (const each of data) {
    const [id = ""] = await here.engine.sendEvents([{ name: "shop/order", data: each }]);
    await here.settle();
    ids.push(id);
  }
  return ids;
}

async function statuses(here: World): Promise<readonly RunHead["status"][]> {
  return (await here.runs()).map(({ status }) => status);
}

async function outcomeOf(here: World, eventId: string): Promise<unknown> {
  const outcomes = await here.history.listEventOutcomes(eventId);
  return outcomes.at(-1);
}

/** The `n` of each event of a call. */
function eventsOf(call: World["calls"][number] | undefined): unknown[] {
  const body = JSON.parse(call?.request.body ?? '{"events":[]}') as {
    events: { data: { n: unknown } }[];
  };
  return body.events.map(({ data }) => data.n);
}

describe("pause", () => {
  it("[F3] an event of a paused function is a skipped run, over restarts too", async () => {
    const here = await aWorld({});
    await here.engine.setPaused({ functionId: "shop-0", isPaused: true, actor: "api" });
    await send(here, { n: "1" });
    expect(await statuses(here)).toEqual(["skipped"]);
    const there = await crashed(here);
    await send(there, { n: "2" });
    expect(await statuses(there)).toEqual(["skipped", "skipped"]);
    expect(there.calls).toEqual([]);
    await there.engine.setPaused({ functionId: "shop-0", isPaused: false, actor: "api" });
    await send(there, { n: "3" });
    expect(there.calls).toHaveLength(1);
  });

  it("[F86] a pause holds calls of runs that exist back, and a resume lets them go at once", async () => {
    const here = await aWorld({});
    await send(here, { n: "1" });
    await here.engine.setPaused({ functionId: "shop-0", isPaused: true, actor: "ops" });
    here.calls[0]?.respond(ops(wireOp("StepRun", "a", { data: 1 })));
    await here.settle();
    expect(here.calls).toHaveLength(1);
    const there = await crashed(here, 1_000);
    expect(there.calls).toEqual([]);
    await there.engine.setPaused({ functionId: "shop-0", isPaused: false, actor: "ops" });
    await there.settle();
    expect(there.calls).toHaveLength(1);
    const fn = there.engine.functions()[0]?.id ?? "";
    const audits = await there.engine.audits(fn, 10);
    expect(audits.map(({ actor, after }) => [actor, after.pausedAtMs !== undefined])).toEqual([
      ["ops", false],
      ["ops", true],
    ]);
  });
});

describe("rate limit and idempotency", () => {
  it("[F10] lets `limit` events through in any window of `period`, over restarts too", async () => {
    const here = await aWorld({ rateLimit: { limit: 2, periodMs: 60_000, key: "event.data.k" } });
    await send(here, { k: "a" });
    await here.advance(30_000);
    const [, third] = await idsOf(here, { k: "a" }, { k: "a" });
    expect(here.calls).toHaveLength(2);
    expect(await outcomeOf(here, third ?? "")).toMatchObject({
      type: "rate_limited",
      untilMs: here.clock.nowMs() + 30_000,
    });
    const there = await crashed(here, 29_999);
    there.calls.length = 0;
    await send(there, { k: "a" }, { k: "b" });
    expect(there.calls).toHaveLength(1);
    await there.advance(1);
    await send(there, { k: "a" }, { k: "a" });
    expect(there.calls).toHaveLength(2);
  });

  it("[F8] a value of `idempotency` starts one run a day, beside the rate limit", async () => {
    const here = await aWorld({
      idempotency: "event.data.k",
      rateLimit: { limit: 2, periodMs: 3_600_000 },
    });
    const [first, again] = await idsOf(here, { k: "a" }, { k: "a" }, { k: "b" }, { k: "c" });
    expect(await statuses(here)).toHaveLength(2);
    const [run] = await here.runs();
    expect(await outcomeOf(here, again ?? "")).toMatchObject({
      type: "deduplicated",
      sinceEventId: first,
      runId: run?.id,
    });
    const there = await crashed(here, 86_399_999);
    await send(there, { k: "a" });
    expect(await statuses(there)).toHaveLength(2);
    await there.advance(1);
    await send(there, { k: "a" });
    expect(await statuses(there)).toHaveLength(3);
  });

  it("[F1] rules hold between events of one request", async () => {
    const here = await aWorld(
      { rateLimit: { limit: 2, periodMs: 60_000 } },
      { idempotency: "event.data.k" },
      { singleton: { mode: "skip" } },
    );
    const inputs = ["a", "a", "b", "a"].map((k) => ({ name: "shop/order", data: { k } }));
    await here.engine.sendEvents(inputs);
    await here.settle();
    const runs = await here.runs();
    const counts = here.engine.functions().map(({ id }) => {
      const own = runs.filter(({ functionId }) => functionId === id);
      return own.map(({ status }) => (status === "skipped" ? "skipped" : "run"));
    });
    expect(counts).toEqual([
      ["run", "run"],
      ["run", "run"],
      ["run", "skipped", "skipped", "skipped"],
    ]);
  });
});

describe("debounce", () => {
  it("[F14] runs the newest event `period` after the last one, over a restart, never after `timeout`", async () => {
    const here = await aWorld({ debounce: { periodMs: 10_000, timeoutMs: 25_000 } });
    await send(here, { n: "1" });
    await here.advance(9_000);
    await send(here, { n: "2" });
    const there = await crashed(here, 9_000);
    await send(there, { n: "3" });
    await there.advance(6_999);
    expect(there.calls).toEqual([]);
    await there.advance(1);
    expect(there.calls.map(eventsOf)).toEqual([["3"]]);
    expect(await statuses(there)).toHaveLength(1);
  });

  it("[F15] fires at once when its time passed while the engine was down", async () => {
    const here = await aWorld({ debounce: { periodMs: 10_000 } });
    await send(here, { n: "1" });
    const there = await crashed(here, 3_600_000);
    await there.advance(0);
    expect(there.calls.map(eventsOf)).toEqual([["1"]]);
  });

  it("[F13] an event with an older ts is superseded and does not wait", async () => {
    const here = await aWorld({ debounce: { periodMs: 10_000 } });
    const nowMs = here.clock.nowMs();
    const [newer = "", older = ""] = [
      ...(await here.engine.sendEvents([{ name: "shop/order", data: { n: "new" }, tsMs: nowMs }])),
      ...(await here.engine.sendEvents([
        { name: "shop/order", data: { n: "old" }, tsMs: nowMs - 1 },
      ])),
    ];
    await here.advance(10_000);
    expect(here.calls.map(eventsOf)).toEqual([["new"]]);
    expect(await outcomeOf(here, older)).toMatchObject({ type: "debounced", supersededBy: newer });
  });
});

describe("batches", () => {
  const batch = { maxSize: 3, timeoutMs: 60_000 };

  it("[F17] a full batch runs at once with all its events in their order, also those of before a crash", async () => {
    const here = await aWorld({ batch });
    await send(here, { n: "1" }, { n: "2" });
    expect(here.calls).toEqual([]);
    const there = await crashed(here, 1_000);
    await send(there, { n: "3" }, { n: "4" });
    expect(there.calls.map(eventsOf)).toEqual([["1", "2", "3"]]);
    await there.advance(60_000);
    expect(there.calls.map(eventsOf)).toEqual([["1", "2", "3"], ["4"]]);
  });

  it("[F17] events of one request fill batches too", async () => {
    const here = await aWorld({ batch });
    const names = ["1", "2", "3", "4", "5", "6", "7"];
    await here.engine.sendEvents(names.map((n) => ({ name: "shop/order", data: { n } })));
    await here.advance(60_000);
    expect(here.calls.map(eventsOf)).toEqual([["1", "2", "3"], ["4", "5", "6"], ["7"]]);
  });

  it("[F17] a batch whose time passed while the engine was down runs at once", async () => {
    const here = await aWorld({ batch });
    await send(here, { n: "1" }, { n: "2" });
    const there = await crashed(here, 3_600_000);
    await there.advance(0);
    expect(there.calls.map(eventsOf)).toEqual([["1", "2"]]);
  });

  it("[F18] an event for which `if` is not true runs alone and at once", async () => {
    const here = await aWorld({ batch: { ...batch, if: "event.data.big != true" } });
    await here.send("shop/order", { n: "1" });
    await here.send("shop/order", { n: "2", big: true });
    await here.settle();
    expect(here.calls.map(eventsOf)).toEqual([["2"]]);
  });
});

describe("singleton", () => {
  it("[F20] one run of a key at a time; after a crash the lock is still held, and its end frees it", async () => {
    const here = await aWorld({ singleton: { mode: "skip", key: "event.data.k" } });
    await send(here, { k: "a" }, { k: "a" }, { k: "b" });
    expect(await statuses(here)).toEqual(["running", "skipped", "running"]);
    const there = await crashed(here);
    await send(there, { k: "a" });
    const [first, , , fourth] = await there.runs();
    expect(fourth?.skip).toEqual({ reason: "singleton", byRunId: first?.id });
    there.calls.find(({ runId }) => runId === first?.id)?.respond(done());
    await there.settle();
    await send(there, { k: "a" });
    expect((await statuses(there)).at(-1)).toBe("running");
  });

  it("[F21] the newest always wins, also three in one request", async () => {
    const here = await aWorld({ singleton: { mode: "cancel" } });
    await send(here, { n: "1" });
    await here.engine.sendEvents(["2", "3", "4"].map((n) => ({ name: "shop/order", data: { n } })));
    await here.settle();
    expect(await statuses(here)).toEqual(["cancelled", "cancelled", "cancelled", "running"]);
    expect(here.calls.map(eventsOf)).toEqual([["1"], ["4"]]);
    const [first, second] = await here.runs();
    expect(first?.endReason).toContain(second?.id);
  });
});

describe("invokes, reruns and cron", () => {
  const target = (fields: Partial<FunctionConfig>): Partial<FunctionConfig> => ({
    triggers: [{ kind: "event", event: "shop/other" }],
    ...fields,
  });

  async function invokeFrom(here: World): Promise<void> {
    await here.send("shop/order");
    await here.settle();
    const op = wireOp("InvokeFunction", "call", {
      opts: { function_id: "shop-1", payload: { data: { k: "a" } } },
    });
    here.calls.at(-1)?.respond(ops(op));
    await here.settle();
  }

  it.each([
    ["rate limited", { rateLimit: { limit: 1, periodMs: 60_000 } }, "is rate limited"],
    ["a duplicate", { idempotency: "event.data.k" }, "was used before"],
    ["a singleton", { singleton: { mode: "skip" } }, "it is a singleton"],
  ] as const)(
    "[F32] the step is answered at once when its target is %s",
    async (_what, rule, why) => {
      const here = await aWorld({}, target(rule));
      await invokeFrom(here);
      const inner = here.calls.at(-1);
      await invokeFrom(here);
      const answered = here.calls.at(-1);
      expect(answered?.runId).not.toBe(inner?.runId);
      expect(JSON.stringify(answered?.body.steps)).toContain(why);
    },
  );

  it("[F32] the step is answered at once when its target is paused", async () => {
    const here = await aWorld({}, target({}));
    await here.engine.setPaused({ functionId: "shop-1", isPaused: true, actor: "api" });
    await invokeFrom(here);
    expect(JSON.stringify(here.calls.at(-1)?.body.steps)).toContain("the function is paused");
  });

  it("[F33] steps that invoked into one batch are all answered by its run", async () => {
    const here = await aWorld({}, target({ batch: { maxSize: 2, timeoutMs: 60_000 } }));
    await invokeFrom(here);
    await invokeFrom(here);
    const batchCall = here.calls.at(-1);
    expect(eventsOf(batchCall)).toHaveLength(2);
    const there = await crashed(here);
    const made = there.calls.find(({ runId }) => runId === batchCall?.runId);
    made?.respond(done("both"));
    await there.settle();
    const answered = there.calls.filter(({ body }) => JSON.stringify(body.steps).includes("both"));
    expect(answered).toHaveLength(2);
  });

  it.each([
    ["batch", { batch: { maxSize: 2, timeoutMs: 60_000 } }],
    ["debounce", { debounce: { periodMs: 60_000 } }],
  ] as const)(
    "[F43] the step is answered when its target is removed during its %s",
    async (_what, rule) => {
      const here = await aWorld({}, target(rule));
      await invokeFrom(here);
      await here.sync([aConfig("shop-0")], "c2");
      await here.advance(60_000);
      expect(JSON.stringify(here.calls.at(-1)?.body.steps)).toContain("removed from its app");
      expect(await statuses(here)).toEqual(["running"]);
    },
  );

  it("[F1] an invoke over HTTP says what became of it", async () => {
    const here = await aWorld({ rateLimit: { limit: 1, periodMs: 60_000 } });
    const first = await here.engine.invoke("shop-0", { data: {} });
    expect(first.outcome).toBeUndefined();
    const second = await here.engine.invoke("shop-0", { data: {} });
    expect(second).toMatchObject({ runId: "", outcome: { type: "rate_limited", limit: 1 } });
  });

  it("[F30] a rerun passes rate limit and debounce by, and is a skipped run while paused", async () => {
    const here = await aWorld({ rateLimit: { limit: 1, periodMs: 60_000 } });
    await send(here, { n: "1" });
    const [run] = await here.runs();
    here.calls[0]?.respond(done());
    await here.settle();
    await here.engine.rerun({ runId: run?.id ?? "" });
    await here.settle();
    expect(here.calls).toHaveLength(2);
    await here.engine.setPaused({ functionId: "shop-0", isPaused: true, actor: "api" });
    await here.engine.rerun({ runId: run?.id ?? "" });
    expect(await statuses(here)).toEqual(["completed", "running", "skipped"]);
  });

  it("[F31] cron ticks are rate limited and never batched", async () => {
    const here = await aWorld(
      {
        triggers: [{ kind: "cron", cron: "* * * * *" }],
        rateLimit: { limit: 1, periodMs: 120_000 },
      },
      {
        triggers: [{ kind: "cron", cron: "* * * * *" }],
        batch: { maxSize: 3, timeoutMs: 600_000 },
      },
    );
    for (let minute = 0; minute < 4; minute += 1) await here.advance(60_000);
    const runs = await here.runs();
    const counts = here.engine
      .functions()
      .map(({ id }) => runs.filter(({ functionId }) => functionId === id).length);
    expect(counts).toEqual([2, 4]);
  });
});

describe("memory of limits", () => {
  it("[F44] is swept once it says nothing any more", async () => {
    const here = await aWorld({
      rateLimit: { limit: 1, periodMs: 60_000, key: "event.data.k" },
      debounce: { periodMs: 10_000, key: "event.data.k" },
    });
    const rows = (): unknown =>
      here.database.prepare("SELECT count(*) AS count FROM limiters").get()?.["count"];
    for (let n = 0; n < 50; n += 1) await here.send("shop/order", { k: `${n}` }, `id_${n}`);
    expect(rows()).toBe(100);
    // Until then nothing else is committed: debounces are over, and the windows of the rate limits too.
    await here.advance(60_000);
    for (let n = 0; n < 256; n += 1) await here.send("shop/unheard");
    await here.settle();
    expect(rows()).toBe(0);
    const keys = here.database.prepare("SELECT count(*) AS count FROM idempotency_keys").get();
    expect(keys?.["count"]).toBe(50);
    await here.advance(86_400_000);
    for (let n = 0; n < 256; n += 1) await here.send("shop/unheard");
    await here.settle();
    const left = here.database.prepare("SELECT count(*) AS count FROM idempotency_keys").get();
    expect(left?.["count"]).toBe(0);
  });
});

describe("functions without rules", () => {
  it("[F1] load nothing for flow control", async () => {
    const here = await aWorld({}, { rateLimit: { limit: 1, periodMs: 1, key: "false" } });
    await here.sync([aConfig("shop-0")], "c2");
    here.reads.clear();
    await send(here, { n: "1" }, { n: "2" });
    for (const call of here.open()) call.respond(done());
    await here.settle();
    expect([...here.reads.keys()].toSorted()).toEqual(["commit"]);
  });
});

describe("a watcher of cancellations", () => {
  const watching = { triggers: [{ kind: "event", event: "inngest/function.cancelled" }] } as const;

  it.each([
    ["is a singleton that cancels", { singleton: { mode: "cancel" } } as const],
    ["is cancelled by what it watches", { cancel: [{ event: "inngest/function.cancelled" }] }],
  ])("[L3] that %s does not start itself without end", async (_, rule) => {
    const here = await aWorld({}, { ...watching, ...rule });
    await send(here, { n: "1" }, { n: "2" }, { n: "3" });
    for (const { id } of await here.runs()) {
      await here.engine.cancelRun(id, "asked");
      await here.settle();
    }
    const watchers = (await here.runs()).slice(3);
    expect(watchers.map(({ status }) => status)).toEqual(["cancelled", "cancelled", "running"]);
  });
});
