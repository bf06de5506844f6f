// The embedded engine in memory, with a clock that the test moves: what a user of `createEngine` sees.
import { systemClock } from "@everstep/engine";
import { Everstep, NonRetriableError, cron } from "everstep";
import { afterEach, describe, expect, it } from "vitest";
import { createEngine, RunError, WaitTimeoutError, type EmbeddedEngine } from "./index.ts";
import { createManualClock, until, type ManualClock } from "./testing/manual-clock.ts";

const silent = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };
const open: EmbeddedEngine[] = [];

afterEach(async () => {
  for (const engine of open.splice(0)) await engine.stop();
});

function client(id = "shop"): Everstep {
  return new Everstep({ id, logger: silent, isDev: true });
}

/** An engine in memory, with a clock that the test moves. */
async function start(
  functions: Parameters<typeof createEngine>[0]["functions"],
  more: Partial<Parameters<typeof createEngine>[0]> = {},
): Promise<EmbeddedEngine & { readonly clock: ManualClock }> {
  const clock = createManualClock();
  const engine = createEngine({ functions, data: ":memory:", clock, ...more });
  open.push(engine);
  return Object.assign(await engine.start(), { clock });
}

describe("options", () => {
  const fn = client().createFunction({ id: "fn" }, { event: "shop/go" }, () => 1);

  it.each([
    [{ functions: [], data: ":memory:" }, "functions is []"],
    [{ functions: [undefined], data: ":memory:" }, "functions[0] is undefined"],
    [{ functions: [() => 1], data: ":memory:" }, "functions[0] is a function"],
    [{ functions: [fn] }, "data is undefined: give the path of a file"],
    [{ functions: [fn], data: " " }, 'data is " "'],
    [{ functions: [fn], data: ":memory:", client: {} }, "client is {}"],
    [{ functions: [fn], data: ":memory:", retryInterval: "soon" }, 'retryInterval is "soon"'],
    [{ functions: [fn], data: ":memory:", limits: { steps: 1 } }, "limits.steps is no limit"],
    [{ functions: [fn], data: ":memory:", limits: { callTimeoutMs: 0 } }, "callTimeoutMs is 0"],
  ])("%o is refused before anything is opened", (options, message) => {
    expect(() => createEngine(options as never)).toThrow(message);
  });

  it("a function that cannot be registered is refused as a sync would, and leaves nothing open", async () => {
    const shop = client();
    const bad = shop.createFunction({ id: "tick" }, { cron: "99 99 * * *" }, () => 1);
    const good = shop.createFunction({ id: "good" }, { event: "shop/go" }, () => 1);
    const refused = createEngine({ functions: [good, bad], data: ":memory:" });
    await expect(refused.start()).rejects.toThrow(/99 99/);
    const engine = await start([good]);
    expect(await engine.invoke(good)).toBe(1);
    const twin = shop.createFunction({ id: "good" }, { event: "shop/go" }, () => 1);
    expect(() => createEngine({ functions: [good, twin], data: ":memory:" })).toThrow(
      /used by two functions/,
    );
  });

  it("two clients of one id are refused", () => {
    const other = client().createFunction({ id: "other" }, { event: "shop/go" }, () => 1);
    expect(() => createEngine({ functions: [fn, other], data: ":memory:" })).toThrow(
      'two clients with the id "shop"',
    );
  });
});

it("the methods of an engine can be taken out of it", async () => {
  const shop = client();
  const fn = shop.createFunction({ id: "fn" }, { event: "shop/go" }, () => 1);
  const engine = createEngine({ functions: [fn], data: ":memory:" });
  const { start: begin, invoke, startRun, runs, runsOf, send, stop } = engine;
  expect(await begin()).toBe(engine);
  expect(await invoke(fn)).toBe(1);
  const { result, status } = await startRun(fn);
  expect([await result(), await status()]).toEqual([1, "completed"]);
  const { ids } = await send({ name: "shop/go" });
  expect([await runsOf(ids[0] ?? ""), await runs()].map(({ length }) => length)).toEqual([1, 3]);
  await stop();
  expect(engine.state).toBe("stopped");
});

describe("values that JSON has no form for", () => {
  it("[seeds R17] arrive as sent: by send, by invoke, by the client", async () => {
    const shop = client();
    const seen: unknown[] = [];
    const fn = shop.createFunction({ id: "fn" }, { event: "shop/go" }, ({ event }) => {
      seen.push(event.data.at, event.data.tags);
    });
    const engine = await start([fn]);
    const data = { at: new Date(5), tags: new Set(["a"]) };
    await engine.invoke(fn, { data });
    await engine.send({ name: "shop/go", data });
    await shop.send({ name: "shop/go", data });
    await until("three runs", () => seen.length === 6);
    expect(seen).toEqual([data.at, data.tags, data.at, data.tags, data.at, data.tags]);
  });
});

describe("life", () => {
  it("nothing works before start and after stop, and says so", async () => {
    const fn = client().createFunction({ id: "fn" }, { event: "shop/go" }, () => 1);
    const engine = createEngine({ functions: [fn], data: ":memory:" });
    expect(engine.state).toBe("starting");
    await expect(engine.invoke(fn)).rejects.toThrow("await engine.start() first");
    await expect(engine.send({ name: "shop/go" })).rejects.toThrow("is not started");
    const [first, second] = await Promise.all([engine.start(), engine.start()]);
    expect(first).toBe(second);
    expect(engine.state).toBe("ready");
    await Promise.all([engine.stop(), engine.stop()]);
    expect(engine.state).toBe("stopped");
    await expect(engine.invoke(fn)).rejects.toThrow("has been stopped");
    await expect(engine.start()).rejects.toThrow("make a new one");
  });

  it("`await using` stops it", async () => {
    const fn = client().createFunction({ id: "fn" }, { event: "shop/go" }, () => 1);
    let engine: EmbeddedEngine;
    {
      await using used = await createEngine({ functions: [fn], data: ":memory:" }).start();
      engine = used;
      expect(await used.invoke(fn)).toBe(1);
    }
    expect(engine.state).toBe("stopped");
  });

  it("a client belongs to one engine at a time", async () => {
    const shop = client();
    const fn = shop.createFunction({ id: "fn" }, { event: "shop/go" }, () => 1);
    const engine = await start([fn]);
    const second = createEngine({ functions: [fn], data: ":memory:" });
    await expect(second.start()).rejects.toThrow("belongs to another embedded engine");
    await engine.stop();
    const third = await start([fn]);
    expect(await third.invoke(fn)).toBe(1);
  });

  it("draining lets the running step finish and leaves the rest for the next start", async () => {
    const shop = client();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const done: string[] = [];
    const fn = shop.createFunction({ id: "fn" }, { event: "shop/go" }, async ({ step }) => {
      await step.run("one", async () => {
        done.push("one begins");
        await held;
        done.push("one ends");
      });
      await step.run("two", () => done.push("two"));
    });
    const engine = await start([fn]);
    const run = await engine.startRun(fn);
    const waiting = run.result();
    await until("the step runs", () => done.length === 1);
    const stopping = engine.stop();
    expect(engine.state).toBe("draining");
    release();
    await stopping;
    await expect(waiting).rejects.toThrow("stopped before run");
    expect(done).toEqual(["one begins", "one ends"]);
  });
});

describe("runs", () => {
  it("what user code gets is JSON of its own: dates are texts, undefined vanishes, nothing is shared", async () => {
    const shop = client();
    const kept = { n: 1 };
    const seen: unknown[] = [];
    const values: unknown[] = [];
    const fn = shop.createFunction({ id: "fn" }, { event: "shop/go" }, async ({ event, step }) => {
      seen.push(structuredClone(event.data.list));
      event.data.list.push("mine");
      const value = await step.run("value", () => ({ at: new Date(0), none: undefined, kept }));
      values.push(structuredClone(value));
      kept.n = 2;
      value.kept.n = 3;
      // Longer than a run is kept in memory.
      await step.sleep("nap", "2m");
      return "slept";
    });
    const engine = await start([fn]);
    const data = { list: ["given"] };
    const run = await engine.startRun(fn, { data });
    data.list.push("late");
    await until("its sleep is over", async () => {
      engine.clock.advance(120_000);
      return (await run.status()) === "completed";
    });
    const value = { at: "1970-01-01T00:00:00.000Z", kept: { n: 1 } };
    expect(values).toEqual([value, value]);
    expect(seen).toEqual([["given"], ["given"]]);
  });

  it("clients, steps and the engine reach each other without a server", async () => {
    const shop = client();
    const other = client("mail");
    const child = shop.createFunction({ id: "child" }, { event: "shop/child" }, ({ event }) => ({
      doubled: event.data.n * 2,
    }));
    const parent = shop.createFunction({ id: "parent" }, { event: "shop/go" }, async ({ step }) => {
      const { doubled } = await step.invoke("child", { function: child, data: { n: 21 } });
      await step.sendEvent("tell", { name: "mail/told", data: { doubled } });
      const signal = await step.waitForSignal<{ ok: boolean }>("go", {
        signal: "go-on",
        timeout: "1h",
      });
      return { doubled, signal: signal?.data };
    });
    const mail = other.createFunction({ id: "mail" }, { event: "mail/asked" }, async ({ step }) =>
      step.sendSignal("answer", { signal: "go-on", data: { ok: true } }),
    );
    const told: unknown[] = [];
    const note = other.createFunction({ id: "note" }, { event: "mail/told" }, ({ event }) => {
      told.push(event.data);
    });
    const engine = await start([child, parent, mail, note]);
    const { ids } = await shop.send({ name: "shop/go", data: {} });
    const [run, ...others] = await engine.runsOf(ids[0] ?? "");
    expect(others).toEqual([]);
    let answered: { readonly runId?: string } = {};
    await until("somebody waits for the signal", async () => {
      answered = await engine.invoke(mail);
      return answered.runId !== undefined;
    });
    expect(answered.runId).toBe(run?.id);
    expect(await run?.result()).toEqual({ doubled: 42, signal: { ok: true } });
    await until("the event has come", () => told.length === 1);
    expect(told).toEqual([{ doubled: 42 }]);
    expect(await other.sendSignal({ signal: "nobody" })).toEqual({});
    await expect(engine.signal("nobody")).rejects.toThrow("No signal found");
  });

  it("what only a server has is refused with the way out", async () => {
    const shop = client();
    const fn = shop.createFunction({ id: "fn" }, { event: "shop/go" }, () => 1);
    await start([fn]);
    const message = { channel: "orders", topic: "status", data: {} };
    await expect(shop.realtime.publish(message)).rejects.toThrow("need a server");
  });

  it("sends that the engine refuses reject as sends do", async () => {
    const shop = client();
    const fn = shop.createFunction({ id: "fn" }, { event: "shop/go" }, () => 1);
    const engine = await start([fn]);
    const sent = engine.send({ name: "shop/go", data: {}, ts: 1 });
    await expect(sent).rejects.toThrow(/did not take the events: Event 0 has the field "ts" 1/);
    await expect(sent).rejects.toMatchObject({ name: "EventSendError", sentCount: 0 });
  });

  it("failed attempts come again after retryInterval, then onFailure runs", async () => {
    const shop = client();
    const attempts: number[] = [];
    const failures: string[] = [];
    const fn = shop.createFunction(
      {
        id: "fn",
        retries: 2,
        onFailure: ({ error }) => {
          failures.push(error.message);
        },
      },
      { event: "shop/go" },
      ({ attempt }) => {
        attempts.push(attempt);
        throw new Error(`attempt ${attempt}`);
      },
    );
    const engine = await start([fn], { retryInterval: "10s" });
    const run = await engine.startRun(fn);
    await until("the first attempt", () => attempts.length === 1);
    for (const count of [2, 3]) {
      await until("the retry is planned", async () => {
        engine.clock.advance(10_000);
        return attempts.length === count;
      });
    }
    const failed = await run.result().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(RunError);
    expect(failed).toMatchObject({
      status: "failed",
      runId: run.id,
      cause: { message: "attempt 2" },
    });
    await until("onFailure", () => failures.length === 1);
    expect(failures).toEqual(["attempt 2"]);
    expect(attempts).toEqual([0, 1, 2]);
    expect(await run.info()).toMatchObject({ status: "failed", error: { message: "attempt 2" } });
  });

  it("crons run at their time", async () => {
    const shop = client();
    const ticks: string[] = [];
    const fn = shop.createFunction({ id: "tick", triggers: [cron("0 * * * *")] }, ({ event }) => {
      ticks.push(event.name);
    });
    const engine = await start([fn]);
    engine.clock.advance(3_600_000);
    await until("a tick", () => ticks.length === 1);
    expect(ticks).toEqual(["inngest/scheduled.timer"]);
  });

  it("waits end with their event or their timeout", async () => {
    const shop = client();
    const fn = shop.createFunction({ id: "fn" }, { event: "shop/go" }, async ({ step }) => {
      const options = { event: "shop/paid", match: "data.id", timeout: "1h" };
      const paid = await step.waitForEvent("paid", options);
      return paid?.data.id ?? "timed out";
    });
    const engine = await start([fn]);
    const [first, second] = await Promise.all([
      engine.startRun(fn, { data: { id: "a" } }),
      engine.startRun(fn, { data: { id: "b" } }),
    ]);
    const isWaiting = async (id: string): Promise<boolean> =>
      (await engine.run(id).status()) === "running";
    await until("both wait", async () => (await isWaiting(first.id)) && isWaiting(second.id));
    // The answers with the waits are decided some rounds after the runs have started.
    await until("the first is paid", async () => {
      await engine.send({ name: "shop/paid", data: { id: "a" } });
      return (await first.status()) === "completed";
    });
    expect(await first.result()).toBe("a");
    engine.clock.advance(3_600_000);
    expect(await second.result()).toBe("timed out");
  });

  it("a cancelled run does no more and says why", async () => {
    const shop = client();
    const done: string[] = [];
    const fn = shop.createFunction({ id: "fn" }, { event: "shop/go" }, async ({ step }) => {
      await step.run("one", () => done.push("one"));
      await step.sleep("nap", "1h");
      await step.run("two", () => done.push("two"));
    });
    const engine = await start([fn]);
    const run = await engine.startRun(fn);
    const waiting = run.result().catch((error: unknown) => error);
    await until("it sleeps", async () => (await run.info()).stepCount === 1);
    await run.cancel("not wanted any more");
    expect(await waiting).toMatchObject({
      status: "cancelled",
      message: `Run ${run.id} was cancelled: not wanted any more`,
    });
    engine.clock.advance(7_200_000);
    await expect(engine.cancel(run.id)).rejects.toMatchObject({ code: "run_ended" });
    expect(done).toEqual(["one"]);
  });

  it("a wait for a result has its own time", async () => {
    const shop = client();
    const fn = shop.createFunction({ id: "fn" }, { event: "shop/go" }, async ({ step }) => {
      await step.sleep("nap", "1h");
      return "late";
    });
    const engine = await start([fn]);
    const run = await engine.startRun(fn);
    const early = run.result({ timeout: "1m" }).catch((error: unknown) => error);
    await until("it runs", async () => (await run.status()) === "running");
    engine.clock.advance(60_000);
    expect(await early).toBeInstanceOf(WaitTimeoutError);
    await until("its sleep is over", async () => {
      engine.clock.advance(3_600_000);
      return (await run.status()) === "completed";
    });
    expect(await run.result()).toBe("late");
  });

  it("an error that is final ends the run at once", async () => {
    const shop = client();
    const fn = shop.createFunction({ id: "fn" }, { event: "shop/go" }, () => {
      throw new NonRetriableError("never");
    });
    const engine = await start([fn]);
    await expect(engine.invoke(fn)).rejects.toMatchObject({
      name: "RunError",
      cause: { name: "NonRetriableError", message: "never" },
    });
  });

  it("a call that takes too long is a failed attempt", async () => {
    const shop = client();
    let calls = 0;
    const fn = shop.createFunction({ id: "fn", retries: 0 }, { event: "shop/go" }, async () => {
      calls += 1;
      await new Promise(() => {});
    });
    const engine = await start([fn], { limits: { callTimeoutMs: 5_000 } });
    const run = await engine.startRun(fn);
    await until("it is called", () => calls === 1);
    engine.clock.advance(5_000);
    await expect(run.result()).rejects.toThrow("no answer within 5000 ms");
  });

  it("lists runs by status and function, newest first, page by page", async () => {
    const shop = client();
    const good = shop.createFunction({ id: "good" }, { event: "shop/go" }, () => 1);
    const bad = shop.createFunction({ id: "bad", retries: 0 }, { event: "shop/no" }, () => {
      throw new Error("no");
    });
    const engine = await start([good, bad]);
    for (let index = 0; index < 3; index += 1) await engine.invoke(good);
    await engine.invoke(bad).catch(() => undefined);
    expect(await engine.runs({ status: "failed" })).toMatchObject([{ functionId: "shop-bad" }]);
    const [newest, ...older] = await engine.runs({ function: good });
    expect(older).toHaveLength(2);
    expect(newest).toMatchObject({ status: "completed", output: 1, stepCount: 0 });
    const page = await engine.runs({ function: "good", limit: 5, after: newest });
    expect(page).toEqual(older);
    await expect(engine.runs({ limit: 0 })).rejects.toThrow("limit is 0");
    await expect(engine.runs({ function: "gone" })).rejects.toThrow('no function "gone"');
    await expect(engine.run("nope").result()).rejects.toThrow('no run "nope"');
  });

  it("the same id starts a function once", async () => {
    const shop = client();
    let calls = 0;
    const fn = shop.createFunction({ id: "fn" }, { event: "shop/go" }, () => (calls += 1));
    const engine = await start([fn]);
    const first = await engine.startRun(fn, { id: "order-1" });
    const again = await engine.startRun("fn", { id: "order-1" });
    expect(again.id).toBe(first.id);
    expect(await again.result()).toBe(1);
  });
});

it("real time works without options for it", async () => {
  const shop = client();
  const fn = shop.createFunction({ id: "fn" }, { event: "shop/go" }, async ({ step }) => {
    await step.sleep("nap", "1s");
    return "slept";
  });
  const engine = await start([fn], { clock: systemClock });
  const startedAtMs = Date.now();
  expect(await engine.invoke(fn)).toBe("slept");
  expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(1_000);
});
