// The store port on SQLite: changes go to the writer, loads come from the calling thread's connection, which sees every
// commit that has resolved. No semantics here: what a batch means was decided before.
import type {
  AppRecord,
  BulkJob,
  BulkRequest,
  Catalog,
  FunctionControl,
  FunctionRecord,
  IdempotencyKey,
  Store,
  Wait,
  WaitQuery,
} from "@everstep/core";
import type { EventRecord } from "@everstep/protocol";
import { findBatchEventIds, findLimiters, findSlots } from "./flow-rows.ts";
import { groupChanges, waitPathKey } from "./group-changes.ts";
import { countTimersBefore, listLanes } from "./list-lanes.ts";
import { listCalled, listTimers } from "./list-timers.ts";
import { findEvents, loadRuns, selectIn, toJsonList } from "./load-runs.ts";
import type { PayloadReader } from "./payload-reader.ts";
import type { Queries } from "./queries.ts";
import { fromWaitRow, WAIT_COLUMNS, WAIT_SOURCE, type WaitRow } from "./wait-rows.ts";
import type { Writer } from "./writer.ts";

export interface StoreParts {
  readonly queries: Queries;
  readonly readPayload: PayloadReader;
  readonly writer: Writer;
}

export function createStore({ queries, readPayload, writer }: StoreParts): Store {
  const knownPaths = new Set<string>();
  return {
    async open() {
      await writer.write([{ statement: "epoch_raise", values: [] }]);
      const catalog = queries.snapshot(() => readCatalog(queries));
      for (const { eventName, path } of catalog.matchPaths) {
        knownPaths.add(waitPathKey(eventName, path));
      }
      return catalog;
    },
    async commit(changes) {
      if (changes.length === 0) return;
      const groups = groupChanges(changes, knownPaths);
      if (groups.length === 0) return;
      await writer.write(groups);
      // Only now: had the commit failed, the paths would have to be written by a later one.
      for (const change of changes) {
        if (change.type !== "wait_added" || change.wait.matchPath === undefined) continue;
        knownPaths.add(waitPathKey(change.wait.eventName, change.wait.matchPath));
      }
    },
    loadRuns: (runIds) => queries.snapshot(() => loadRuns(queries, readPayload, runIds)),
    findWaits: (waitQueries) => queries.snapshot(() => findWaits(queries, waitQueries)),
    findIdempotencyKeys: (keys, nowMs) => findIdempotencyKeys(queries, keys, nowMs),
    findEventIds: (internalIds) => findEventIds(queries, internalIds),
    listTimers: (query) => queries.snapshot(() => listTimers(queries, query)),
    listCalled: () => queries.snapshot(() => listCalled(queries)),
    listLanes: (query) => queries.snapshot(() => listLanes(queries, query)),
    countTimersBefore: (query) => countTimersBefore(queries, query),
    findLimiters: (ids) => queries.snapshot(() => findLimiters(queries, ids)),
    findSlots: (buckets) => queries.snapshot(() => findSlots(queries, buckets)),
    findEvents: (internalIds) =>
      queries.snapshot(() => eventsInOrder(queries, readPayload, internalIds)),
    loadBatchEvents: (batchId) =>
      queries.snapshot(() =>
        eventsInOrder(queries, readPayload, findBatchEventIds(queries, batchId)),
      ),
    async sweepExpired(nowMs, rowsMax) {
      await writer.write([
        { statement: "limiter_sweep", values: [nowMs, rowsMax] },
        { statement: "idempotency_key_sweep", values: [nowMs, rowsMax] },
      ]);
    },
  };
}

function eventsInOrder(
  queries: Queries,
  readPayload: PayloadReader,
  internalIds: readonly string[],
): EventRecord[] {
  const events = findEvents(queries, readPayload, internalIds);
  return internalIds.flatMap((id) => events.get(id) ?? []);
}

function readCatalog(queries: Queries): Catalog {
  const epoch = queries.find("SELECT value FROM meta WHERE key = 'epoch'") as [number] | undefined;
  const apps = queries.all("SELECT record FROM apps ORDER BY id") as [string][];
  const functions = queries.all("SELECT record FROM functions ORDER BY id") as [string][];
  const controls = queries.all("SELECT record FROM function_controls") as [string][];
  const jobs = queries.all(
    `SELECT record, iif(record ->> '$.status' = 'running', request, NULL) FROM bulk_jobs`,
  ) as [string, string | null][];
  const paths = queries.all("SELECT event_name, path FROM wait_paths") as [string, string][];
  return {
    epoch: epoch?.[0] ?? 0,
    apps: apps.map(([record]) => JSON.parse(record) as AppRecord),
    functions: functions.map(([record]) => JSON.parse(record) as FunctionRecord),
    controls: controls.map(([record]) => JSON.parse(record) as FunctionControl),
    bulkJobs: jobs.map(([record, request]) => ({
      job: JSON.parse(record) as BulkJob,
      ...(request === null ? {} : { request: JSON.parse(request) as BulkRequest }),
    })),
    matchPaths: paths.map(([eventName, path]) => ({ eventName, path })),
  };
}

function findWaits(queries: Queries, waitQueries: readonly WaitQuery[]): Wait[] {
  const sql = `SELECT ${WAIT_COLUMNS} FROM ${WAIT_SOURCE}
    WHERE waits.event_name = ? AND waits.match_key = ? ORDER BY waits.created_at_ms, runs.id, suffix`;
  const rows = new Map<string, WaitRow[]>();
  for (const { eventName, matchKeys } of waitQueries) {
    for (const matchKey of matchKeys) {
      const bucket = JSON.stringify([eventName, matchKey]);
      if (rows.has(bucket)) continue;
      rows.set(bucket, queries.all(sql, eventName, matchKey) as WaitRow[]);
    }
  }
  const waits = [...rows.values()].flat().map((row) => fromWaitRow(row));
  if (rows.size > 1) waits.sort((a, b) => a.createdAtMs - b.createdAtMs || compareIds(a.id, b.id));
  return waits;
}

function compareIds(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function findIdempotencyKeys(
  queries: Queries,
  keys: readonly string[],
  nowMs: number,
): IdempotencyKey[] {
  if (keys.length === 0) return [];
  const rows = queries.all(
    `SELECT key, function_id, run_id, expires_at_ms FROM idempotency_keys
     WHERE key IN (SELECT value FROM json_each(?)) AND expires_at_ms > ?`,
    toJsonList(keys),
    nowMs,
  ) as [string, string, string, number][];
  return rows.map(([key, functionId, runId, expiresAtMs]) => ({
    functionId,
    key,
    runId,
    expiresAtMs,
  }));
}

function findEventIds(queries: Queries, internalIds: readonly string[]): Set<string> {
  const select = "SELECT internal_id FROM events WHERE internal_id";
  const rows = selectIn(queries, { select }, internalIds) as [string][];
  return new Set(rows.map(([id]) => id));
}
