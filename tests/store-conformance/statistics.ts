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

const isInSpan = ({ endedAtMs = 0 }: RunHead): boolean =>
  endedAtMs >= SPAN.fromMs && endedAtMs < SPAN.untilMs;

export function describeStatistics(openStore: OpenStore): void {
  describe("statistics", () => {
    itCounts(openStore);
    itSumsUp(openStore);
    itListsFailures(openStore);
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
        const rows = await history.summarizeEndedRuns({ ...SPAN, measure });
        const msOf = (run: RunHead): number | undefined => {
          if (run.startedAtMs === undefined) return undefined;
          const isQueue = measure === "queue";
          return isQueue
            ? run.startedAtMs - run.createdAtMs
            : (run.endedAtMs ?? 0) - run.startedAtMs;
        };
        const ended = RUNS.filter(isInSpan);
        expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(ended.length);
        for (const run of ended) {
          const exact = msOf(run);
          const fitting = rows.filter(
            ({ functionId, status, ms }) =>
              functionId === run.functionId &&
              status === run.status &&
              (exact === undefined
                ? ms === undefined
                : Math.abs((ms ?? -Infinity) - exact) <= Math.max(1, exact * 0.03)),
          );
          expect([run.id, fitting.length > 0]).toEqual([run.id, true]);
        }
        const own = await history.summarizeEndedRuns({ ...SPAN, measure, functionId: "f1" });
        expect(own).toEqual(rows.filter(({ functionId }) => functionId === "f1"));
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

function itListsFailures(openStore: OpenStore): void {
  it("lists failures of a span, newest first, with error and failed step", async () => {
    await withStore(openStore, async ({ store, history }) => {
      const failed = RUNS.filter((run) => run.status === "failed" && isInSpan(run)).toReversed();
      const [newest] = failed;
      const step = aStep({ runId: newest?.id ?? "", name: "charge", failed: true });
      await store.commit([...CHANGES, { type: "step_added", step }]);
      const found = await history.listFailures({ ...SPAN, limit: 100 });
      expect(found.map(({ runId }) => runId)).toEqual(failed.map(({ id }) => id));
      expect(found[0]).toEqual({
        runId: newest?.id,
        functionId: newest?.functionId,
        endedAtMs: newest?.endedAtMs,
        errorName: "CardError",
        errorMessage: newest?.error?.message,
        stepName: "charge",
      });
      expect(found[1]).not.toHaveProperty("stepName");
      expect(await history.listFailures({ ...SPAN, limit: 2 })).toEqual(found.slice(0, 2));
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
