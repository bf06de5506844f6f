// Conformance: timers come in their documented orders and by pages; waits are found by equality, oldest first.
import { TIMER_KINDS, type Store, type Timer, type TimerQuery } from "@everstep/core";
import { describe, expect, it } from "vitest";
import { withStore, type OpenStore } from "./open-store.ts";
import { aCronTimer, aRun, aTimer, aWait, AT_MS, FUNCTION_ID, ulidLike } from "./records.ts";

const OTHER_FUNCTION_ID = "6b1f3c64-0000-5000-8000-000000000002";
const TIMERS: readonly Timer[] = [
  aTimer({ id: 1, kind: "sleep", dueAtMs: AT_MS + 30 }),
  aTimer({ id: 2, kind: "call", dueAtMs: AT_MS + 10, orderKey: 50 }),
  aTimer({ id: 3, kind: "call", dueAtMs: AT_MS + 20, orderKey: 40 }),
  aTimer({ id: 4, kind: "request", dueAtMs: AT_MS + 10, orderKey: 50 }),
  aTimer({ id: 5, kind: "wait_timeout", dueAtMs: AT_MS + 10, waitId: "w" }),
  aTimer({ id: 6, kind: "call", dueAtMs: AT_MS, functionId: OTHER_FUNCTION_ID, orderKey: 1 }),
  aCronTimer({ id: 7, dueAtMs: AT_MS + 15 }),
  aTimer({ id: 8, kind: "start_timeout", dueAtMs: AT_MS + 10 }),
  aTimer({ id: 9, kind: "finish_timeout", dueAtMs: AT_MS + 90, functionId: OTHER_FUNCTION_ID }),
];

async function addTimers(store: Store): Promise<void> {
  await store.commit([
    { type: "run_added", run: aRun() },
    ...TIMERS.map((timer) => ({ type: "timer_added" as const, timer })),
  ]);
}

async function listIds(store: Store, query: Partial<TimerQuery>): Promise<number[]> {
  const whole = { kinds: TIMER_KINDS, dueAtMsMax: Number.MAX_SAFE_INTEGER, limit: 100 };
  return (await store.listTimers({ ...whole, ...query })).map(({ id }) => id);
}

export function describeTimers(openStore: OpenStore): void {
  describe("timers", () => {
    itListsTimers(openStore);
    itRemovesAndResetsTimers(openStore);
  });
}

function itListsTimers(openStore: OpenStore): void {
  it("are listed by due time, then id, as they were added", async () => {
    await withStore(openStore, async ({ store }) => {
      await addTimers(store);
      expect(await listIds(store, {})).toEqual([6, 2, 4, 5, 8, 7, 3, 1, 9]);
      const all = await store.listTimers({ kinds: TIMER_KINDS, dueAtMsMax: Infinity, limit: 99 });
      expect(all.toSorted((a, b) => a.id - b.id)).toEqual(TIMERS);
    });
  });

  it("of one function are listed by queue order, then id", async () => {
    await withStore(openStore, async ({ store }) => {
      await addTimers(store);
      const calls = { functionId: FUNCTION_ID, kinds: ["call", "request"] as const };
      expect(await listIds(store, calls)).toEqual([3, 2, 4]);
      expect(await listIds(store, { functionId: OTHER_FUNCTION_ID })).toEqual([6, 9]);
      expect(await listIds(store, { functionId: "none" })).toEqual([]);
    });
  });

  it("are listed up to the due time, inclusive, and by kind", async () => {
    await withStore(openStore, async ({ store }) => {
      await addTimers(store);
      expect(await listIds(store, { dueAtMsMax: AT_MS + 10 })).toEqual([6, 2, 4, 5, 8]);
      expect(await listIds(store, { dueAtMsMax: AT_MS - 1 })).toEqual([]);
      expect(await listIds(store, { kinds: ["sleep", "cron"] })).toEqual([7, 1]);
      expect(await listIds(store, { kinds: ["request"] })).toEqual([4]);
      expect(await listIds(store, { kinds: [] })).toEqual([]);
    });
  });

  it.each([{}, { functionId: FUNCTION_ID }])(
    "are paged without gap or repeat %o",
    async (which) => {
      await withStore(openStore, async ({ store }) => {
        await addTimers(store);
        const query = { kinds: TIMER_KINDS, dueAtMsMax: Infinity, limit: 2, ...which };
        const paged: number[] = [];
        let page = await store.listTimers(query);
        while (page.length > 0) {
          paged.push(...page.map(({ id }) => id));
          const last = page.at(-1);
          if (last === undefined) break;
          const key = "functionId" in which ? last.orderKey : last.dueAtMs;
          page = await store.listTimers({ ...query, after: { key, id: last.id } });
        }
        expect(paged).toEqual(await listIds(store, which));
        expect(paged.length).toBeGreaterThan(4);
      });
    },
  );
}

function itRemovesAndResetsTimers(openStore: OpenStore): void {
  it("are removed, with and without naming the run", async () => {
    await withStore(openStore, async ({ store }) => {
      await addTimers(store);
      await store.commit([
        { type: "timer_removed", timerId: 7 },
        { type: "timer_removed", timerId: 2, runId: aRun().id },
        { type: "timer_removed", timerId: 12_345, runId: aRun().id },
      ]);
      expect(await listIds(store, {})).toEqual([6, 4, 5, 8, 3, 1, 9]);
    });
  });

  it("that a batch adds and removes leave nothing behind", async () => {
    await withStore(openStore, async ({ store }) => {
      await store.commit([
        { type: "run_added", run: aRun() },
        { type: "timer_added", timer: aTimer({ id: 1 }) },
        { type: "timer_removed", timerId: 1, runId: aRun().id },
        { type: "timer_added", timer: aTimer({ id: 2 }) },
      ]);
      expect(await listIds(store, {})).toEqual([2]);
    });
  });

  it("that a batch removes twice are gone", async () => {
    await withStore(openStore, async ({ store }) => {
      await store.commit([
        { type: "run_added", run: aRun() },
        { type: "timer_added", timer: aTimer({ id: 1 }) },
        { type: "timer_added", timer: aTimer({ id: 2 }) },
      ]);
      const removed = { type: "timer_removed", timerId: 1, runId: aRun().id } as const;
      await store.commit([removed, removed]);
      expect(await listIds(store, {})).toEqual([2]);
    });
  });

  it("count attempts from 0 again after a reset, stored or just added", async () => {
    await withStore(openStore, async ({ store }) => {
      const stored = aTimer({ id: 1, attempt: 3 });
      const fresh = aTimer({ id: 2, attempt: 2 });
      const untouched = aTimer({ id: 3, attempt: 1 });
      await store.commit([
        { type: "run_added", run: aRun() },
        { type: "timer_added", timer: stored },
        { type: "timer_added", timer: untouched },
      ]);
      await store.commit([
        { type: "timer_attempt_reset", timerId: 1, runId: aRun().id },
        { type: "timer_added", timer: fresh },
        { type: "timer_attempt_reset", timerId: 2, runId: aRun().id },
        { type: "timer_attempt_reset", timerId: 99, runId: aRun().id },
      ]);
      const query = { kinds: TIMER_KINDS, dueAtMsMax: Infinity, limit: 9 };
      const attempts = (await store.listTimers(query)).map(({ attempt }) => attempt);
      expect(attempts).toEqual([0, 0, 1]);
    });
  });
}

const run = aRun();
const wait = (suffix: string, fields: Parameters<typeof aWait>[0]): ReturnType<typeof aWait> =>
  aWait({ ...fields, id: `${run.id}.${suffix}` });

export function describeWaits(openStore: OpenStore): void {
  describe("waits", () => {
    itFindsWaits(openStore);
    itReplacesAndRemovesWaits(openStore);
  });
}

function itFindsWaits(openStore: OpenStore): void {
  it("are found by event name and match key only, oldest first", async () => {
    await withStore(openStore, async ({ store }) => {
      const younger = wait("a", { createdAtMs: AT_MS + 2 });
      const older = wait("b", { createdAtMs: AT_MS + 1 });
      const any = wait("c", { matchKey: "", createdAtMs: AT_MS + 1 });
      const signal = wait("d", { kind: "signal", eventName: "", matchKey: "go" });
      await store.commit([
        { type: "run_added", run },
        ...[younger, older, any, signal].map((added) => ({
          type: "wait_added" as const,
          wait: added,
        })),
      ]);
      const eventName = "shop/order.paid";
      expect(await store.findWaits([{ eventName, matchKeys: ["data.orderId=o_1"] }])).toEqual([
        older,
        younger,
      ]);
      expect(
        await store.findWaits([
          { eventName, matchKeys: ["data.orderId=o_1", "", "data.orderId=o_1", "none"] },
          { eventName: "", matchKeys: ["go"] },
          { eventName, matchKeys: [""] },
        ]),
      ).toEqual([signal, older, any, younger]);
      expect(await store.findWaits([{ eventName: "go", matchKeys: [""] }])).toEqual([]);
      expect(await store.findWaits([])).toEqual([]);
    });
  });
}

function itReplacesAndRemovesWaits(openStore: OpenStore): void {
  it("are replaced when reported again, and gone when removed", async () => {
    await withStore(openStore, async ({ store }) => {
      const first = wait("a", { matchKey: "k=1" });
      const again = wait("a", { matchKey: "k=2" });
      const find = async (): Promise<string[]> => {
        const query = { eventName: first.eventName, matchKeys: ["k=1", "k=2"] };
        return (await store.findWaits([query])).map(({ matchKey }) => matchKey);
      };
      await store.commit([
        { type: "run_added", run },
        { type: "wait_added", wait: first },
      ]);
      await store.commit([{ type: "wait_added", wait: again }]);
      expect(await find()).toEqual(["k=2"]);
      await store.commit([
        { type: "wait_removed", waitId: again.id, runId: run.id },
        { type: "wait_added", wait: first },
      ]);
      expect(await find()).toEqual(["k=1"]);
      await store.commit([
        { type: "wait_added", wait: again },
        { type: "wait_removed", waitId: again.id, runId: run.id },
      ]);
      expect(await find()).toEqual([]);
    });
  });

  it("of different runs do not meet", async () => {
    await withStore(openStore, async ({ store }) => {
      const other = aRun({ id: ulidLike("RUN", 2) });
      await store.commit([
        { type: "run_added", run },
        { type: "run_added", run: other },
        { type: "wait_added", wait: aWait({ runId: run.id }) },
        { type: "wait_added", wait: aWait({ runId: other.id }) },
      ]);
      await store.commit([
        { type: "wait_removed", waitId: aWait({ runId: run.id }).id, runId: run.id },
      ]);
      const query = { eventName: "shop/order.paid", matchKeys: ["data.orderId=o_1"] };
      expect(await store.findWaits([query])).toEqual([aWait({ runId: other.id })]);
    });
  });
}
