// Tallies and failure groups that are made after the fact say what the runs themselves say, however they are cut into slices, and
// also for runs whose end lies in a time that was counted before.
import type { Change, EndedRuns, RunHead } from "@everstep/core";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aRun, ulidLike } from "../../../tests/store-conformance/records.ts";
import { openMemoryDatabase } from "./connection.ts";
import { createFailureIndex } from "./failure-index.ts";
import { migrate, MIGRATIONS } from "./migrate.ts";
import { openSqliteStore, type SqliteStore } from "./open.ts";
import { createRunTallies } from "./run-tallies.ts";
import { createUpkeep } from "./upkeep.ts";

const HOUR_MS = 3_600_000;
const FROM_MS = 400_000 * HOUR_MS;
const COUNT = 5_000;
const FUNCTIONS = ["f0", "f1", "f2"];

let database: DatabaseSync;
beforeEach(() => {
  database = openMemoryDatabase();
});
afterEach(() => database.close());

/** Ends are spread over two and a half hours, many in one millisecond. */
function endedRun(index: number): RunHead {
  const endedAtMs = FROM_MS + (index % 50) * 180_000;
  const startedAtMs = endedAtMs - ((index * 7919) % 90_000);
  return aRun({
    id: ulidLike("RUN", index),
    functionId: FUNCTIONS[index % 3] ?? "",
    status: index % 7 === 0 ? "failed" : "completed",
    createdAtMs: startedAtMs - (index % 1_000),
    ...(index % 11 === 0 ? {} : { startedAtMs }),
    endedAtMs,
    ...(index % 7 === 0 ? { error: { name: "E", message: `bad ${index}` } } : {}),
  });
}

const RUNS = Array.from({ length: COUNT }, (_, index) => endedRun(index));
const added = (run: RunHead): Change => ({ type: "run_added", run });

async function sums({ history }: SqliteStore): Promise<unknown[]> {
  const asked = { fromMs: FROM_MS, functionIds: FUNCTIONS } as const;
  const all: unknown[] = [];
  for (const [sliceMs, slices] of [
    [HOUR_MS, 3],
    [300_000, 36],
    [3 * HOUR_MS, 1],
    [60_000, 180],
  ] as const) {
    for (const measure of ["duration", "queue", undefined] as const) {
      const query = { ...asked, sliceMs, slices, ...(measure === undefined ? {} : { measure }) };
      all.push(addedUp(await history.summarizeEndedRuns(query)));
    }
  }
  return all;
}

/** Rows of the same may come in parts. */
function addedUp(rows: readonly EndedRuns[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { count, ...what } of rows) {
    const key = JSON.stringify(what);
    counts[key] = (counts[key] ?? 0) + count;
  }
  return counts;
}

const rowCount = (table: string): number =>
  Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.["count"]);

describe("tallies of ended runs", () => {
  it("change no sum, at any moment of being made", async () => {
    const opened = openSqliteStore({ path: ":memory:", database });
    await opened.store.commit(RUNS.map(added));
    const before = await sums(opened);
    const nowMs = (): number => FROM_MS + 2 * HOUR_MS + 10_000;
    const tallies = createRunTallies(database, nowMs);
    let steps = 0;
    while (tallies.isBehind(nowMs())) {
      tallies.catchUp();
      steps += 1;
      expect(await sums(opened)).toEqual(before);
    }
    expect(steps).toBeGreaterThan(1);
    expect(rowCount("run_tallies")).toBeGreaterThan(0);
  });

  it("take in a run that ends in a time that was counted", async () => {
    const opened = openSqliteStore({ path: ":memory:", database });
    const [late, ...others] = RUNS;
    await opened.store.commit(others.map(added));
    const tallies = createRunTallies(database, () => FROM_MS + 9 * HOUR_MS);
    while (tallies.catchUp());
    await opened.close();
    // The next owner's clock stepped back.
    const next = openSqliteStore({ path: ":memory:", database });
    await next.store.commit([added(late ?? aRun())]);
    const found = await sums(next);
    database.exec("DELETE FROM run_tallies; UPDATE meta SET value = 0 WHERE key LIKE 'runs_tall%'");
    expect(found).toEqual(await sums(next));
  });

  it("are made by upkeep that rests when there is nothing to do", async () => {
    const opened = openSqliteStore({ path: ":memory:", database });
    await opened.store.commit(RUNS.map(added));
    const nowMs = (): number => FROM_MS + 9 * HOUR_MS;
    const tallies = createRunTallies(database, nowMs);
    const upkeep = createUpkeep(database, {
      failures: createFailureIndex(database),
      tallies,
      nowMs,
    });
    const pauses: number[] = [];
    while (tallies.isBehind(nowMs())) pauses.push(upkeep.step());
    expect(pauses.length).toBeGreaterThan(1);
    const changes = Number(database.prepare("SELECT total_changes() AS n").get()?.["n"]);
    expect(upkeep.step()).toBe(1_000);
    expect(Number(database.prepare("SELECT total_changes() AS n").get()?.["n"])).toBe(changes);
  });
});

describe("failure groups of an older database", () => {
  it("are made in slices, with a run that fails meanwhile counted once", async () => {
    const made = openSqliteStore({ path: ":memory:", database });
    await made.store.commit(RUNS.map(added));
    const live = aRun({ id: ulidLike("RUN", COUNT), functionId: "f0", status: "running" });
    await made.store.commit([added(live)]);
    const query = { fromMs: 0, untilMs: FROM_MS * 2, sliceMs: HOUR_MS, limit: 9 };
    // As the migration leaves it: everything is older than the groups.
    database.exec(`DELETE FROM failures; DELETE FROM failure_groups; DELETE FROM failure_hours;
      UPDATE meta SET value = ${COUNT + 2} WHERE key = 'failures_indexed_from'`);
    const empty = await made.history.listFailureGroups(query);
    expect(empty).toMatchObject({ runCount: 0, isComplete: false });
    const patch = { status: "failed", endedAtMs: FROM_MS, error: { name: "E", message: "bad 1" } };
    await made.store.commit([{ type: "run_patched", runId: live.id, patch: patch as never }]);
    const failures = createFailureIndex(database);
    let steps = 1;
    while (failures.catchUp()) steps += 1;
    expect(steps).toBe(11);
    const found = await made.history.listFailureGroups(query);
    const failed = RUNS.filter(({ status }) => status === "failed").length + 1;
    expect(found).toMatchObject({ runCount: failed, groupCount: 3, isComplete: true });
    expect(rowCount("failures")).toBe(failed);
  });

  it("begin empty and complete in a new file, and incomplete in one that has runs", () => {
    migrate(database, "x.db", MIGRATIONS.slice(0, 3));
    database.exec(`INSERT INTO runs (no, id, function_id, status, created_at_ms, event_name, event_id,
        order_key, function_version, request_version, step_count, state_bytes, ended_at_ms)
      VALUES (7, 'r', 'f', 'failed', 1, 'e', 'ev', 7, 1, -1, 0, 0, 5)`);
    migrate(database, "x.db");
    expect(createFailureIndex(database).isComplete()).toBe(false);
    const fresh = openMemoryDatabase();
    migrate(fresh, "y.db");
    expect(createFailureIndex(fresh).isComplete()).toBe(true);
    fresh.close();
  });
});
