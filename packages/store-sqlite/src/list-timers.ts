// Lists timers in due order, or one function's in queue order. Clock kinds and dispatched kinds (call, request) have
// indexes of their own, so that neither walks through a backlog of the other.
import { isDispatched, type Timer, type TimerQuery } from "@everstep/core";
import type { Queries } from "./queries.ts";
import { fromTimerRow, TIMER_COLUMNS, TIMER_SOURCE, type TimerRow } from "./timer-rows.ts";

// These must read as in the schema: SQLite uses a partial index only for a query that repeats its condition.
const DISPATCHED = "kind IN ('call', 'request')";
const CLOCK = "kind NOT IN ('call', 'request')";
/** A start asks for the few cron timers alone, and they lie among a million sleeping runs. */
const CRON = "kind = 'cron'";

export function listTimers(queries: Queries, query: TimerQuery): Timer[] {
  const dispatched = query.kinds.filter((kind) => isDispatched(kind));
  const clock = query.kinds.filter((kind) => !isDispatched(kind));
  const isCronOnly = clock.every((kind) => kind === "cron");
  const found = [
    ...selectTimers(queries, query, DISPATCHED, dispatched),
    ...selectTimers(queries, query, isCronOnly ? CRON : CLOCK, clock),
  ];
  if (dispatched.length > 0 && clock.length > 0) {
    const key = query.functionId === undefined ? "dueAtMs" : "orderKey";
    found.sort((a, b) => a[key] - b[key] || a.id - b.id);
  }
  return found.slice(0, query.limit);
}

/** As in the schema: the index holds these alone. */
export function listCalled(queries: Queries): Timer[] {
  const rows = queries.all(
    `SELECT ${TIMER_COLUMNS} FROM ${TIMER_SOURCE} WHERE timers.called_at_ms IS NOT NULL ORDER BY timers.id`,
  ) as TimerRow[];
  return rows.map((row) => fromTimerRow(row));
}

function selectTimers(
  queries: Queries,
  { dueAtMsMax, functionId, lane, after, limit }: TimerQuery,
  condition: string,
  kinds: TimerQuery["kinds"],
): Timer[] {
  if (kinds.length === 0) return [];
  const key = functionId === undefined ? "timers.due_at_ms" : "timers.order_key";
  const sql = `SELECT ${TIMER_COLUMNS} FROM ${TIMER_SOURCE}
    WHERE ${condition} AND timers.kind IN (${kinds.map(() => "?").join(",")}) AND timers.due_at_ms <= ?
      ${functionId === undefined ? "" : "AND timers.function_id = ?"}
      ${lane === undefined ? "" : "AND timers.lane = ? AND timers.is_start = ?"}
      ${after === undefined ? "" : `AND (${key}, timers.id) > (?, ?)`}
    ORDER BY ${key}, timers.id LIMIT ?`;
  const rows = queries.all(
    sql,
    ...kinds,
    dueAtMsMax,
    ...(functionId === undefined ? [] : [functionId]),
    ...(lane === undefined ? [] : [lane.key, lane.isStart ? 1 : 0]),
    ...(after === undefined ? [] : [after.key, after.id]),
    limit,
  ) as TimerRow[];
  return rows.map((row) => fromTimerRow(row));
}
