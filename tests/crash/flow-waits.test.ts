// kill -9, and a stop, in the middle of each kind of wait that flow control knows: one life for all of them, and a second life
// that has to keep every promise of the first. What waited waits on, in its place and no longer than it had to; what was
// counted stays counted.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshId } from "../protocol/harness/world.ts";
import { FlowWorld } from "./harness/flow-world.ts";

interface Sent {
  readonly ids: readonly string[];
  readonly events: readonly string[];
  readonly key: string;
}

const ENDS = [
  [3, "SIGKILL"],
  [4, "SIGKILL"],
  [4, "SIGTERM"],
] as const;

describe.each(ENDS)("while version %d waits: %s", (version, signal) => {
  let world: FlowWorld;
  const sent = new Map<string, Sent>();

  /** Sends `count` events of one key to a function, the first ones held in the app. */
  async function send(fn: string, count: number, more: readonly object[] = []): Promise<Sent> {
    const key = freshId();
    const ids = Array.from({ length: count }, freshId);
    const { flow } = world;
    const events = await flow.engine.send(
      ...ids.map((id, index) => flow.event(fn, { id, key, ...more[index] })),
    );
    const record = { ids, events, key };
    sent.set(fn, record);
    return record;
  }

  function of(fn: string): Sent & { readonly at: (index: number) => string } {
    const record = sent.get(fn);
    if (record === undefined) throw new Error(`nothing was sent to ${fn}`);
    return { ...record, at: (index) => record.ids[index] ?? "" };
  }

  async function runOf(fn: string, index: number): Promise<string> {
    const [run] = await world.flow.engine.waitRuns(of(fn).events[index] ?? "", 1);
    return run?.run_id ?? "";
  }

  const held = { held: true };

  beforeAll(async () => {
    world = await FlowWorld.start(version);
    const { flow } = world;
    await flow.setLimits("two-at-once", { concurrency: 3 });
    await flow.control("pausable", "pause");
    // The others come when the first one runs: they are ordered among those that wait.
    const { key, ids } = await send("by-priority", 1, [held]);
    await flow.waitBegun("by-priority", ids);
    const [slow1, slow2, vip] = [freshId(), freshId(), freshId()] as const;
    const events = await flow.engine.send(
      flow.event("by-priority", { id: slow1, key }),
      flow.event("by-priority", { id: slow2, key }),
      flow.event("by-priority", { id: vip, key, vip: true }),
    );
    sent.set("by-priority", { key, ids: [...ids, slow1, slow2, vip], events: ["", ...events] });
    const waits = await Promise.all([
      send("two-at-once", 5, [held, held, held, held, held]),
      send("one-per-key", 3, [held]),
      send("rate-limited", 4),
      send("debounced", 2),
      send("batched", 2),
      send("batched-soon", 2),
      send("singleton-skip", 1, [held]),
      send("singleton-cancel", 1, [held]),
      send("idempotent", 1),
      send("pausable", 1),
      send("throttled", 4),
    ]);
    expect(waits).toHaveLength(11);
    await flow.waitBegun("two-at-once", of("two-at-once").ids, 3);
    for (const fn of ["one-per-key", "singleton-skip", "singleton-cancel"]) {
      await flow.waitBegun(fn, [of(fn).at(0)]);
    }
    await flow.waitFate(of("rate-limited").events[3] ?? "", "rate-limited", "rate_limited");
    await flow.waitFate(of("batched").events[1] ?? "", "batched", "batched");
    await flow.waitBegun("throttled", of("throttled").ids, 2);
    await world.end(signal);
    await world.open();
  });
  afterAll(async () => {
    await world.stop();
  });

  // The first of all: a batch may be open for a minute at most.
  it("[F17] fills a batch that was open, and runs one whose time came meanwhile", async () => {
    const { flow } = world;
    const { key, ids } = of("batched");
    const last = freshId();
    const [eventId = ""] = await flow.engine.send(flow.event("batched", { id: last, key }));
    const [run] = await flow.engine.waitRuns(eventId, 1);
    const full = await flow.engine.waitEnd(run?.run_id ?? "");
    expect(full).toMatchObject({ output: [...ids, last] });
    const soon = await flow.engine.waitEnd(await runOf("batched-soon", 0));
    expect(soon).toMatchObject({ status: "Completed", output: of("batched-soon").ids });
    expect(await runOf("batched-soon", 1)).toBe(soon.run_id);
  });

  it("[F56] never runs more at once than the limit that was set, and drains in order", async () => {
    const { flow } = world;
    const { ids } = of("two-at-once");
    const later = [await runOf("two-at-once", 3), await runOf("two-at-once", 4)];
    const reasons = await Promise.all(later.map((runId) => flow.waitWhy(runId, "queued")));
    expect(reasons.map(({ queue }) => queue)).toMatchObject([
      [{ type: "CONCURRENCY", limit: 3, held: 3 }],
      [{ type: "CONCURRENCY", limit: 3, held: 3 }],
    ]);
    expect(reasons.map(({ position }) => position)).toEqual([1, 2]);
    // One place after the other is freed: two calls that go out at once may arrive in any order.
    for (const index of [0, 1]) {
      flow.app.openGate(ids[index] ?? "");
      await flow.waitBegun("two-at-once", [ids[index + 3] ?? ""]);
      flow.app.openGate(ids[index + 3] ?? "");
    }
    flow.app.openGate(ids[2] ?? "");
    for (const index of ids.keys()) {
      const run = await flow.engine.waitEnd(await runOf("two-at-once", index));
      expect(run).toMatchObject({ status: "Completed", output: [ids[index]] });
    }
    expect(flow.overlap("two-at-once", ids)).toBe(3);
    const firsts = [...new Set(flow.begun("two-at-once", ids).map(({ id }) => id))];
    expect(firsts.slice(3)).toEqual(ids.slice(3));
  });

  it("[F56] keeps the runs of a key one after another", async () => {
    const { flow } = world;
    const { ids, at } = of("one-per-key");
    flow.app.openGate(at(0));
    await flow.engine.waitEnd(await runOf("one-per-key", 2));
    expect(flow.overlap("one-per-key", ids)).toBe(1);
    expect([...new Set(flow.begun("one-per-key", ids).map(({ id }) => id))]).toEqual(ids);
  });

  it("[F23] keeps the order that priority gave", async () => {
    const { flow } = world;
    const { ids, at } = of("by-priority");
    flow.app.openGate(at(0));
    await Promise.all(
      [1, 2, 3].map(async (index) => flow.engine.waitEnd(await runOf("by-priority", index))),
    );
    const order = [...new Set(flow.begun("by-priority", ids).map(({ id }) => id))];
    expect(order).toEqual([at(0), at(3), at(1), at(2)]);
  });

  it("[F10] remembers what a rate limit has counted", async () => {
    const { flow } = world;
    const { key, events } = of("rate-limited");
    const again = flow.event("rate-limited", { id: freshId(), key });
    const [eventId = ""] = await flow.engine.send(again);
    expect(await flow.fate(eventId, "rate-limited")).toMatchObject({ type: "RATE_LIMITED", key });
    expect(await flow.engine.runsOf(events[2] ?? "")).toHaveLength(1);
  });

  it("[F15] runs what a debounce held, once, with its last event", async () => {
    const { flow } = world;
    const { ids, at } = of("debounced");
    const run = await flow.engine.waitEnd(await runOf("debounced", 1));
    expect(run).toMatchObject({ status: "Completed", output: [at(1)] });
    // Where the machine is slow its time came before the end: the call that was out is then made again, for the same run.
    const begun = flow.begun("debounced", ids).map(({ id, runId }) => [id, runId]);
    expect([...new Set(begun.map(String))]).toEqual([String([at(1), run.run_id])]);
  });

  it("[F20] keeps the lock of a singleton, until its run ends", async () => {
    const { flow } = world;
    const { key, at } = of("singleton-skip");
    const name = `${flow.app.appId}/singleton-skip`;
    const skipped = await flow.engine.runToEnd(name, { id: freshId(), key });
    expect(skipped.status).toBe("Skipped");
    flow.app.openGate(at(0));
    const holder = await flow.engine.waitEnd(await runOf("singleton-skip", 0));
    expect(holder.status).toBe("Completed");
    const next = await flow.engine.runToEnd(name, { id: freshId(), key });
    expect(next.status).toBe("Completed");
  });

  it("[F21] cancels the holder that it took over", async () => {
    const { flow } = world;
    const { key, at } = of("singleton-cancel");
    const name = `${flow.app.appId}/singleton-cancel`;
    const newest = await flow.engine.runToEnd(name, { id: freshId(), key });
    expect(newest.status).toBe("Completed");
    const holder = await flow.engine.waitEnd(await runOf("singleton-cancel", 0));
    expect(holder.status).toBe("Cancelled");
    flow.app.openGate(at(0));
  });

  it("[F8] remembers values of idempotency", async () => {
    const { flow } = world;
    const { key, events } = of("idempotent");
    const again = flow.event("idempotent", { id: freshId(), key });
    const [eventId = ""] = await flow.engine.send(again);
    expect(await flow.fate(eventId, "idempotent")).toMatchObject({
      type: "DEDUPLICATED",
      by: "IDEMPOTENCY",
      sinceEventId: events[0],
    });
  });

  it("[F35] stays paused until it is resumed", async () => {
    const { flow } = world;
    const name = `${flow.app.appId}/pausable`;
    const skipped = await flow.engine.waitEnd(await runOf("pausable", 0));
    expect(skipped.status).toBe("Skipped");
    const during = await flow.engine.runToEnd(name, { id: freshId() });
    expect(during.status).toBe("Skipped");
    await flow.control("pausable", "resume");
    expect(await flow.engine.runToEnd(name, { id: freshId() })).toMatchObject({
      status: "Completed",
    });
  });

  it("[F56] charges a throttle once for each run, over both lives", async () => {
    const { flow } = world;
    const { ids, events } = of("throttled");
    for (const index of ids.keys()) {
      expect(await flow.engine.waitEnd(await runOf("throttled", index))).toMatchObject({
        status: "Completed",
      });
    }
    // Two at once, then one a second: the app sees that later than it is, the engine's own clock does not.
    const starts = await Promise.all(events.map((eventId) => flow.startedAtMs(eventId)));
    expect(Math.max(...starts) - Math.min(...starts)).toBeGreaterThanOrEqual(2_000);
  });

  it("[F38] keeps limits that were set, and their audit", async () => {
    const { flow } = world;
    const path = `/v2/functions/${flow.app.appId}-two-at-once`;
    expect(await flow.data(`${path}/limits`)).toMatchObject({
      limits: { concurrency: [{ limit: 3 }] },
      code: { concurrency: [{ limit: 2 }] },
      overridden: ["concurrency"],
    });
    expect(await flow.data(`${path}/audit`)).toMatchObject([{ actor: "api" }]);
  });
});
