// Timers to rows and back. A row that is written names its run by id, and is read joined with the run.
import type { OpFacts, Timer, TimerKind } from "@everstep/core";
import { INSERT_TABLES, type SqlValue } from "./write-tables.ts";

/** Selects a TimerRow from TIMER_SOURCE. */
export const TIMER_COLUMNS: string = [
  "runs.id",
  ...INSERT_TABLES.timers.columns.slice(1).map((column) => `timers.${column}`),
].join(", ");
export const TIMER_SOURCE = "timers LEFT JOIN runs ON runs.no = timers.run_no";

export type TimerRow = [
  runId: string | null,
  id: number,
  kind: TimerKind,
  functionId: string,
  dueAtMs: number,
  orderKey: number,
  lane: string,
  isStart: number,
  attempt: number,
  queuedAtMs: number,
  waitId: string | null,
  limiterKey: string | null,
  cronJson: string | null,
  opJson: string | null,
  calledAtMs: number | null,
];

export function toTimerRow(timer: Timer): SqlValue[] {
  return [
    timer.runId ?? null,
    timer.id,
    timer.kind,
    timer.functionId,
    timer.dueAtMs,
    timer.orderKey,
    timer.lane ?? "",
    timer.isStart === true ? 1 : 0,
    timer.attempt,
    timer.queuedAtMs,
    timer.waitId ?? null,
    timer.limiterKey ?? null,
    timer.cron === undefined ? null : JSON.stringify(timer.cron),
    timer.op === undefined ? null : JSON.stringify(timer.op),
    timer.calledAtMs ?? null,
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
    lane,
    isStart,
    attempt,
    queuedAtMs,
    waitId,
    limiterKey,
    cronJson,
    opJson,
    calledAtMs,
  ] = row;
  return {
    id,
    kind,
    ...(runId === null ? {} : { runId }),
    functionId,
    dueAtMs,
    orderKey,
    attempt,
    queuedAtMs,
    ...(opJson === null ? {} : { op: JSON.parse(opJson) as OpFacts }),
    ...(lane === "" ? {} : { lane }),
    ...(isStart === 1 ? { isStart: true as const } : {}),
    ...(calledAtMs === null ? {} : { calledAtMs }),
    ...(limiterKey === null ? {} : { limiterKey }),
    ...(waitId === null ? {} : { waitId }),
    ...(cronJson === null ? {} : { cron: parseCron(cronJson) }),
  };
}

function parseCron(json: string): NonNullable<Timer["cron"]> {
  return JSON.parse(json) as NonNullable<Timer["cron"]>;
}
