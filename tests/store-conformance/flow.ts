// Conformance: what flow control keeps. Each row is found by its key, the last word about a key wins, and what one batch adds
// and removes again was never there.
import type { FunctionControl, Limiter, LimiterId, Timer } from "@everstep/core";
import { expect, describe, it } from "vitest";
import { withStore, type OpenStore } from "./open-store.ts";
import { aCronTimer, anEvent, aRun, aTimer, AT_MS, FUNCTION_ID, ulidLike } from "./records.ts";

const RATE: LimiterId = { kind: "rate_limit", functionId: FUNCTION_ID, key: "user-1" };
const LIMITER: Limiter = { ...RATE, stateJson: "[1]", expiresAtMs: AT_MS + 10 };
const LATER = { kinds: ["call", "request"] as const, dueAtMsMax: AT_MS + 99, limit: 100 };

export function describeFlow(openStore: OpenStore): void {
  describe("flow control", () => {
    itKeepsLimiters(openStore);
    itSweeps(openStore);
    itKeepsBatches(openStore);
    itKeepsSlots(openStore);
    itKeepsOutcomesAndControls(openStore);
    itKeepsFlowOfRuns(openStore);
  });
  describe("lanes", () => {
    itListsLanes(openStore);
  });
}

function itKeepsLimiters(openStore: OpenStore): void {
  it("keeps the latest state of each limiter", async () => {
    await withStore(openStore, async ({ store }) => {
      const other: Limiter = { ...RATE, kind: "throttle", stateJson: "7" };
      await store.commit([
        { type: "limiter_saved", limiter: { ...LIMITER, stateJson: "[0]" } },
        { type: "limiter_saved", limiter: LIMITER },
        { type: "limiter_saved", limiter: other },
      ]);
      const ids = [RATE, other, { ...RATE, key: "user-2" }];
      expect(await store.findLimiters(ids)).toEqual([LIMITER, other]);
      await store.commit([
        { type: "limiter_removed", limiter: RATE },
        { type: "limiter_removed", limiter: other },
        { type: "limiter_saved", limiter: other },
        { type: "limiter_saved", limiter: { ...LIMITER, key: "brief" } },
        { type: "limiter_removed", limiter: { ...RATE, key: "brief" } },
      ]);
      expect(await store.findLimiters([...ids, { ...RATE, key: "brief" }])).toEqual([other]);
    });
  });
}

function itSweeps(openStore: OpenStore): void {
  it("sweeps what has expired, a slice at a time", async () => {
    await withStore(openStore, async ({ store }) => {
      const limiters = [1, 2, 3].map((n) => ({ ...LIMITER, key: `k${n}`, expiresAtMs: AT_MS + n }));
      const forever: Limiter = { ...RATE, stateJson: "1", key: "kept" };
      const key = { functionId: FUNCTION_ID, key: "e", runId: "R", expiresAtMs: AT_MS + 1 };
      await store.commit([
        ...[...limiters, forever].map((limiter) => ({ type: "limiter_saved", limiter }) as const),
        { type: "idempotency_key_added", key },
      ]);
      const left = async (): Promise<number> =>
        (await store.findLimiters([...limiters, forever])).length;
      await store.sweepExpired(AT_MS + 2, 1);
      expect(await left()).toBe(3);
      expect(await store.findIdempotencyKeys(["e"], AT_MS)).toEqual([]);
      await store.sweepExpired(AT_MS + 2, 9);
      expect(await store.findLimiters([...limiters, forever])).toEqual([limiters[2], forever]);
    });
  });
}

function itKeepsBatches(openStore: OpenStore): void {
  it("gives the events of an open batch in their order, until it is removed", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const events = [3, 1, 2].map((n) => anEvent({ internalId: ulidLike("EV", n) }));
      await store.commit([
        ...events.map((event) => ({ type: "event_added", event }) as const),
        { type: "batch_event_added", batchId: "B1", eventId: ulidLike("EV", 3) },
        { type: "batch_event_added", batchId: "B2", eventId: ulidLike("EV", 2) },
      ]);
      await store.commit([
        { type: "batch_event_added", batchId: "B1", eventId: ulidLike("EV", 1) },
      ]);
      expect(await store.loadBatchEvents("B1")).toEqual([events[0], events[1]]);
      const run = aRun({
        eventIds: [ulidLike("EV", 3), ulidLike("EV", 1)],
        flow: { keys: {}, lane: "", batchId: "B1" },
      });
      expect(await history.findRunOfGroup("B1")).toBeUndefined();
      await store.commit([
        { type: "batch_removed", batchId: "B1" },
        { type: "run_added", run },
        { type: "batch_event_added", batchId: "B3", eventId: ulidLike("EV", 1) },
        { type: "batch_removed", batchId: "B3" },
      ]);
      expect(await store.loadBatchEvents("B1")).toEqual([]);
      expect(await store.loadBatchEvents("B2")).toEqual([events[2]]);
      expect(await store.loadBatchEvents("B3")).toEqual([]);
      expect(await history.findRunOfGroup("B1")).toEqual(run);
      expect(await store.findEvents([ulidLike("EV", 2), "none", ulidLike("EV", 1)])).toEqual([
        events[2],
        events[1],
      ]);
    });
  });
}

function itKeepsSlots(openStore: OpenStore): void {
  it("keeps a slot for each holder until its run frees it", async () => {
    await withStore(openStore, async ({ store }) => {
      const runs = [1, 2, 3].map((n) => aRun({ id: ulidLike("RUN", n) }));
      const slots = runs.map(({ id }) => ({ bucket: "b", runId: id, functionId: FUNCTION_ID }));
      const [first, second, third] = slots;
      if (first === undefined || second === undefined || third === undefined) throw new Error();
      await store.commit([
        ...runs.map((run) => ({ type: "run_added", run }) as const),
        { type: "slot_taken", slot: first },
        { type: "slot_taken", slot: { ...first, bucket: "c" } },
        { type: "slot_taken", slot: second },
        // It starts and ends in one batch.
        { type: "slot_taken", slot: third },
        { type: "slots_freed", runId: third.runId },
      ]);
      expect(await store.findSlots(["b"])).toEqual([first, second]);
      expect(await store.findSlots(["c", "none"])).toEqual([{ ...first, bucket: "c" }]);
      await store.commit([{ type: "slots_freed", runId: first.runId }]);
      expect(await store.findSlots(["b", "c"])).toEqual([second]);
    });
  });
}

function itKeepsOutcomesAndControls(openStore: OpenStore): void {
  it("keeps what became of an event, and what operators decided", async () => {
    const opened = await openStore();
    await opened.store.open();
    const eventId = ulidLike("EV", 1);
    const outcome = { eventId, functionId: FUNCTION_ID, atMs: AT_MS } as const;
    const filtered = {
      ...outcome,
      type: "filtered",
      expressions: [{ expression: "false" }],
    } as const;
    const limited = {
      ...outcome,
      type: "rate_limited",
      key: "",
      limit: 1,
      periodMs: 5,
      untilMs: AT_MS + 5,
    } as const;
    const control: FunctionControl = {
      functionId: FUNCTION_ID,
      pausedAtMs: AT_MS,
      overrides: { throttle: null, maxAttempts: 2 },
      updatedAtMs: AT_MS,
    };
    const audits = [1, 2].map((n) => ({
      id: ulidLike("AU", n),
      functionId: FUNCTION_ID,
      atMs: AT_MS + n,
      actor: "api",
      before: { overrides: {} },
      after: { pausedAtMs: AT_MS, overrides: {} },
    }));
    await opened.store.commit([
      { type: "event_outcome_added", outcome: filtered },
      { type: "event_outcome_added", outcome: { ...limited, eventId: ulidLike("EV", 2) } },
      { type: "function_control_saved", control: { ...control, updatedAtMs: 0 } },
      ...audits.map((audit) => ({ type: "control_audit_added", audit }) as const),
    ]);
    await opened.store.commit([
      { type: "event_outcome_added", outcome: limited },
      { type: "function_control_saved", control },
    ]);
    expect(await opened.history.listEventOutcomes(eventId)).toEqual([filtered, limited]);
    expect(await opened.history.listControlAudits(FUNCTION_ID, 9)).toEqual(audits.toReversed());
    expect(await opened.history.listControlAudits(FUNCTION_ID, 1)).toEqual([audits[1]]);
    expect(await opened.history.listControlAudits("other", 9)).toEqual([]);
    const next = await opened.reopen();
    expect((await next.store.open()).controls).toEqual([control]);
    await next.close();
  });
}

function itKeepsFlowOfRuns(openStore: OpenStore): void {
  it("keeps a run's keys, its slots and why it was skipped", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const run = aRun({
        flow: { keys: { "event.data.user": "u1" }, lane: "ab", priority: -5, debounceId: "D1" },
      });
      const skipped = aRun({
        id: ulidLike("RUN", 2),
        status: "skipped",
        endedAtMs: AT_MS,
        skip: { reason: "singleton", byRunId: run.id },
      });
      await store.commit([
        { type: "event_added", event: anEvent() },
        { type: "run_added", run },
        { type: "run_added", run: skipped },
      ]);
      const slots = ["f:1", "f:1:x"];
      await store.commit([
        { type: "run_patched", runId: run.id, patch: { status: "running", slots } },
      ]);
      const [loaded] = await store.loadRuns([run.id]);
      expect(loaded?.state.head).toEqual({ ...run, status: "running", slots });
      expect(await history.findRun(skipped.id)).toEqual(skipped);
      expect((await history.findRunOfGroup("D1"))?.id).toBe(run.id);
      const filter = { timeField: "createdAtMs", statuses: ["skipped"] } as const;
      expect(await history.listRuns({ filter, order: "desc", limit: 9 })).toEqual([skipped]);
    });
  });
}

function itListsLanes(openStore: OpenStore): void {
  const timers: readonly Timer[] = [
    aTimer({ id: 11, orderKey: 5, lane: "b", isStart: true }),
    aTimer({ id: 12, orderKey: 3, lane: "b", isStart: true, dueAtMs: AT_MS + 500 }),
    aTimer({ id: 13, orderKey: 9, lane: "b" }),
    aTimer({ id: 14, orderKey: 1 }),
    aTimer({ id: 15, orderKey: 2, lane: "a", kind: "request" }),
    aTimer({ id: 16, orderKey: 1, lane: "a", kind: "sleep" }),
    aTimer({ id: 17, orderKey: 1, lane: "z", functionId: "other" }),
  ];

  it("lists them with their first calls, a page at a time", async () => {
    await withStore(openStore, async ({ store }) => {
      await store.commit([
        { type: "run_added", run: aRun() },
        ...timers.map((timer) => ({ type: "timer_added", timer }) as const),
      ]);
      const all = [
        { key: "", isStart: false, first: { orderKey: 1, id: 14 } },
        { key: "a", isStart: false, first: { orderKey: 2, id: 15 } },
        { key: "b", isStart: false, first: { orderKey: 9, id: 13 } },
        { key: "b", isStart: true, first: { orderKey: 3, id: 12 } },
      ];
      const query = { functionId: FUNCTION_ID, limit: 2 };
      expect(await store.listLanes({ ...query, limit: 9 })).toEqual(all);
      expect(await store.listLanes(query)).toEqual(all.slice(0, 2));
      const after = { key: "a", isStart: false };
      expect(await store.listLanes({ ...query, after })).toEqual(all.slice(2));
    });
  });

  it("gives the calls of one lane in queue order, and counts those before a place", async () => {
    await withStore(openStore, async ({ store }) => {
      await store.commit([
        { type: "run_added", run: aRun() },
        ...timers.map((timer) => ({ type: "timer_added", timer }) as const),
      ]);
      const lane = { key: "b", isStart: true };
      const query = { ...LATER, functionId: FUNCTION_ID, lane };
      expect(await store.listTimers({ ...query, dueAtMsMax: AT_MS + 999 })).toEqual([
        timers[1],
        timers[0],
      ]);
      expect(await store.listTimers(query)).toEqual([timers[0]]);
      expect(await store.listTimers({ ...query, after: { key: 5, id: 11 } })).toEqual([]);
      const place = { functionId: FUNCTION_ID, lane, countMax: 100 };
      expect(await store.countTimersBefore({ ...place, before: { key: 5, id: 11 } })).toBe(1);
      expect(await store.countTimersBefore({ ...place, before: { key: 9, id: 0 } })).toBe(2);
      expect(
        await store.countTimersBefore({ ...place, before: { key: 9, id: 0 }, countMax: 1 }),
      ).toBe(1);
    });
  });

  it("keeps timers of debounces and batches, which have no run", async () => {
    await withStore(openStore, async ({ store }) => {
      const { cron: _none, ...plain } = aCronTimer();
      const debounce: Timer = { ...plain, id: 21, kind: "debounce", limiterKey: "user-1" };
      const batch: Timer = { ...plain, id: 22, kind: "batch", limiterKey: "" };
      await store.commit([
        { type: "timer_added", timer: debounce },
        { type: "timer_added", timer: batch },
      ]);
      const query = { kinds: ["debounce", "batch"] as const, dueAtMsMax: AT_MS, limit: 9 };
      expect(await store.listTimers(query)).toEqual([debounce, batch]);
      await store.commit([{ type: "timer_removed", timerId: 21 }]);
      expect(await store.listTimers(query)).toEqual([batch]);
    });
  });
}
