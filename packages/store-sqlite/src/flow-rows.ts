// What flow control keeps, to rows and back. Limiters and controls are found by their keys; the rest is insert-only.
import type {
  Change,
  ControlAudit,
  EventOutcome,
  Limiter,
  LimiterId,
  LimiterKind,
  Slot,
} from "@everstep/core";
import type { Queries } from "./queries.ts";
import type { SqlValue } from "./write-tables.ts";

export type FlowChange = Extract<
  Change,
  {
    type:
      | "limiter_saved"
      | "limiter_removed"
      | "batch_event_added"
      | "batch_removed"
      | "slot_taken"
      | "slots_freed"
      | "event_outcome_added"
      | "function_control_saved"
      | "control_audit_added";
  }
>;

/** What a batch says about flow control. Rows that it both adds and removes never reach the database. */
export interface GatheredFlow {
  /** By limiter; undefined: removed. */
  readonly limiters: Map<string, { readonly id: LimiterId; readonly saved: Limiter | undefined }>;
  readonly batchEvents: Map<string, string[]>;
  readonly removedBatches: Set<string>;
  readonly slots: Map<string, Slot[]>;
  readonly freedRuns: Set<string>;
  readonly rows: [statement: string, row: SqlValue[]][];
}

export function emptyFlow(): GatheredFlow {
  return {
    limiters: new Map(),
    batchEvents: new Map(),
    removedBatches: new Set(),
    slots: new Map(),
    freedRuns: new Set(),
    rows: [],
  };
}

export function gatherFlow(flow: GatheredFlow, change: FlowChange): void {
  switch (change.type) {
    case "limiter_saved":
      flow.limiters.set(limiterKey(change.limiter), { id: change.limiter, saved: change.limiter });
      return;
    case "limiter_removed":
      flow.limiters.set(limiterKey(change.limiter), { id: change.limiter, saved: undefined });
      return;
    case "batch_event_added":
      push(flow.batchEvents, change.batchId, change.eventId);
      return;
    case "batch_removed":
      flow.batchEvents.delete(change.batchId);
      flow.removedBatches.add(change.batchId);
      return;
    case "slot_taken":
      push(flow.slots, change.slot.runId, change.slot);
      return;
    case "slots_freed":
      flow.slots.delete(change.runId);
      flow.freedRuns.add(change.runId);
      return;
    case "event_outcome_added": {
      const { eventId, functionId, ...rest } = change.outcome;
      flow.rows.push(["event_outcomes", [eventId, functionId, JSON.stringify(rest)]]);
      return;
    }
    case "function_control_saved":
      flow.rows.push([
        "function_controls",
        [change.control.functionId, JSON.stringify(change.control)],
      ]);
      return;
    case "control_audit_added": {
      const { audit } = change;
      flow.rows.push(["control_audits", [audit.id, audit.functionId, JSON.stringify(audit)]]);
    }
  }
}

/** The rows of what was gathered, by statement. */
export function flowRows(flow: GatheredFlow): [statement: string, row: SqlValue[]][] {
  const rows: [string, SqlValue[]][] = [...flow.rows];
  for (const { id, saved } of flow.limiters.values()) {
    const { functionId, kind, key } = id;
    if (saved === undefined) rows.push(["limiter_delete", [functionId, kind, key]]);
    else {
      const { stateJson, expiresAtMs } = saved;
      rows.push(["limiters", [functionId, kind, key, stateJson, expiresAtMs ?? null]]);
    }
  }
  for (const batchId of flow.removedBatches) rows.push(["batch_delete", [batchId]]);
  for (const [batchId, eventIds] of flow.batchEvents) {
    for (const eventId of eventIds) rows.push(["batch_events", [batchId, eventId]]);
  }
  for (const runId of flow.freedRuns) rows.push(["slots_delete", [runId]]);
  for (const { bucket, runId, functionId } of [...flow.slots.values()].flat()) {
    rows.push(["slots", [bucket, runId, functionId]]);
  }
  return rows;
}

export function findLimiters(queries: Queries, ids: readonly LimiterId[]): Limiter[] {
  const sql = `SELECT state_json, expires_at_ms FROM limiters
    WHERE function_id = ? AND kind = ? AND key = ?`;
  return ids.flatMap(({ functionId, kind, key }) => {
    const row = queries.find(sql, functionId, kind, key) as [string, number | null] | undefined;
    return row === undefined ? [] : [toLimiter({ functionId, kind, key }, row)];
  });
}

function toLimiter(id: LimiterId, [stateJson, expiresAtMs]: [string, number | null]): Limiter {
  return { ...id, stateJson, ...(expiresAtMs === null ? {} : { expiresAtMs }) };
}

export function findSlots(queries: Queries, buckets: readonly string[]): Slot[] {
  const sql = `SELECT runs.id, slots.function_id FROM slots JOIN runs ON runs.no = slots.run_no
    WHERE slots.bucket = ? ORDER BY slots.run_no`;
  return [...new Set(buckets)].flatMap((bucket) => {
    const rows = queries.all(sql, bucket) as [string, string][];
    return rows.map(([runId, functionId]) => ({ bucket, runId, functionId }));
  });
}

export function findBatchEventIds(queries: Queries, batchId: string): string[] {
  const sql = "SELECT event_id FROM batch_events WHERE batch_id = ? ORDER BY no";
  return (queries.all(sql, batchId) as [string][]).map(([eventId]) => eventId);
}

export function listEventOutcomes(queries: Queries, eventId: string): EventOutcome[] {
  const sql = "SELECT function_id, record FROM event_outcomes WHERE event_id = ? ORDER BY no";
  const rows = queries.all(sql, eventId) as [string, string][];
  return rows.map(
    ([functionId, record]) =>
      ({ eventId, functionId, ...(JSON.parse(record) as object) }) as EventOutcome,
  );
}

export function listControlAudits(
  queries: Queries,
  functionId: string,
  limit: number,
): ControlAudit[] {
  const sql = "SELECT record FROM control_audits WHERE function_id = ? ORDER BY id DESC LIMIT ?";
  const rows = queries.all(sql, functionId, limit) as [string][];
  return rows.map(([record]) => JSON.parse(record) as ControlAudit);
}

function limiterKey({ functionId, kind, key }: LimiterId): string {
  return JSON.stringify([functionId, kind satisfies LimiterKind, key]);
}

function push<Item>(map: Map<string, Item[]>, key: string, item: Item): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
