// What people ask about failed runs: their groups over a span of time, and the runs of one group.
import type {
  FailedRun,
  FailedRunsQuery,
  FailureGroup,
  FailureGroups,
  FailureGroupsQuery,
} from "@everstep/core";
import { FAILURE_SPAN_MS } from "./failure-index.ts";
import { toJsonList } from "./load-runs.ts";
import type { Queries, QueryValue } from "./queries.ts";

const SAMPLES = 10;

type GroupRow = [
  no: number,
  fingerprint: string,
  functionId: string,
  stepName: string | null,
  errorName: string,
  errorMessage: string,
  firstSeenAtMs: number,
  lastSeenAtMs: number,
];

export function listFailureGroups(queries: Queries, query: FailureGroupsQuery): FailureGroups {
  const counts = countSlices(queries, query);
  const rows = groupRows(queries, query, [...counts.keys()]);
  const runCount = rows.reduce((sum, [no]) => sum + total(counts.get(no)), 0);
  const shown = rows.slice(0, query.limit);
  const from = queries.find("SELECT value FROM meta WHERE key = 'failures_indexed_from'");
  return {
    groups: shown.map((row) => toGroup(queries, query, row, counts.get(row[0]) ?? new Map())),
    groupCount: rows.length,
    runCount,
    isComplete: ((from as [number] | undefined)?.[0] ?? 0) <= 1,
  };
}

/** Runs by slice, by group. Whole hours come from their sums, shorter slices from the runs. */
function countSlices(
  queries: Queries,
  { fromMs, untilMs, sliceMs }: FailureGroupsQuery,
): Map<number, Map<number, number>> {
  const isHourly = fromMs % FAILURE_SPAN_MS === 0 && sliceMs % FAILURE_SPAN_MS === 0;
  const sql = isHourly
    ? `SELECT group_no, CAST((start_ms - ?1) / ?2 AS INTEGER) AS slice, sum(count) FROM failure_hours
       WHERE start_ms >= ?1 AND start_ms < ?3 GROUP BY group_no, slice`
    : `SELECT group_no, CAST((ended_at_ms - ?1) / ?2 AS INTEGER) AS slice, count(*)
       FROM failures INDEXED BY failures_ended_at_ms
       WHERE ended_at_ms >= ?1 AND ended_at_ms < ?3 GROUP BY group_no, slice`;
  const rows = queries.all(sql, fromMs, sliceMs, untilMs) as [number, number, number][];
  const counts = new Map<number, Map<number, number>>();
  for (const [group, slice, count] of rows) {
    const slices = counts.get(group);
    if (slices === undefined) counts.set(group, new Map([[slice, count]]));
    else slices.set(slice, count);
  }
  return counts;
}

/** Last seen first. */
function groupRows(
  queries: Queries,
  { functionIds }: FailureGroupsQuery,
  numbers: readonly number[],
): GroupRow[] {
  const values: QueryValue[] = [JSON.stringify(numbers)];
  if (functionIds !== undefined) values.push(toJsonList(functionIds));
  const ofFunctions =
    functionIds === undefined ? "" : "AND function_id IN (SELECT value FROM json_each(?))";
  return queries.all(
    `SELECT no, fingerprint, function_id, step_name, error_name, error_message,
       first_seen_at_ms, last_seen_at_ms
     FROM failure_groups WHERE no IN (SELECT value FROM json_each(?)) ${ofFunctions}
     ORDER BY last_seen_at_ms DESC, no DESC`,
    ...values,
  ) as GroupRow[];
}

function toGroup(
  queries: Queries,
  { fromMs, untilMs }: FailureGroupsQuery,
  row: GroupRow,
  slices: ReadonlyMap<number, number>,
): FailureGroup {
  const [no, fingerprint, functionId, stepName, errorName, errorMessage, first, last] = row;
  const samples = queries.all(
    `SELECT run_id FROM failures WHERE group_no = ? AND ended_at_ms >= ? AND ended_at_ms < ?
     ORDER BY ended_at_ms DESC, run_id DESC LIMIT ${SAMPLES}`,
    no,
    fromMs,
    untilMs,
  ) as [string][];
  return {
    fingerprint,
    functionId,
    errorName,
    errorMessage,
    ...(stepName === null ? {} : { stepName }),
    firstSeenAtMs: first,
    lastSeenAtMs: last,
    count: total(slices),
    slices: [...slices].map(([slice, count]) => ({ slice, count })),
    sampleRunIds: samples.map(([runId]) => runId),
  };
}

function total(slices: ReadonlyMap<number, number> | undefined): number {
  let sum = 0;
  for (const count of slices?.values() ?? []) sum += count;
  return sum;
}

const OF_GROUP = `FROM failures
  WHERE group_no = (SELECT no FROM failure_groups WHERE fingerprint = ?)
    AND ended_at_ms >= ? AND ended_at_ms < ?`;

export function listFailedRuns(
  queries: Queries,
  { fingerprint, fromMs, untilMs, after, limit }: FailedRunsQuery,
): FailedRun[] {
  const rows = queries.all(
    `SELECT run_id, ended_at_ms ${OF_GROUP} AND (ended_at_ms, run_id) > (?, ?)
     ORDER BY ended_at_ms, run_id LIMIT ?`,
    fingerprint,
    fromMs,
    untilMs,
    after?.timeMs ?? -1,
    after?.id ?? "",
    limit,
  ) as [string, number][];
  return rows.map(([runId, endedAtMs]) => ({ runId, endedAtMs }));
}

export function countFailedRuns(
  queries: Queries,
  { fingerprint, fromMs, untilMs }: Omit<FailedRunsQuery, "after" | "limit">,
): number {
  const row = queries.find(`SELECT count(*) ${OF_GROUP}`, fingerprint, fromMs, untilMs);
  return (row as [number] | undefined)?.[0] ?? 0;
}
