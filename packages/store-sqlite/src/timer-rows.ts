// Timers to rows and back. A timer without a run (cron) has the empty text as its run id, so that it has a primary key.
import type { OpFacts, Timer, TimerKind } from "@everstep/core";
import { INSERT_TABLES, type SqlValue } from "./write-tables.ts";

export const TIMER_COLUMNS: string = INSERT_TABLES.timers.columns.join(", ");

export type TimerRow = [
  runId: string,
  id: number,
  kind: TimerKind,
  functionId: string,
  dueAtMs: number,
  orderKey: number,
  attempt: number,
  queuedAtMs: number,
  waitId: string | null,
  cronJson: string | null,
  opJson: string | null,
];

export function toTimerRow(timer: Timer): SqlValue[] {
  return [
    timer.runId ?? "",
    timer.id,
    timer.kind,
    timer.functionId,
    timer.dueAtMs,
    timer.orderKey,
    timer.attempt,
    timer.queuedAtMs,
    timer.waitId ?? null,
    timer.cron === undefined ? null : JSON.stringify(timer.cron),
    timer.op === undefined ? null : JSON.stringify(timer.op),
  ];
}

export function fromTimerRow(row: TimerRow): Timer {
  const [
    runId,
    id,
    kind,
    functionId,
    dueAtMs,
    orderKey,
    attempt,
    queuedAtMs,
    waitId,
    cronJson,
    opJson,
  ] = row;
  return {
    id,
    kind,
    ...(runId === "" ? {} : { runId }),
    functionId,
    dueAtMs,
    orderKey,
    attempt,
    queuedAtMs,
    ...(opJson === null ? {} : { op: JSON.parse(opJson) as OpFacts }),
    ...(waitId === null ? {} : { waitId }),
    ...(cronJson === null ? {} : { cron: parseCron(cronJson) }),
  };
}

function parseCron(json: string): NonNullable<Timer["cron"]> {
  return JSON.parse(json) as NonNullable<Timer["cron"]>;
}
