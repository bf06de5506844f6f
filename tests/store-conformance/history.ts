// Conformance: what people read. Pages join without gap or repeat, and counts are true.
import type {
  Change,
  EventFilter,
  History,
  RunFilter,
  RunHead,
  RunPage,
  RunTimeField,
} from "@everstep/core";
import { describe, expect, it } from "vitest";
import { withStore, type OpenStore } from "./open-store.ts";
import {
  aCronTimer,
  anAttempt,
  anEvent,
  aRun,
  aStep,
  aTimer,
  aWait,
  AT_MS,
  ulidLike,
} from "./records.ts";

const STATUSES = ["queued", "running", "completed", "failed", "cancelled"] as const;

/** Sixty runs over five statuses, three functions, two events; several share each time. */
const RUNS: readonly RunHead[] = Array.from({ length: 60 }, (_, index) => {
  const status = STATUSES[index % 5] ?? "queued";
  const ended = status !== "queued" && status !== "running";
  return aRun({
    id: ulidLike("RUN", index),
    status,
    functionId: `f${index % 3}`,
    eventName: index % 2 === 0 ? "even" : "odd",
    createdAtMs: AT_MS + Math.floor(index / 4),
    ...(status === "queued" ? {} : { startedAtMs: AT_MS + 100 - Math.floor(index / 7) }),
    ...(ended ? { endedAtMs: AT_MS + 200 + (index % 9) } : {}),
  });
});

const FILTERS: readonly Omit<RunFilter, "timeField">[] = [
  {},
  { statuses: ["failed"] },
  { statuses: ["completed"] },
  { statuses: ["queued", "running"] },
  { statuses: ["completed", "failed", "cancelled"] },
  { statuses: [] },
  { functionIds: ["f1"] },
  { functionIds: ["f0", "f2"] },
  { functionIds: ["f1"], statuses: ["failed", "completed"] },
  { eventNames: ["even"] },
  { eventNames: ["even", "odd"], functionIds: ["none"] },
  { fromMs: AT_MS + 5, untilMs: AT_MS + 10 },
  { fromMs: AT_MS + 95, statuses: ["running", "completed"] },
  { untilMs: AT_MS + 205, functionIds: ["f2"] },
];

function matches(run: RunHead, filter: RunFilter): boolean {
  const time = run[filter.timeField];
  const bounded = filter.fromMs !== undefined || filter.untilMs !== undefined;
  return (
    (filter.statuses?.includes(run.status) ?? true) &&
    (filter.functionIds?.includes(run.functionId) ?? true) &&
    (filter.eventNames?.includes(run.eventName) ?? true) &&
    (!bounded || time !== undefined) &&
    (time ?? 0) >= (filter.fromMs ?? 0) &&
    (time ?? 0) < (filter.untilMs ?? Infinity)
  );
}

function expectedIds(filter: RunFilter, order: RunPage["order"]): string[] {
  const time = (run: RunHead): number => run[filter.timeField] ?? 0;
  const sorted = RUNS.filter((run) => run[filter.timeField] !== undefined && matches(run, filter))
    .toSorted((a, b) => time(a) - time(b) || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
  return order === "asc" ? sorted : sorted.toReversed();
}

async function pageThrough(history: History, filter: RunFilter, order: RunPage["order"]) {
  const ids: string[] = [];
  let after: RunPage["after"];
  for (;;) {
    const page = await history.listRuns({
      filter,
      order,
      limit: 7,
      ...(after === undefined ? {} : { after }),
    });
    ids.push(...page.map(({ id }) => id));
    const last = page.at(-1);
    if (last === undefined) return ids;
    after = { timeMs: last[filter.timeField] ?? 0, id: last.id };
  }
}

export function describeRunHistory(openStore: OpenStore): void {
  describe("history of runs", () => {
    itPagesRuns(openStore);
    itFollowsRuns(openStore);
    itListsTheRest(openStore);
  });
}

function itPagesRuns(openStore: OpenStore): void {
  it.each(["createdAtMs", "startedAtMs", "endedAtMs"] satisfies RunTimeField[])(
    "is paged and counted by every filter over %s",
    async (timeField) => {
      await withStore(openStore, async ({ store, history }) => {
        await store.commit(RUNS.map((run): Change => ({ type: "run_added", run })));
        for (const part of FILTERS) {
          const filter = { ...part, timeField };
          const name = JSON.stringify(filter);
          for (const order of ["asc", "desc"] as const) {
            const ids = await pageThrough(history, filter, order);
            expect(ids, `${name} ${order}`).toEqual(expectedIds(filter, order));
          }
          const count = RUNS.filter((run) => matches(run, filter)).length;
          expect(await history.countRuns(filter), name).toBe(count);
        }
      });
    },
  );

  it("gives whole heads, and undefined for a run that is not there", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const run = aRun({
        status: "failed",
        outputJson: `"x"`,
        error: { name: "E", message: "m" },
      });
      await store.commit([{ type: "run_added", run }]);
      expect(await history.findRun(run.id)).toEqual(run);
      expect(await history.findRun("missing")).toBeUndefined();
      const page = { filter: { timeField: "createdAtMs" }, order: "desc", limit: 5 } as const;
      expect(await history.listRuns(page)).toEqual([run]);
    });
  });
}

function itFollowsRuns(openStore: OpenStore): void {
  it("lists the runs of an event oldest first, also runs of a batch of events", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const single = [3, 1, 5].map((n) => aRun({ id: ulidLike("RUN", n), eventIds: ["E1"] }));
      const batch = [4, 2].map((n) =>
        aRun({ id: ulidLike("RUN", n), eventIds: n === 4 ? ["E0", "E1"] : ["E1", "E1", "E2"] }),
      );
      const other = aRun({ id: ulidLike("RUN", 9), eventIds: ["E9"] });
      await store.commit(
        [...single, ...batch, other].map((run): Change => ({ type: "run_added", run })),
      );
      const all = await history.listRunsOfEvent("E1", { limit: 10 });
      expect(all.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5].map((n) => ulidLike("RUN", n)));
      const page = { afterRunId: ulidLike("RUN", 2), limit: 2 };
      const next = await history.listRunsOfEvent("E1", page);
      expect(next.map(({ id }) => id)).toEqual([ulidLike("RUN", 3), ulidLike("RUN", 4)]);
      expect(next[1]?.eventIds).toEqual(["E0", "E1"]);
      expect(await history.listRunsOfEvent("E2", { limit: 10 })).toHaveLength(1);
      expect(await history.listRunsOfEvent("E7", { limit: 10 })).toEqual([]);
    });
  });

  it("gives the detail of a run in order, and no open work once it has ended", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const run = aRun();
      const steps = [0, 1].map((position) =>
        aStep({ position, stepId: `s${position}`, resolvedBy: { eventId: "e", timedOut: true } }),
      );
      const attempts = [1, 2].map((n) =>
        anAttempt({ generation: n, stepId: "s", stepName: "n", retryAtMs: n, httpStatus: 500 }),
      );
      await store.commit([
        { type: "run_added", run },
        ...steps.toReversed().map((step): Change => ({ type: "step_added", step })),
        ...attempts.toReversed().map((attempt): Change => ({ type: "attempt_added", attempt })),
        { type: "timer_added", timer: aTimer() },
        { type: "timer_added", timer: aCronTimer({ id: 5 }) },
        { type: "wait_added", wait: aWait() },
      ]);
      const live = { steps, attempts, timers: [aTimer()], waits: [aWait()] };
      expect(await history.readRunDetail(run.id)).toEqual(live);
      expect(await history.findStep(run.id, "s1")).toEqual(steps[1]);
      expect(await history.findStep(run.id, "s9")).toBeUndefined();
      const ended = { status: "cancelled", endedAtMs: AT_MS } as const;
      await store.commit([{ type: "run_patched", runId: run.id, patch: ended }]);
      expect(await history.readRunDetail(run.id)).toEqual({ ...live, timers: [], waits: [] });
      const none = { steps: [], attempts: [], timers: [], waits: [] };
      expect(await history.readRunDetail("missing")).toEqual(none);
    });
  });
}

function itListsTheRest(openStore: OpenStore): void {
  it("lists cancellations that were saved and not removed, in their latest form", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const cancellation = {
        id: "c1",
        appId: "shop",
        functionId: "f",
        startedBeforeMs: AT_MS,
        expression: "event.data.a == 1",
        createdAtMs: AT_MS,
        cancelledCount: 0,
      };
      const counted = { ...cancellation, cancelledCount: 4 };
      await store.commit([
        { type: "cancellation_saved", cancellation },
        { type: "cancellation_saved", cancellation: { ...cancellation, id: "c2" } },
      ]);
      await store.commit([
        { type: "cancellation_saved", cancellation: counted },
        { type: "cancellation_removed", cancellationId: "c2" },
      ]);
      expect(await history.listCancellations()).toEqual([counted]);
    });
  });

  it("tells the size of the database", async () => {
    await withStore(openStore, async ({ history }) => {
      expect((await history.stats()).databaseBytes).toBeGreaterThan(4_096);
    });
  });
}

export function describeEventHistory(openStore: OpenStore): void {
  const events = Array.from({ length: 30 }, (_, index) =>
    anEvent({
      internalId: ulidLike("EV", index),
      name: ["shop/a", "shop/b", "inngest/function.finished", "inngestx"][index % 4] ?? "",
      receivedAtMs: AT_MS + Math.floor(index / 3),
    }),
  );

  describe("history of events", () => {
    it.each<[EventFilter]>([
      [{}],
      [{ includeInternal: true }],
      [{ names: ["shop/a"] }],
      [{ names: ["shop/a", "shop/b"] }],
      [{ names: [] }],
      [{ names: ["inngest/function.finished"], includeInternal: true }],
      [{ names: ["inngest/function.finished"] }],
      [{ fromMs: AT_MS + 3, untilMs: AT_MS + 6 }],
      [{ fromMs: AT_MS + 3, names: ["shop/b"] }],
    ])("is paged newest first and counted by %o", async (filter) => {
      await withStore(openStore, async ({ store, history }) => {
        await store.commit(events.map((event): Change => ({ type: "event_added", event })));
        const expected = events
          .filter(
            ({ name, receivedAtMs }) =>
              (filter.names === undefined || filter.names.includes(name)) &&
              (filter.includeInternal === true || !name.startsWith("inngest/")) &&
              receivedAtMs >= (filter.fromMs ?? 0) &&
              receivedAtMs < (filter.untilMs ?? Infinity),
          )
          .toReversed();
        const paged = [];
        let page = await history.listEvents({ filter, limit: 4 });
        while (page.length > 0) {
          paged.push(...page);
          const before = page.at(-1)?.internalId ?? "";
          page = await history.listEvents({ filter, limit: 4, before });
        }
        expect(paged).toEqual(expected);
        expect(await history.countEvents(filter)).toBe(expected.length);
      });
    });

    it("finds events by id in the order asked for, and leaves out missing ones", async () => {
      await withStore(openStore, async ({ store, history }) => {
        const full = anEvent({ id: "mine", userJson: "{}", v: "1", metaJson: `{"sessions":{}}` });
        const future = anEvent({ internalId: ulidLike("EV", 2), tsMs: AT_MS + 9_999 });
        await store.commit([
          { type: "event_added", event: full },
          { type: "event_added", event: future },
        ]);
        const ids = [future.internalId, "missing", full.internalId];
        expect(await history.findEvents(ids)).toEqual([future, full]);
        expect(await store.findEventIds(ids)).toEqual(
          new Set([full.internalId, future.internalId]),
        );
        expect(await history.findEvents([])).toEqual([]);
      });
    });
  });
}
