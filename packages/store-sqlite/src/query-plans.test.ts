// The statements of a decision must cost the same however many rows are stored: each of their reads is an index look-up,
// without a walk through a table and without sorting. SQLite's own plan is the witness, not a stopwatch.
import { TIMER_KINDS, type Change } from "@everstep/core";
import { describe, expect, it } from "vitest";
import { openMemoryDatabase } from "./connection.ts";
import { openSqliteStore, type SqliteStore } from "./open.ts";

const CALLS = ["call", "request"] as const;
const CLOCKS = TIMER_KINDS.filter((kind) => kind !== "call" && kind !== "request");
const DUE = { dueAtMsMax: 9, limit: 5, after: { key: 1, id: 1 } };
const PAGE = { order: "desc", limit: 9, after: { timeMs: 1, id: "a" } } as const;

const READS: Readonly<Record<string, (opened: SqliteStore) => unknown>> = {
  "loadRuns of one run": ({ store }) => store.loadRuns(["a"]),
  "loadRuns of many runs": ({ store }) => store.loadRuns(["a", "b"]),
  findWaits: ({ store }) => store.findWaits([{ eventName: "e", matchKeys: ["", "k"] }]),
  findIdempotencyKeys: ({ store }) => store.findIdempotencyKeys(["a", "b"], 1),
  findEventIds: ({ store }) => store.findEventIds(["a", "b"]),
  "listTimers of clock kinds": ({ store }) => store.listTimers({ ...DUE, kinds: CLOCKS }),
  "listTimers of one clock kind": ({ store }) => store.listTimers({ ...DUE, kinds: ["cron"] }),
  "listTimers of calls": ({ store }) => store.listTimers({ ...DUE, kinds: CALLS }),
  "listTimers of a lane's calls": ({ store }) =>
    store.listTimers({
      ...DUE,
      kinds: CALLS,
      functionId: "f",
      lane: { key: "k", isStart: true },
    }),
  listLanes: ({ store }) => store.listLanes({ functionId: "f", limit: 9 }),
  "listLanes after one": ({ store }) =>
    store.listLanes({ functionId: "f", after: { key: "k", isStart: false }, limit: 9 }),
  countTimersBefore: ({ store }) =>
    store.countTimersBefore({
      functionId: "f",
      lane: { key: "k", isStart: false },
      before: { key: 1, id: 1 },
      countMax: 9,
    }),
  findLimiters: ({ store }) =>
    store.findLimiters([{ functionId: "f", kind: "rate_limit", key: "k" }]),
  findSlots: ({ store }) => store.findSlots(["b"]),
  findEvents: ({ store }) => store.findEvents(["a"]),
  loadBatchEvents: ({ store }) => store.loadBatchEvents("b"),
  listEventOutcomes: ({ history }) => history.listEventOutcomes("e"),
  findRunOfGroup: ({ history }) => history.findRunOfGroup("g"),
  listControlAudits: ({ history }) => history.listControlAudits("f", 9),
  "listRunLogs of a step": ({ history }) =>
    history.listRunLogs({ runId: "a", stepId: "s", levels: ["info"], after: 1, limit: 9 }),
  findRun: ({ history }) => history.findRun("a"),
  findStep: ({ history }) => history.findStep("a", "s"),
  "listRuns by creation": ({ history }) =>
    history.listRuns({ ...PAGE, filter: { timeField: "createdAtMs" } }),
  "listRuns of a function": ({ history }) =>
    history.listRuns({ ...PAGE, filter: { timeField: "createdAtMs", functionIds: ["f"] } }),
  "listRuns that failed": ({ history }) =>
    history.listRuns({ ...PAGE, filter: { timeField: "createdAtMs", statuses: ["failed"] } }),
  "listRuns that are live": ({ history }) =>
    history.listRuns({
      ...PAGE,
      filter: { timeField: "createdAtMs", statuses: ["queued", "running"] },
    }),
  "listRuns of some functions": ({ history }) =>
    history.listRuns({ ...PAGE, filter: { timeField: "createdAtMs", functionIds: ["f", "g"] } }),
  "listRuns by end": ({ history }) =>
    history.listRuns({ ...PAGE, filter: { timeField: "endedAtMs" } }),
  "listEvents of a name": ({ history }) =>
    history.listEvents({ filter: { names: ["e"] }, limit: 9, before: "a" }),
};

interface Plan {
  readonly sql: string;
  readonly details: readonly string[];
}

/** Runs the action and returns SQLite's plan of each statement that it prepared. */
async function collectPlans(action: (opened: SqliteStore) => unknown): Promise<Plan[]> {
  const database = openMemoryDatabase();
  const opened = openSqliteStore({ path: ":memory:", database });
  await opened.store.open();
  const prepare = database.prepare.bind(database);
  const plans: Plan[] = [];
  database.prepare = (sql, options) => {
    if (/^\s*(?:SELECT|INSERT|UPDATE|DELETE)/i.test(sql)) {
      const rows = prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
      plans.push({ sql, details: rows.map((row) => String(row["detail"])) });
    }
    return prepare(sql, options);
  };
  await action(opened);
  database.close();
  return plans;
}

/** Walks over a parameter's list, a page that was just found, or the literal rows of an insert are no walks. */
function expectNoWalk(plans: readonly Plan[]): void {
  const harmless =
    /SCAN (?:json_each|\(subquery-\d+\)|\d+[- ]?ROW|\d+ CONSTANT ROWS?|CONSTANT ROW)/;
  for (const { sql, details } of plans) {
    const walks = details.filter((detail) => detail.startsWith("SCAN") && !harmless.test(detail));
    expect({ sql, walks }).toEqual({ sql, walks: [] });
  }
}

describe("query plans", () => {
  it.each(Object.keys(READS))("%s looks up and never walks", async (name) => {
    const plans = await collectPlans((opened) => READS[name]?.(opened));
    expect(plans.length).toBeGreaterThan(0);
    expectNoWalk(plans);
    const sorts = plans.flatMap(({ details }) =>
      details.filter((detail) => detail === "USE TEMP B-TREE FOR ORDER BY"),
    );
    expect(sorts).toEqual([]);
  });

  it("listTimers of cron walks none of the sleeping runs' timers", async () => {
    const query = { kinds: ["cron"], dueAtMsMax: 9, limit: 5 } as const;
    const plans = await collectPlans(({ store }) => store.listTimers(query));
    expect(plans[0]?.details[0]).toContain("timers_cron_due_at_ms");
  });

  it("listCalled walks the calls that were out and nothing else", async () => {
    const plans = await collectPlans(({ store }) => store.listCalled());
    expect(plans[0]?.details[0]).toBe("SCAN timers USING INDEX timers_called");
  });

  it("writes look up and never walk", async () => {
    const runId = "r";
    const changes: Change[] = [
      { type: "run_patched", runId, patch: { status: "running", stepCount: 1, outputJson: "1" } },
      { type: "timer_removed", timerId: 1 },
      { type: "timer_attempt_reset", timerId: 2, runId },
      { type: "timer_called", timerId: 2, runId, atMs: 1 },
      { type: "wait_removed", waitId: "r.w", runId },
      { type: "cancellation_removed", cancellationId: "c" },
      { type: "limiter_removed", limiter: { kind: "throttle", functionId: "f", key: "k" } },
      { type: "batch_removed", batchId: "b" },
      { type: "slots_freed", runId },
    ];
    const plans = await collectPlans(({ store }) => store.commit(changes));
    expect(plans.length).toBeGreaterThan(4);
    expectNoWalk(plans);
  });

  it("sweeping looks up what has expired", async () => {
    const plans = await collectPlans(({ store }) => store.sweepExpired(9, 5));
    expect(plans).toHaveLength(2);
    expectNoWalk(plans);
  });
});
