// Pages and counts of runs by any filter. Statuses that are rare among ended runs have an index of their own, so that
// "failed runs, newest first" does not walk through millions of completed ones.
import {
  RUN_STATUSES,
  type RunFilter,
  type RunHead,
  type RunPage,
  type RunStatus,
  type RunTimeField,
} from "@everstep/core";
import { where } from "./list-events.ts";
import { toJsonList } from "./load-runs.ts";
import type { PayloadReader } from "./payload-reader.ts";
import type { Queries, QueryValue } from "./queries.ts";
import { fromRunRow, RUN_COLUMNS, RUN_COLUMNS_PLAIN, RUN_SOURCE, type RunRow } from "./run-rows.ts";

const TIME_COLUMNS = {
  createdAtMs: "created_at_ms",
  startedAtMs: "started_at_ms",
  endedAtMs: "ended_at_ms",
} as const satisfies Record<RunTimeField, string>;

/** Where the time stands in a RunRow. */
const TIME_INDEXES = {
  createdAtMs: 3,
  startedAtMs: 4,
  endedAtMs: 5,
} as const satisfies Record<RunTimeField, number>;

interface Condition {
  readonly sql: string;
  readonly values: readonly QueryValue[];
}

export function listRuns(queries: Queries, readPayload: PayloadReader, page: RunPage): RunHead[] {
  const { order, limit } = page;
  const branches = splitFilter(page.filter);
  const rows = branches.flatMap((filter) => selectPage(queries, { ...page, filter }));
  const timeIndex = TIME_INDEXES[page.filter.timeField];
  if (branches.length > 1) {
    const sign = order === "asc" ? 1 : -1;
    rows.sort(
      (a, b) => sign * (Number(a[timeIndex]) - Number(b[timeIndex]) || (a[0] < b[0] ? -1 : 1)),
    );
  }
  return rows.slice(0, limit).map((row) => fromRunRow(row, readPayload));
}

const BRANCHES_MAX = 20;

/**
 * Splits a list of values into one filter for each, where an index gives each of them in order already: merging some short
 * pages is cheap, sorting every run that has one of the values is not.
 */
function splitFilter(filter: RunFilter): RunFilter[] {
  const { statuses, functionIds, timeField } = filter;
  if (timeField !== "createdAtMs") return [filter];
  if (statuses !== undefined && !statuses.includes("completed")) {
    return [...new Set(statuses)].map((status) => ({ ...filter, statuses: [status] }));
  }
  const ids = [...new Set(functionIds)];
  if (functionIds === undefined || ids.length > BRANCHES_MAX) return [filter];
  return ids.map((id) => ({ ...filter, functionIds: [id] }));
}

function selectPage(queries: Queries, page: RunPage): RunRow[] {
  const { filter, after, limit } = page;
  const column = TIME_COLUMNS[filter.timeField];
  const descending = page.order === "desc";
  const conditions = runConditions(filter);
  // Runs without the time have no place in an order by it.
  if (filter.timeField !== "createdAtMs") {
    conditions.push({ sql: `${column} IS NOT NULL`, values: [] });
  }
  if (after !== undefined) {
    const comparison = descending ? "<" : ">";
    conditions.push({
      sql: `(${column}, id) ${comparison} (?, ?)`,
      values: [after.timeMs, after.id],
    });
  }
  const direction = descending ? "DESC" : "ASC";
  const order = `ORDER BY ${column} ${direction}, id ${direction}`;
  // No index has this order: numbers are sorted first, and only the rows of the page are read whole.
  const source =
    filter.timeField === "startedAtMs"
      ? `WHERE runs.no IN (SELECT no FROM runs ${where(conditions)} ${order} LIMIT ?) ${order}`
      : `${where(conditions)} ${order} LIMIT ?`;
  return queries.all(
    `SELECT ${columnsOf(page)} FROM ${RUN_SOURCE} ${source}`,
    ...conditions.flatMap(({ values }) => values),
    limit,
  ) as RunRow[];
}

function columnsOf({ omitOutput }: { readonly omitOutput?: boolean }): string {
  return omitOutput === true ? RUN_COLUMNS_PLAIN : RUN_COLUMNS;
}

export function countRuns(queries: Queries, filter: RunFilter): number {
  const conditions = runConditions(filter);
  const row = queries.find(
    `SELECT count(*) FROM runs ${where(conditions)}`,
    ...conditions.flatMap(({ values }) => values),
  ) as [number] | undefined;
  return row?.[0] ?? 0;
}

export function countRunsBySlice(
  queries: Queries,
  query: { functionId: string; fromMs: number; sliceMs: number; slices: number },
): { slice: number; count: number }[] {
  const { functionId, fromMs, sliceMs, slices } = query;
  const rows = queries.all(
    `SELECT CAST((created_at_ms - ?1) / ?2 AS INTEGER) AS slice, count(*)
     FROM runs INDEXED BY runs_function_id_created_at_ms
     WHERE function_id = ?3 AND created_at_ms >= ?1 AND created_at_ms < ?4 GROUP BY slice`,
    fromMs,
    sliceMs,
    functionId,
    fromMs + slices * sliceMs,
  ) as [number, number][];
  return rows.map(([slice, count]) => ({ slice, count }));
}

/** Completed runs are what is left of all, because only the others have an index by status. */
export function countRunsByStatus(queries: Queries, filter: RunFilter): Map<RunStatus, number> {
  const wanted = new Set<RunStatus>(filter.statuses ?? RUN_STATUSES);
  const counts = new Map<RunStatus, number>();
  const others = RUN_STATUSES.filter((status) => status !== "completed");
  const conditions = runConditions({ ...filter, statuses: others });
  const rows = queries.all(
    `SELECT status, count(*) FROM runs ${where(conditions)} GROUP BY status`,
    ...conditions.flatMap(({ values }) => values),
  ) as [RunStatus, number][];
  for (const [status, count] of rows) if (wanted.has(status)) counts.set(status, count);
  if (!wanted.has("completed")) return counts;
  const { statuses: _, ...any } = filter;
  const rest = rows.reduce((sum, [, count]) => sum + count, 0);
  const completed = countRuns(queries, any) - rest;
  if (completed > 0) counts.set("completed", completed);
  return counts;
}

/** Oldest first. A run is found by its first event in `runs`, by the further ones of a batch in `run_events`. */
export function listRunsOfEvent(
  queries: Queries,
  readPayload: PayloadReader,
  eventId: string,
  page: { readonly afterRunId?: string; readonly limit: number; readonly omitOutput?: boolean },
): RunHead[] {
  const after = page.afterRunId ?? "";
  const rows = queries.all(
    `SELECT ${columnsOf(page)} FROM ${RUN_SOURCE} WHERE runs.no IN (
       SELECT no FROM (
         SELECT no, id FROM runs WHERE event_id = ? AND id > ?
         UNION SELECT no, id FROM run_events JOIN runs ON no = run_no WHERE run_events.event_id = ? AND id > ?
       ) ORDER BY id LIMIT ?
     ) ORDER BY runs.id`,
    eventId,
    after,
    eventId,
    after,
    page.limit,
  ) as RunRow[];
  return rows.map((row) => fromRunRow(row, readPayload));
}

function runConditions(filter: RunFilter): Condition[] {
  const { statuses, functionIds, eventNames, timeField, fromMs, untilMs } = filter;
  const conditions: Condition[] = [];
  if (statuses !== undefined) conditions.push(oneOf("status", statuses));
  if (statuses !== undefined && !statuses.includes("completed")) {
    // Repeats the condition of the partial index, which SQLite needs to see to use it.
    conditions.push({ sql: "status <> 'completed'", values: [] });
  }
  if (functionIds !== undefined) conditions.push(oneOf("function_id", functionIds));
  if (eventNames !== undefined) conditions.push(oneOf("event_name", eventNames));
  const column = TIME_COLUMNS[timeField];
  if (fromMs !== undefined) conditions.push({ sql: `${column} >= ?`, values: [fromMs] });
  if (untilMs !== undefined) conditions.push({ sql: `${column} < ?`, values: [untilMs] });
  return conditions;
}

function oneOf(column: string, values: readonly string[]): Condition {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return { sql: `${column} = ?`, values: [only] };
  return { sql: `${column} IN (SELECT value FROM json_each(?))`, values: [toJsonList(values)] };
}
