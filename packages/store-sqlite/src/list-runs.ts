// Pages and counts of runs by any filter. Statuses that are rare among ended runs have an index of their own, so that
// "failed runs, newest first" does not walk through millions of completed ones.
import type { RunFilter, RunHead, RunPage, RunTimeField } from "@everstep/core";
import { where } from "./list-events.ts";
import { toJsonList } from "./load-runs.ts";
import type { PayloadReader } from "./payload-reader.ts";
import type { Queries, QueryValue } from "./queries.ts";
import { fromRunRow, RUN_COLUMNS, RUN_SOURCE, type RunRow } from "./run-rows.ts";

const TIME_COLUMNS = {
  createdAtMs: "created_at_ms",
  startedAtMs: "started_at_ms",
  endedAtMs: "ended_at_ms",
} as const satisfies Record<RunTimeField, string>;

interface Condition {
  readonly sql: string;
  readonly values: readonly QueryValue[];
}

export function listRuns(queries: Queries, readPayload: PayloadReader, page: RunPage): RunHead[] {
  const { filter, order, after, limit } = page;
  const column = TIME_COLUMNS[filter.timeField];
  const descending = order === "desc";
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
  const rows = queries.all(
    `SELECT ${RUN_COLUMNS} FROM ${RUN_SOURCE} ${where(conditions)}
     ORDER BY ${column} ${direction}, id ${direction} LIMIT ?`,
    ...conditions.flatMap(({ values }) => values),
    limit,
  ) as RunRow[];
  return rows.map((row) => fromRunRow(row, readPayload));
}

export function countRuns(queries: Queries, filter: RunFilter): number {
  const conditions = runConditions(filter);
  const row = queries.find(
    `SELECT count(*) FROM runs ${where(conditions)}`,
    ...conditions.flatMap(({ values }) => values),
  ) as [number] | undefined;
  return row?.[0] ?? 0;
}

/** Oldest first. A run is found by its first event in `runs`, by the further ones of a batch in `run_events`. */
export function listRunsOfEvent(
  queries: Queries,
  readPayload: PayloadReader,
  eventId: string,
  { afterRunId, limit }: { readonly afterRunId?: string; readonly limit: number },
): RunHead[] {
  const after = afterRunId ?? "";
  const rows = queries.all(
    `SELECT ${RUN_COLUMNS} FROM ${RUN_SOURCE} WHERE runs.no IN (
       SELECT no FROM (
         SELECT no, id FROM runs WHERE event_id = ? AND id > ?
         UNION SELECT no, id FROM run_events JOIN runs ON no = run_no WHERE run_events.event_id = ? AND id > ?
       ) ORDER BY id LIMIT ?
     ) ORDER BY runs.id`,
    eventId,
    after,
    eventId,
    after,
    limit,
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
