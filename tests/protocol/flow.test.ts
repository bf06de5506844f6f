// Flow control as apps on the official SDKs see it: how many run at once, in which order, which events start nothing. The app's
// own notes are the measure; the engine is only asked why.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { FlowWatch } from "./harness/flow-watch.ts";
import { V3, V4, World, freshId } from "./harness/world.ts";

vi.setConfig({ maxConcurrency: 40 });

const MODES = [V3, V4];

let world: World;
beforeAll(async () => {
  world = await World.start({ functions: "flow", modes: MODES });
});
afterAll(async () => {
  await world.stop();
});

function fresh(count: number): string[] {
  return Array.from({ length: count }, freshId);
}

describe.concurrent.each(MODES)("concurrency, $name", (mode) => {
  const watch = (): FlowWatch => new FlowWatch(world.app(mode), world.engine);

  it("[F50] never runs more steps than the limit, and uses a freed place at once", async () => {
    const flow = watch();
    const ids = fresh(5);
    const sent = await world.engine.send(
      ...ids.map((id) => flow.event("two-at-once", { id, held: true })),
    );
    const runs = await Promise.all(sent.map((eventId) => world.engine.waitRuns(eventId, 1)));
    await flow.waitBegun("two-at-once", ids, 2);
    const waiting = runs
      .map(([run], index) => ({ runId: run?.run_id ?? "", id: ids[index] ?? "" }))
      .filter(({ id }) => flow.begun("two-at-once", [id]).length === 0);
    const reasons = await Promise.all(waiting.map(({ runId }) => flow.waitWhy(runId, "queued")));
    expect(new Set(reasons.map(({ position }) => position))).toEqual(new Set([1, 2, 3]));
    expect(reasons[0]?.queue).toMatchObject([{ type: "CONCURRENCY", limit: 2, held: 2 }]);
    expect(reasons[0]?.sentence).toMatch(/waiting for concurrency \(2 of 2; oldest holder run/i);
    for (let open = 0; open < ids.length; open += 1) {
      const next = flow.begun("two-at-once", ids)[open];
      flow.app.openGate(next?.id ?? "");
      await flow.waitBegun("two-at-once", ids, Math.min(ids.length, open + 3));
    }
    await Promise.all(runs.map(([run]) => world.engine.waitEnd(run?.run_id ?? "")));
    expect(flow.overlap("two-at-once", ids)).toBe(2);
  });

  it("[F24] holds back the runs of one key and no others", async () => {
    const flow = watch();
    const [a1 = "", a2 = "", b1 = ""] = fresh(3);
    const [keyA, keyB] = fresh(2);
    await world.engine.send(
      flow.event("one-per-key", { id: a1, key: keyA, held: true }),
      flow.event("one-per-key", { id: a2, key: keyA }),
      flow.event("one-per-key", { id: b1, key: keyB }),
    );
    await flow.waitBegun("one-per-key", [a1, b1]);
    await flow.app.waitNotes("one-per-key.end", (value) => (value as { id: string }).id === b1, 1);
    expect(flow.begun("one-per-key", [a2])).toEqual([]);
    flow.app.openGate(a1);
    await flow.waitBegun("one-per-key", [a2]);
    expect(flow.overlap("one-per-key", [a1, a2])).toBe(1);
  });

  it("[F25] shares a limit of the account between functions", async () => {
    const flow = watch();
    const [one = "", two = "", key] = fresh(3);
    await world.engine.send(flow.event("shared-one", { id: one, key, held: true }));
    await flow.waitBegun("shared-one", [one]);
    const runId = await world.engine.start(`${mode.name}/shared-two`, { id: two, key });
    const { queue } = await flow.waitWhy(runId, "queued");
    expect(queue).toMatchObject([{ scope: "ACCOUNT", key, limit: 1, held: 1 }]);
    flow.app.openGate(one);
    expect(await world.engine.waitEnd(runId)).toMatchObject({ status: "Completed" });
  });

  it("[F23] lets the run with priority go first among those that wait", async () => {
    const flow = watch();
    const [first = "", slow1 = "", slow2 = "", vip = "", key] = fresh(5);
    await world.engine.send(flow.event("by-priority", { id: first, key, held: true }));
    await flow.waitBegun("by-priority", [first]);
    const sent = await world.engine.send(
      flow.event("by-priority", { id: slow1, key }),
      flow.event("by-priority", { id: slow2, key }),
      flow.event("by-priority", { id: vip, key, vip: true }),
    );
    await Promise.all(sent.map((eventId) => world.engine.waitRuns(eventId, 1)));
    flow.app.openGate(first);
    await flow.waitBegun("by-priority", [slow1, slow2, vip]);
    const order = flow.begun("by-priority", [slow1, slow2, vip]).map(({ id }) => id);
    expect(order).toEqual([vip, slow1, slow2]);
  });
});

describe.concurrent.each(MODES)("throttle and rate limit, $name", (mode) => {
  const watch = (): FlowWatch => new FlowWatch(world.app(mode), world.engine);

  it("[F54] starts `limit` runs and then one per emission, losing none", async () => {
    const flow = watch();
    const [key, ...ids] = fresh(5);
    const sent = await world.engine.send(...ids.map((id) => flow.event("throttled", { id, key })));
    await flow.waitBegun("throttled", ids);
    const starts = await Promise.all(sent.map((eventId) => flow.startedAtMs(eventId)));
    // A second apart, each measured from the first start, as the engine's clock saw them.
    const after = starts.map((atMs) => atMs - (starts[0] ?? 0));
    expect(after.map((ms, index) => ms >= Math.max(0, index - 1) * 1_000)).toEqual(
      ids.map(() => true),
    );
  });

  it("[F54] starts `limit` runs at once, and says what the others wait for", async () => {
    const flow = watch();
    const [key, ...ids] = fresh(5);
    const sent = await world.engine.send(
      ...ids.map((id) => flow.event("throttled-long", { id, key })),
    );
    // Half an hour lies between two emissions: what starts within this test starts at once.
    await flow.waitBegun("throttled-long", ids.slice(0, 2));
    const [last] = await world.engine.waitRuns(sent.at(-1) ?? "", 1);
    const { queue, sentence } = await flow.waitWhy(last?.run_id ?? "", "queued");
    expect(queue).toMatchObject([{ type: "THROTTLE", key, limit: 2, period: "1h" }]);
    expect(sentence).toContain("2 per 1h");
    expect(flow.begun("throttled-long", ids.slice(2))).toEqual([]);
  });

  it("[F10] starts exactly `limit` per period, at once if they come at once", async () => {
    const flow = watch();
    const [key, other, ...ids] = fresh(7);
    const sent = await world.engine.send(
      ...ids.map((id) => flow.event("rate-limited", { id, key })),
      flow.event("rate-limited", { id: freshId(), key: other }),
    );
    const fates = await Promise.all(sent.map((eventId) => flow.fate(eventId, "rate-limited")));
    expect(fates.map(({ type }) => type)).toEqual([
      "STARTED",
      "STARTED",
      "STARTED",
      "RATE_LIMITED",
      "RATE_LIMITED",
      "STARTED",
    ]);
    expect(fates[3]).toMatchObject({ key, limit: 3, period: "1h" });
    const waitMs = Date.parse(String(fates[3]?.["until"])) - Date.now();
    expect(Math.round(waitMs / 60_000)).toBeGreaterThan(57);
    expect(await world.engine.runsOf(sent[3] ?? "")).toEqual([]);
  });

  it("[F32] answers a step that invoked a rate-limited function at once, with the reason", async () => {
    const flow = watch();
    const [key, ...ids] = fresh(4);
    await Promise.all(
      ids.map((id) => world.engine.runToEnd(`${mode.name}/rate-limited`, { id, key })),
    );
    const run = await world.engine.runToEnd(`${mode.name}/invoker`, {
      id: freshId(),
      target: "rate-limited",
      key,
    });
    expect(run.status).toBe("Completed");
    expect(String(run.output)).toMatch(/refused: .*rate.?limit/i);
    expect(flow.begun("rate-limited", ids)).toHaveLength(3);
  });
});

describe.concurrent.each(MODES)("debounce and batches, $name", (mode) => {
  const watch = (): FlowWatch => new FlowWatch(world.app(mode), world.engine);

  it("[F13] runs once, with the last event, a period after it", async () => {
    const flow = watch();
    const [key, ...ids] = fresh(4);
    const sentAtMs = Date.now();
    const sent = await world.engine.send(...ids.map((id) => flow.event("debounced", { id, key })));
    const fates = await Promise.all(sent.map((id) => flow.waitFate(id, "debounced", "debounced")));
    expect(fates.map(({ supersededBy }) => supersededBy)).toEqual([sent[1], sent[2], undefined]);
    await flow.waitBegun("debounced", [ids[2] ?? ""]);
    const note = flow.app.notes.find(
      ({ topic, value }) => topic === "debounced.begin" && (value as { id: string }).id === ids[2],
    );
    expect((note?.atMs ?? 0) - sentAtMs).toBeGreaterThanOrEqual(1_000);
    const [run] = await world.engine.waitRuns(sent[2] ?? "", 1);
    expect(await world.engine.waitEnd(run?.run_id ?? "")).toMatchObject({ output: [ids[2]] });
    expect(await flow.fate(sent[0] ?? "", "debounced")).toMatchObject({ runId: run?.run_id });
    expect(flow.begun("debounced", ids)).toHaveLength(1);
  });

  it("[F13] runs the event with the newest ts, whichever came last", async () => {
    const flow = watch();
    const [key, newer = "", older = ""] = fresh(3);
    const ts = Date.now();
    const [eventId = ""] = await world.engine.send(
      { ...flow.event("debounced", { id: newer, key }), ts },
      { ...flow.event("debounced", { id: older, key }), ts: ts - 60_000 },
    );
    const [run] = await world.engine.waitRuns(eventId, 1);
    expect(await world.engine.waitEnd(run?.run_id ?? "")).toMatchObject({ output: [newer] });
  });

  it("[F17] runs a full batch at once, each key apart, each event once", async () => {
    const flow = watch();
    const [keyA, keyB, a1, a2, a3, b1, b2, b3] = fresh(8);
    const events = [
      [a1, keyA],
      [b1, keyB],
      [a2, keyA],
      [b2, keyB],
      [a3, keyA],
      [b3, keyB],
    ].map(([id, key]) => flow.event("batched", { id, key }));
    const sent = await world.engine.send(...events);
    const [run] = await world.engine.waitRuns(sent[0] ?? "", 1);
    expect(await world.engine.waitEnd(run?.run_id ?? "")).toMatchObject({ output: [a1, a2, a3] });
    const fates = await Promise.all(sent.map((eventId) => flow.fate(eventId, "batched")));
    // The event that fills a batch starts its run.
    expect(fates.map(({ type }) => type).join(" ")).toBe(
      "BATCHED BATCHED BATCHED BATCHED STARTED STARTED",
    );
    const first = run?.run_id;
    expect(fates.filter(({ runId }) => runId === first)).toEqual([fates[0], fates[2], fates[4]]);
    const other = await world.engine.waitEnd(fates[1]?.runId ?? "");
    expect(other).toMatchObject({ output: [b1, b2, b3] });
  });

  it("[F17] runs a batch that does not fill up when its time has come", async () => {
    const flow = watch();
    const [key, ...ids] = fresh(3);
    const sentAtMs = Date.now();
    const sent = await world.engine.send(
      ...ids.map((id) => flow.event("batched-soon", { id, key })),
    );
    const [run] = await world.engine.waitRuns(sent[0] ?? "", 1);
    expect(Date.now() - sentAtMs).toBeGreaterThanOrEqual(1_000);
    expect(await world.engine.waitEnd(run?.run_id ?? "")).toMatchObject({ output: ids });
  });
});

describe.concurrent.each(MODES)("singleton and idempotency, $name", (mode) => {
  const watch = (): FlowWatch => new FlowWatch(world.app(mode), world.engine);

  it("[F20] skips a run while another of its key lives, and says which", async () => {
    const flow = watch();
    const [key, first = "", second = "", third = ""] = fresh(4);
    const holder = await world.engine.start(`${mode.name}/singleton-skip`, {
      id: first,
      key,
      held: true,
    });
    await flow.waitBegun("singleton-skip", [first]);
    const skipped = await world.engine.runToEnd(`${mode.name}/singleton-skip`, { id: second, key });
    expect(skipped.status).toBe("Skipped");
    expect(await flow.why(skipped.run_id)).toMatchObject({
      status: "SKIPPED",
      skip: { reason: "SINGLETON", byRunId: holder },
      sentence: expect.stringContaining(holder) as string,
    });
    flow.app.openGate(first);
    expect(await world.engine.waitEnd(holder)).toMatchObject({ status: "Completed" });
    const next = await world.engine.runToEnd(`${mode.name}/singleton-skip`, { id: third, key });
    expect(next.status).toBe("Completed");
    expect(flow.begun("singleton-skip", [second])).toEqual([]);
  });

  it("[F21] cancels the older run in mode cancel: the newest one is the one that runs", async () => {
    const flow = watch();
    const [key, first = "", ...later] = fresh(5);
    const holder = await world.engine.start(`${mode.name}/singleton-cancel`, {
      id: first,
      key,
      held: true,
    });
    await flow.waitBegun("singleton-cancel", [first]);
    const sent = await world.engine.send(
      ...later.map((id) => flow.event("singleton-cancel", { id, key })),
    );
    const ends = await Promise.all(
      sent.map(async (eventId) => {
        const [run] = await world.engine.waitRuns(eventId, 1);
        return (await world.engine.waitEnd(run?.run_id ?? "")).status;
      }),
    );
    expect(ends).toEqual(["Cancelled", "Cancelled", "Completed"]);
    expect(await world.engine.waitEnd(holder)).toMatchObject({ status: "Cancelled" });
    flow.app.openGate(first);
  });

  it("[F8] starts one run for a value of `idempotency`, and names it to the others", async () => {
    const flow = watch();
    const [key, one = "", two = ""] = fresh(3);
    const [first = "", second = ""] = await world.engine.send(
      flow.event("idempotent", { id: one, key }),
      flow.event("idempotent", { id: two, key }),
    );
    const [run] = await world.engine.waitRuns(first, 1);
    expect(await flow.fate(second, "idempotent")).toMatchObject({
      type: "DEDUPLICATED",
      by: "IDEMPOTENCY",
      runId: run?.run_id,
      sinceEventId: first,
    });
    expect(await world.engine.runsOf(second)).toEqual([]);
  });

  it("[F4] starts one run for an event's id", async () => {
    const flow = watch();
    const event = { ...flow.event("free", { id: freshId() }), id: freshId() };
    const [first = ""] = await world.engine.send(event);
    const [run] = await world.engine.waitRuns(first, 1);
    const [again = ""] = await world.engine.send(event);
    expect(await flow.fate(again, "free")).toMatchObject({
      type: "DEDUPLICATED",
      by: "EVENT_ID",
      runId: run?.run_id,
    });
  });
});
