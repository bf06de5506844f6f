// Sums over many runs and events, for people's charts. Each reads one index from a bound to a bound, never a table: times are
// put into bars of a histogram by SQLite, so that what comes out is small however many runs there are.
import type {
  EndedRuns,
  EndedRunsQuery,
  EventNameCount,
  FailureEntry,
  LiveRuns,
  RunStatus,
} from "@everstep/core";
import type { Queries } from "./queries.ts";

/** Bars of a histogram for each e-fold: 18 make a bar below 6 % wide, so that its middle is within 3 %. */
const BARS = 18;

const MEASURES = {
  duration: "ended_at_ms - started_at_ms",
  queue: "started_at_ms - created_at_ms",
} as const satisfies Record<EndedRunsQuery["measure"], string>;

export function summarizeEndedRuns(queries: Queries, query: EndedRunsQuery): EndedRuns[] {
  const { fromMs, untilMs, functionId, measure } = query;
  const ofFunction = functionId === undefined ? "" : "AND function_id = ?";
  const rows = queries.all(
    `SELECT function_id, status,
       CAST(ln(1 + max(0, ${MEASURES[measure]})) * ${BARS} AS INTEGER) AS bar, count(*)
     FROM runs INDEXED BY runs_ended_at_ms
     WHERE ended_at_ms >= ? AND ended_at_ms < ? ${ofFunction}
     GROUP BY function_id, status, bar`,
    fromMs,
    untilMs,
    ...(functionId === undefined ? [] : [functionId]),
  ) as [string, RunStatus, number | null, number][];
  return rows.map(([ofRun, status, bar, count]) => ({
    functionId: ofRun,
    status,
    count,
    ...(bar === null ? {} : { ms: middleOf(bar) }),
  }));
}

/** Whole milliseconds lie in the bar from `low` to below `high`; the lowest bars hold one each. */
function middleOf(bar: number): number {
  const low = Math.ceil(Math.exp(bar / BARS) - 1);
  const high = Math.exp((bar + 1) / BARS) - 1;
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

export function listFailures(
  queries: Queries,
  { fromMs, untilMs, limit }: { fromMs: number; untilMs: number; limit: number },
): FailureEntry[] {
  // The runs are found in the index first; only those that are told are looked up in their tables.
  const rows = queries.all(
    `WITH found AS MATERIALIZED (
       SELECT no, id, function_id, ended_at_ms FROM runs INDEXED BY runs_ended_at_ms
       WHERE ended_at_ms >= ? AND ended_at_ms < ? AND status = 'failed'
       ORDER BY ended_at_ms DESC, id DESC LIMIT ?
     )
     SELECT id, function_id, ended_at_ms,
       COALESCE(error_json ->> '$.name', 'Error'),
       substr(COALESCE(error_json ->> '$.message', ''), 1, 2000),
       (SELECT name FROM steps WHERE steps.run_no = no AND failed = 1
        ORDER BY position DESC LIMIT 1)
     FROM found LEFT JOIN run_results ON run_results.run_no = no
     ORDER BY ended_at_ms DESC, id DESC`,
    fromMs,
    untilMs,
    limit,
  ) as [string, string, number, string, string, string | null][];
  return rows.map(([runId, functionId, endedAtMs, errorName, errorMessage, stepName]) => ({
    runId,
    functionId,
    endedAtMs,
    errorName,
    errorMessage,
    ...(stepName === null ? {} : { stepName }),
  }));
}

export function listLastFailures(queries: Queries): { functionId: string; runId: string }[] {
  // Ids are ULIDs of the creation, so the greatest is the newest.
  const rows = queries.all(
    `SELECT function_id, max(id) FROM runs INDEXED BY runs_status_created_at_ms
     WHERE status = 'failed' AND status <> 'completed' GROUP BY function_id`,
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
