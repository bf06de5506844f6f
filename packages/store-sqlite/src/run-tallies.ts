// Tallies of ended runs by span of time, function, status and duration: what charts sum up. Runs are counted in small slices some
// seconds after they ended, so a commit pays nothing for it. Invariant: a run is in the tallies exactly when it ended before
// `runs_tallied_until_ms`; what ended since is read from its index.
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Bars of a histogram for each e-fold: 18 make a bar below 6 % wide, so that its middle is within 3 %. */
export const BARS_PER_FOLD = 18;
/** The bar of runs that never started. */
export const NO_BAR = -1;
/** Widths of the spans, widest first. Every one divides the ones before it. */
export const TALLY_SPANS_MS: readonly number[] = [3_600_000, 300_000];
const MEASURES = {
  duration: "ended_at_ms - started_at_ms",
  queue: "started_at_ms - created_at_ms",
  /** Nothing: runs are only counted, in far fewer rows. */
  none: "NULL",
} as const;
export type Measure = keyof typeof MEASURES;

/** Runs that end while they are counted must not be missed; later ones are counted on their own. */
const SETTLED_MS = 10_000;
/** Runs that one step counts: some milliseconds, between two commits. */
const SLICE = 2_000;

export interface RunTallies {
  /** Within a transaction that has written the runs: counts those that ended in a time that is counted already. */
  readonly noteEnds: (ends: readonly RunEnding[]) => void;
  /** Counts a slice, in a transaction that the caller holds. @returns Whether there are more. */
  readonly catchUp: () => boolean;
  /** Whether there is something to count. */
  readonly isBehind: (nowMs: number) => boolean;
  /** A transaction that changed tallies was rolled back. */
  readonly forget: () => void;
}

export interface RunEnding {
  readonly runId: string;
  readonly endedAtMs: number;
}

/** The bar of a measure as SQL. */
export function barSql(measure: Measure): string {
  if (measure === "none") return String(NO_BAR);
  return `COALESCE(CAST(ln(1 + max(0, ${MEASURES[measure]})) * ${BARS_PER_FOLD} AS INTEGER), ${NO_BAR})`;
}

function countSql(source: string): string {
  const spans = TALLY_SPANS_MS.map((span) => `(${span})`).join(", ");
  const measured = (Object.keys(MEASURES) as Measure[]).map(
    (measure) =>
      `SELECT '${measure}' AS measure, function_id, ended_at_ms, status, ${barSql(measure)} AS bar FROM ${source}`,
  );
  return `INSERT INTO run_tallies (span_ms, measure, function_id, start_ms, status, bar, count)
    SELECT spans.column1, measure, function_id, ended_at_ms - ended_at_ms % spans.column1,
      status, bar, count(*)
    FROM (${measured.join(" UNION ALL ")}) CROSS JOIN (VALUES ${spans}) AS spans
    WHERE true GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (span_ms, measure, function_id, start_ms, status, bar)
      DO UPDATE SET count = count + excluded.count`;
}

const IN_SLICE = "runs INDEXED BY runs_ended_at_ms WHERE ended_at_ms >= ?1 AND ended_at_ms < ?2";

/** Over the writing connection. */
export function createRunTallies(database: DatabaseSync, nowMs: () => number): RunTallies {
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  let untilMs: number | undefined;
  const talliedUntilMs = (): number => {
    untilMs ??= Number(
      prepared("SELECT value FROM meta WHERE key = 'runs_tallied_until_ms'").get()?.["value"] ?? 0,
    );
    return untilMs;
  };
  const endAfter = (fromMs: number, beforeMs: number, offset: number): number | undefined => {
    const row = prepared(
      `SELECT ended_at_ms AS atMs FROM runs INDEXED BY runs_ended_at_ms
       WHERE ended_at_ms >= ? AND ended_at_ms < ? ORDER BY ended_at_ms LIMIT 1 OFFSET ?`,
    ).get(fromMs, beforeMs, offset);
    return row === undefined ? undefined : Number(row["atMs"]);
  };
  return {
    noteEnds(ends) {
      const talliedMs = talliedUntilMs();
      for (const { runId, endedAtMs } of ends) {
        if (endedAtMs < talliedMs) prepared(countSql("runs WHERE id = ?1")).run(runId);
      }
    },
    isBehind: (atMs) => endAfter(talliedUntilMs(), atMs - SETTLED_MS, 0) !== undefined,
    catchUp() {
      const fromMs = talliedUntilMs();
      const settledMs = nowMs() - SETTLED_MS;
      const next = endAfter(fromMs, settledMs, SLICE);
      // A millisecond is counted whole, however many runs ended in it.
      const toMs = next === undefined ? settledMs : Math.max(next, fromMs + 1);
      if (toMs <= fromMs) return false;
      prepared(countSql(IN_SLICE)).run(fromMs, toMs);
      prepared("UPDATE meta SET value = ? WHERE key = 'runs_tallied_until_ms'").run(toMs);
      untilMs = toMs;
      return next !== undefined;
    },
    forget() {
      untilMs = undefined;
    },
  };
}
