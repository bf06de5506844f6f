// Pages and counts of events. Newest first is the order of internal ids (ULIDs), which is the primary key; a filter by name
// walks the index on names instead.
import type { EventFilter, EventPage } from "@everstep/core";
import type { EventRecord } from "@everstep/protocol";
import { EVENT_COLUMNS, fromEventRow, type EventRow } from "./event-rows.ts";
import { toJsonList } from "./load-runs.ts";
import type { PayloadReader } from "./payload-reader.ts";
import type { Queries, QueryValue } from "./queries.ts";

interface Condition {
  readonly sql: string;
  readonly values: readonly QueryValue[];
}

export function listEvents(
  queries: Queries,
  readPayload: PayloadReader,
  { filter, before, limit }: EventPage,
): EventRecord[] {
  const conditions = eventConditions(filter);
  if (before !== undefined) conditions.push({ sql: "internal_id < ?", values: [before] });
  const rows = queries.all(
    `SELECT ${EVENT_COLUMNS} FROM events ${where(conditions)} ORDER BY internal_id DESC LIMIT ?`,
    ...conditions.flatMap(({ values }) => values),
    limit,
  ) as EventRow[];
  return rows.map((row) => fromEventRow(row, readPayload));
}

export function countEvents(queries: Queries, filter: EventFilter): number {
  const conditions = eventConditions(filter);
  // The index on names holds every column of a filter and is much smaller than the table.
  const sql = `SELECT count(*) FROM events INDEXED BY events_name_internal_id ${where(conditions)}`;
  const row = queries.find(sql, ...conditions.flatMap(({ values }) => values)) as
    | [number]
    | undefined;
  return row?.[0] ?? 0;
}

function eventConditions({ names, includeInternal, fromMs, untilMs }: EventFilter): Condition[] {
  const conditions: Condition[] = [];
  const [name] = names ?? [];
  if (names?.length === 1 && name !== undefined) {
    conditions.push({ sql: "name = ?", values: [name] });
  } else if (names !== undefined) {
    conditions.push({
      sql: "name IN (SELECT value FROM json_each(?))",
      values: [toJsonList(names)],
    });
  }
  // "0" is the character after "/": the range holds exactly the names that start with "inngest/".
  if (includeInternal !== true) {
    conditions.push({ sql: "NOT (name >= 'inngest/' AND name < 'inngest0')", values: [] });
  }
  if (fromMs !== undefined) conditions.push({ sql: "received_at_ms >= ?", values: [fromMs] });
  if (untilMs !== undefined) conditions.push({ sql: "received_at_ms < ?", values: [untilMs] });
  return conditions;
}

export function where(conditions: readonly { readonly sql: string }[]): string {
  if (conditions.length === 0) return "";
  return `WHERE ${conditions.map(({ sql }) => sql).join(" AND ")}`;
}
