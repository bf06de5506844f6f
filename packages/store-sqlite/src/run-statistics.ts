// Sums over many runs and events, for people's charts. Each reads one index from a bound to a bound, never a table: times are
// put into bars of a histogram by SQLite, so that what comes out is small however many runs there are.
import type {
  EndedRuns,
  EndedRunsQuery,
  EventNameCount,
  LiveRuns,
  RunStatus,
} from "@everstep/core";
import { toJsonList } from "./load-runs.ts";
import type { Queries } from "./queries.ts";
import { barSql, BARS_PER_FOLD, NO_BAR, TALLY_SPANS_MS } from "./run-tallies.ts";

type EndedRow = [functionId: string, status: RunStatus, slice: number, bar: number, count: number];

/** From the widest tallies that fit the slices, and for what is not in them yet from the index of ended runs. */
export function summarizeEndedRuns(queries: Queries, query: EndedRunsQuery): EndedRuns[] {
  const { fromMs, sliceMs, slices, measure } = query;
  const spanMs = TALLY_SPANS_MS.find((span) => fromMs % span === 0 && sliceMs % span === 0);
  const untilMs = fromMs + slices * sliceMs;
  const tallied = queries.find("SELECT value FROM meta WHERE key = 'runs_tallied_until_ms'");
  const talliedMs = spanMs === undefined ? 0 : ((tallied as [number] | undefined)?.[0] ?? 0);
  const rows = [
    ...(spanMs === undefined ? [] : tallyRows(queries, query, { spanMs, untilMs })),
    ...indexRows(queries, query, { fromMs: Math.max(fromMs, talliedMs), untilMs }),
  ];
  return rows.map(([functionId, status, slice, bar, count]) => ({
    functionId,
    status,
    slice,
    count,
    ...(bar === NO_BAR || measure === undefined ? {} : { ms: middleOf(bar) }),
  }));
}

function tallyRows(
  queries: Queries,
  { fromMs, sliceMs, functionIds, measure }: EndedRunsQuery,
  { spanMs, untilMs }: { readonly spanMs: number; readonly untilMs: number },
): EndedRow[] {
  return queries.all(
    `SELECT function_id, status, CAST((start_ms - ?1) / ?2 AS INTEGER) AS slice,
       bar, sum(count)
     FROM run_tallies
     WHERE span_ms = ?3 AND measure = ?4 AND start_ms >= ?1 AND start_ms < ?5
       AND function_id IN (SELECT value FROM json_each(?6))
     GROUP BY 1, 2, 3, 4`,
    fromMs,
    sliceMs,
    spanMs,
    measure ?? "none",
    untilMs,
    toJsonList(functionIds),
  ) as EndedRow[];
}

function indexRows(
  queries: Queries,
  query: EndedRunsQuery,
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
): EndedRow[] {
  if (fromMs >= untilMs) return [];
  return queries.all(
    `SELECT function_id, status, CAST((ended_at_ms - ?1) / ?2 AS INTEGER) AS slice, ${barSql(query.measure ?? "none")} AS bar, count(*)
     FROM runs INDEXED BY runs_ended_at_ms
     WHERE ended_at_ms >= ?3 AND ended_at_ms < ?4
       AND function_id IN (SELECT value FROM json_each(?5))
     GROUP BY 1, 2, 3, 4`,
    query.fromMs,
    query.sliceMs,
    fromMs,
    untilMs,
    toJsonList(query.functionIds),
  ) as EndedRow[];
}

/** Whole milliseconds lie in the bar from `low` to below `high`; the lowest bars hold one each. */
function middleOf(bar: number): number {
  const low = Math.ceil(Math.exp(bar / BARS_PER_FOLD) - 1);
  const high = Math.exp((bar + 1) / BARS_PER_FOLD) - 1;
  return Math.max(low, Math.round((low + high) / 2));
}

export function summarizeLiveRuns(queries: Queries): LiveRuns[] {
  const rows = queries.all(
    `SELECT function_id, status, count(*), min(created_at_ms)
     FROM runs INDEXED BY runs_status_created_at_ms
     WHERE status IN ('queued', 'running') AND status <> 'completed'
     GROUP BY function_id, status`,
  ) as [string, RunStatus, number, number][];
  return rows.map(([functionId, status, count, oldestAtMs]) => ({
    functionId,
    status,
    count,
    oldestAtMs,
  }));
}

/** From the groups of failures: a function has few of them, however often it failed. */
export function listLastFailures(queries: Queries): { functionId: string; runId: string }[] {
  const rows = queries.all(
    `WITH newest AS (
       SELECT function_id, no, max(last_seen_at_ms) FROM failure_groups GROUP BY function_id
     )
     SELECT function_id, (SELECT run_id FROM failures WHERE group_no = newest.no
       ORDER BY ended_at_ms DESC, run_id DESC LIMIT 1) FROM newest`,
  ) as [string, string][];
  return rows.map(([functionId, runId]) => ({ functionId, runId }));
}

export function countEventNames(queries: Queries): EventNameCount[] {
  const rows = queries.all(
    `SELECT name, count(*), max(internal_id) FROM events INDEXED BY events_name_internal_id
     GROUP BY name ORDER BY name`,
  ) as [string, number, string][];
  return rows.map(([name, count, lastEventId]) => ({ name, count, lastEventId }));
}
