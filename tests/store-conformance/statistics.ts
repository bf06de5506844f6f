// Conformance: sums over many runs and events. Each is held against the same sum made by hand from the records.
import type { Change, RunFilter, RunHead, RunStatus } from "@everstep/core";
import { describe, expect, it } from "vitest";
import { withStore, type OpenStore } from "./open-store.ts";
import { anEvent, aRun, aStep, AT_MS, ulidLike } from "./records.ts";

const STATUSES: readonly RunStatus[] = [
  "queued",
  "running",
  "completed",
  "failed",
  "cancelled",
  "skipped",
];

const RUNS: readonly RunHead[] = Array.from({ length: 72 }, (_, index) => {
  const status = STATUSES[index % 6] ?? "queued";
  const hasStarted = status !== "queued" && status !== "skipped";
  const hasEnded = status !== "queued" && status !== "running";
  const createdAtMs = AT_MS + index;
  return aRun({
    id: ulidLike("RUN", index),
    status,
    functionId: `f${index % 4}`,
    eventName: index % 2 === 0 ? "even" : "odd",
    createdAtMs,
    ...(hasStarted ? { startedAtMs: createdAtMs + index * 10 } : {}),
    ...(hasEnded ? { endedAtMs: createdAtMs + index * 10 + index * 100 } : {}),
    ...(status === "failed" ? { error: { name: "CardError", message: `no ${index}` } } : {}),
    ...(status === "skipped" ? { skip: { reason: "paused" } } : {}),
  });
});
const CHANGES = RUNS.map((run): Change => ({ type: "run_added", run }));
const SPAN = { fromMs: AT_MS + 500, untilMs: AT_MS + 5_000 };

/** The span in 9 slices. */
const sliced = { fromMs: SPAN.fromMs, sliceMs: 500, slices: 9 };

const isInSpan = ({ endedAtMs = 0 }: RunHead): boolean =>
  endedAtMs >= SPAN.fromMs && endedAtMs < SPAN.untilMs;

export function describeStatistics(openStore: OpenStore): void {
  describe("statistics", () => {
    itCounts(openStore);
    itSumsUp(openStore);
    itGroupsFailures(openStore);
    itPagesThroughFailures(openStore);
  });
}

function itCounts(openStore: OpenStore): void {
  it.each<Omit<RunFilter, "timeField">>([
    {},
    { statuses: ["completed"] },
    { statuses: ["failed", "skipped"] },
    { statuses: ["completed", "queued"], functionIds: ["f2"] },
    { functionIds: ["f1", "f3"], eventNames: ["odd"] },
    { fromMs: AT_MS + 10, untilMs: AT_MS + 40 },
  ])("counts runs of %o by status", async (part) => {
    await withStore(openStore, async ({ store, history }) => {
      await store.commit(CHANGES);
      const filter = { ...part, timeField: "createdAtMs" } as const;
      const counts = await history.countRunsByStatus(filter);
      for (const status of STATUSES) {
        const wanted = part.statuses?.includes(status) ?? true;
        const count = wanted ? await history.countRuns({ ...filter, statuses: [status] }) : 0;
        expect([status, counts.get(status) ?? 0]).toEqual([status, count]);
      }
    });
  });

  it("counts events by name and knows the newest of each", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const names = ["b", "a", "b"];
      const events = names.map((name, index) =>
        anEvent({ internalId: ulidLike("EVENT", index), name }),
      );
      await store.commit(events.map((event): Change => ({ type: "event_added", event })));
      expect(await history.countEventNames()).toEqual([
        { name: "a", count: 1, lastEventId: events[1]?.internalId },
        { name: "b", count: 2, lastEventId: events[2]?.internalId },
      ]);
    });
  });
}

function itSumsUp(openStore: OpenStore): void {
  it.each(["duration", "queue"] as const)(
    "sums up ended runs by function, status and %s, to 3 percent",
    async (measure) => {
      await withStore(openStore, async ({ store, history }) => {
        await store.commit(CHANGES);
        const wanted = { ...sliced, functionIds: ["f0", "f1", "f2", "f3"] };
        const rows = await history.summarizeEndedRuns({ ...wanted, measure });
        const msOf = (run: RunHead): number | undefined => {
          if (run.startedAtMs === undefined) return undefined;
          const isQueue = measure === "queue";
          return isQueue
            ? run.startedAtMs - run.createdAtMs
            : (run.endedAtMs ?? 0) - run.startedAtMs;
        };
        const ended = RUNS.filter(isInSpan);
        const sliceOf = ({ endedAtMs = 0 }: RunHead): number =>
          Math.floor((endedAtMs - SPAN.fromMs) / sliced.sliceMs);
        expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(ended.length);
        for (const run of ended) {
          const exact = msOf(run);
          const fitting = rows.filter(
            ({ functionId, status, slice, ms }) =>
              functionId === run.functionId &&
              slice === sliceOf(run) &&
              status === run.status &&
              (exact === undefined
                ? ms === undefined
                : Math.abs((ms ?? -Infinity) - exact) <= Math.max(1, exact * 0.03)),
          );
          expect([run.id, fitting.length > 0]).toEqual([run.id, true]);
        }
        const own = await history.summarizeEndedRuns({ ...sliced, measure, functionIds: ["f1"] });
        expect(own).toEqual(rows.filter(({ functionId }) => functionId === "f1"));
        const counts = await history.summarizeEndedRuns({ ...sliced, functionIds: ["f1"] });
        expect(counts.every(({ ms }) => ms === undefined)).toBe(true);
        expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(
          ended.filter(({ functionId }) => functionId === "f1").length,
        );
      });
    },
  );

  it("sums up what has not ended, with its oldest", async () => {
    await withStore(openStore, async ({ store, history }) => {
      await store.commit(CHANGES);
      const rows = await history.summarizeLiveRuns();
      const live = RUNS.filter(({ status }) => status === "queued" || status === "running");
      expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(live.length);
      for (const { functionId, status, count, oldestAtMs } of rows) {
        const own = live.filter((run) => run.functionId === functionId && run.status === status);
        expect([count, oldestAtMs]).toEqual([own.length, own[0]?.createdAtMs]);
      }
    });
  });
}

const failed = RUNS.filter((run) => run.status === "failed");
const asked = { ...SPAN, sliceMs: 500, limit: 100 };

function itGroupsFailures(openStore: OpenStore): void {
  it("groups failures by function, step and error, with counts of a span", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const [first] = failed;
      const step = aStep({ runId: first?.id ?? "", name: "charge", failed: true });
      await store.commit([...CHANGES, { type: "step_added", step }]);
      const found = await history.listFailureGroups(asked);
      const inSpan = failed.filter(isInSpan);
      expect(found).toMatchObject({ runCount: inSpan.length, isComplete: true });
      const functionIds = [...new Set(inSpan.map(({ functionId }) => functionId))];
      expect(found.groupCount).toBe(functionIds.length);
      for (const group of found.groups) {
        const own = inSpan.filter(({ functionId }) => functionId === group.functionId);
        const ends = failed
          .filter(({ functionId, id }) => functionId === group.functionId && id !== first?.id)
          .map(({ endedAtMs = 0 }) => endedAtMs);
        expect(group).toMatchObject({
          errorName: "CardError",
          errorMessage: failed.findLast((run) => run.functionId === group.functionId)?.error
            ?.message,
          count: own.length,
          firstSeenAtMs: Math.min(...ends),
          lastSeenAtMs: Math.max(...ends),
        });
        expect(group).not.toHaveProperty("stepName");
        expect(group.slices.reduce((sum, { count }) => sum + count, 0)).toBe(own.length);
        expect(group.sampleRunIds).toEqual(
          own
            .map(({ id }) => id)
            .toReversed()
            .slice(0, 10),
        );
      }
      const all = await history.listFailureGroups({ ...asked, fromMs: 0, untilMs: AT_MS * 2 });
      expect(all.groupCount).toBe(found.groupCount + 1);
      expect(all.groups.find(({ stepName }) => stepName === "charge")?.count).toBe(1);
      const one = await history.listFailureGroups({ ...asked, functionIds: ["f1"], limit: 1 });
      expect(one.groups).toEqual(found.groups.filter(({ functionId }) => functionId === "f1"));
      const cut = await history.listFailureGroups({ ...asked, limit: 1 });
      expect(cut).toEqual({ ...found, groups: found.groups.slice(0, 1) });
    });
  });

  itCountsHours(openStore);
}

function itCountsHours(openStore: OpenStore): void {
  it("counts whole hours of failures as it counts any other span", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const hourMs = 3_600_000;
      const fromMs = Math.floor(AT_MS / hourMs) * hourMs;
      const changes = failed.map((run, index): Change => {
        const endedAtMs = fromMs + index * 1_700_000;
        return { type: "run_added", run: { ...run, endedAtMs } };
      });
      await store.commit(changes);
      const hours = { fromMs, untilMs: fromMs + 5 * hourMs, limit: 100 };
      const hourly = await history.listFailureGroups({ ...hours, sliceMs: hourMs });
      const fine = await history.listFailureGroups({ ...hours, sliceMs: hourMs / 2 });
      expect(hourly.runCount).toBe(11);
      expect(hourly.runCount).toBe(fine.runCount);
      const coarse = (group: (typeof fine.groups)[number] | undefined): number[] => {
        const counts = [0, 0, 0, 0, 0];
        for (const { slice, count } of group?.slices ?? []) {
          const hour = Math.floor(slice / 2);
          counts[hour] = (counts[hour] ?? 0) + count;
        }
        return counts;
      };
      for (const [index, group] of hourly.groups.entries()) {
        const counts = [0, 0, 0, 0, 0];
        for (const { slice, count } of group.slices) counts[slice] = count;
        expect(counts).toEqual(coarse(fine.groups[index]));
      }
    });
  });
}

function itPagesThroughFailures(openStore: OpenStore): void {
  it("pages through the runs of a group, oldest end first", async () => {
    await withStore(openStore, async ({ store, history }) => {
      await store.commit(CHANGES);
      const own = failed.filter((run) => run.functionId === "f1" && isInSpan(run));
      const { groups } = await history.listFailureGroups(asked);
      const { fingerprint = "" } = groups.find(({ functionId }) => functionId === "f1") ?? {};
      const query = { ...SPAN, fingerprint, limit: 2 };
      expect(await history.countFailedRuns(query)).toBe(own.length);
      const seen: string[] = [];
      let after: { timeMs: number; id: string } | undefined;
      for (;;) {
        const page = await history.listFailedRuns({ ...query, ...(after && { after }) });
        seen.push(...page.map(({ runId }) => runId));
        const last = page.at(-1);
        if (last === undefined) break;
        after = { timeMs: last.endedAtMs, id: last.runId };
      }
      expect(seen).toEqual(own.map(({ id }) => id));
      expect(await history.listFailedRuns({ ...query, fingerprint: "none" })).toEqual([]);
    });
  });

  it("lists runs without their outputs when they are not wanted", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const run = aRun({
        status: "completed",
        endedAtMs: AT_MS,
        outputJson: `"${"x".repeat(99_999)}"`,
      });
      const { outputJson: _output, ...plain } = run;
      await store.commit([{ type: "run_added", run }]);
      const page = { filter: { timeField: "createdAtMs" }, order: "asc", limit: 2 } as const;
      expect(await history.listRuns(page)).toEqual([run]);
      expect(await history.listRuns({ ...page, omitOutput: true })).toEqual([plain]);
      const ofEvent = { limit: 2, omitOutput: true };
      const [eventId = ""] = run.eventIds;
      expect(await history.listRunsOfEvent(eventId, ofEvent)).toEqual([plain]);
    });
  });

  it("counts runs of a function by the slice in which they were created", async () => {
    await withStore(openStore, async ({ store, history }) => {
      await store.commit(CHANGES);
      const query = { functionId: "f2", fromMs: AT_MS + 10, sliceMs: 20, slices: 2 };
      const created = (from: number, until: number): number =>
        RUNS.filter(
          (run) =>
            run.functionId === "f2" &&
            run.createdAtMs >= AT_MS + from &&
            run.createdAtMs < AT_MS + until,
        ).length;
      expect(await history.countRunsBySlice(query)).toEqual([
        { slice: 0, count: created(10, 30) },
        { slice: 1, count: created(30, 50) },
      ]);
    });
  });

  it("knows the newest failed run of each function", async () => {
    await withStore(openStore, async ({ store, history }) => {
      await store.commit(CHANGES);
      const last = new Map<string, string>();
      for (const run of RUNS) if (run.status === "failed") last.set(run.functionId, run.id);
      const found = await history.listLastFailures();
      expect(new Map(found.map(({ functionId, runId }) => [functionId, runId]))).toEqual(last);
    });
  });
}
