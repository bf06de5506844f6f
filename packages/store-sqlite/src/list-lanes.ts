// Lanes of a function's backlog and places in it, from the dispatch index alone.
import type { LaneEntry, LaneQuery, Store } from "@everstep/core";
import type { Queries } from "./queries.ts";

// As in the schema: SQLite uses a partial index only for a query that repeats its condition.
const DISPATCHED = "kind IN ('call', 'request')";

/** One seek for each lane: the first entry of the index behind the lane before. */
export function listLanes(queries: Queries, { functionId, after, limit }: LaneQuery): LaneEntry[] {
  const lanes: LaneEntry[] = [];
  let last = after;
  while (lanes.length < limit) {
    const row = findNext(queries, functionId, last);
    if (row === undefined) break;
    const [key, isStart, orderKey, id] = row;
    last = { key, isStart: isStart === 1 };
    lanes.push({ ...last, first: { orderKey, id } });
  }
  return lanes;
}

type Row = [lane: string, isStart: number, orderKey: number, id: number];

function findNext(
  queries: Queries,
  functionId: string,
  after: LaneQuery["after"],
): Row | undefined {
  const values = after === undefined ? [] : [after.key, after.isStart ? 1 : 0];
  const sql = `SELECT lane, is_start, order_key, id FROM timers
    WHERE ${DISPATCHED} AND function_id = ? ${after === undefined ? "" : "AND (lane, is_start) > (?, ?)"}
    ORDER BY lane, is_start, order_key, id LIMIT 1`;
  return queries.find(sql, functionId, ...values) as Row | undefined;
}

export function countTimersBefore(
  queries: Queries,
  { functionId, lane, before, countMax }: Parameters<Store["countTimersBefore"]>[0],
): number {
  const row = queries.find(
    `SELECT count(*) FROM (SELECT 1 FROM timers
      WHERE ${DISPATCHED} AND function_id = ? AND lane = ? AND is_start = ? AND (order_key, id) < (?, ?)
      LIMIT ?)`,
    functionId,
    lane.key,
    lane.isStart ? 1 : 0,
    before.key,
    before.id,
    countMax,
  ) as [number] | undefined;
  return row?.[0] ?? 0;
}
