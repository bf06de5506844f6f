// The read port on SQLite: what people and their tools ask. Pages start after the last row seen, never at an offset.
import type { CancellationRecord, History, RunDetail } from "@everstep/core";
import { listControlAudits, listEventOutcomes } from "./flow-rows.ts";
import { countEvents, listEvents } from "./list-events.ts";
import { countFailedRuns, listFailedRuns, listFailureGroups } from "./failure-rows.ts";
import {
  countRuns,
  countRunsBySlice,
  countRunsByStatus,
  listRuns,
  listRunsOfEvent,
} from "./list-runs.ts";
import { findEvents } from "./load-runs.ts";
import { listRunLogs } from "./log-rows.ts";
import type { PayloadReader } from "./payload-reader.ts";
import type { Queries } from "./queries.ts";
import {
  countEventNames,
  listLastFailures,
  summarizeEndedRuns,
  summarizeLiveRuns,
} from "./run-statistics.ts";
import { fromRunRow, RUN_COLUMNS, RUN_SOURCE, type RunRow } from "./run-rows.ts";
import {
  ATTEMPT_COLUMNS,
  fromAttemptRow,
  fromStepRow,
  STEP_COLUMNS,
  type AttemptRow,
  type StepRow,
} from "./step-rows.ts";
import { fromTimerRow, TIMER_COLUMNS, TIMER_SOURCE, type TimerRow } from "./timer-rows.ts";
import { fromWaitRow, WAIT_COLUMNS, WAIT_SOURCE, type WaitRow } from "./wait-rows.ts";

export function createHistory(queries: Queries, readPayload: PayloadReader): History {
  return {
    findEvents: (internalIds) =>
      queries.snapshot(() => {
        const events = findEvents(queries, readPayload, internalIds);
        return internalIds.flatMap((id) => events.get(id) ?? []);
      }),
    listEvents: (page) => queries.snapshot(() => listEvents(queries, readPayload, page)),
    countEvents: (filter) => countEvents(queries, filter),
    findRun: (runId) =>
      queries.snapshot(() => {
        const sql = `SELECT ${RUN_COLUMNS} FROM ${RUN_SOURCE} WHERE id = ?`;
        const row = queries.find(sql, runId) as RunRow | undefined;
        return row === undefined ? undefined : fromRunRow(row, readPayload);
      }),
    listRuns: (page) => queries.snapshot(() => listRuns(queries, readPayload, page)),
    countRuns: (filter) => countRuns(queries, filter),
    countRunsByStatus: (filter) => queries.snapshot(() => countRunsByStatus(queries, filter)),
    countRunsBySlice: (query) => countRunsBySlice(queries, query),
    summarizeEndedRuns: (query) => queries.snapshot(() => summarizeEndedRuns(queries, query)),
    summarizeLiveRuns: () => summarizeLiveRuns(queries),
    listFailureGroups: (query) => queries.snapshot(() => listFailureGroups(queries, query)),
    listFailedRuns: (query) => listFailedRuns(queries, query),
    countFailedRuns: (query) => countFailedRuns(queries, query),
    listLastFailures: () => listLastFailures(queries),
    countEventNames: () => countEventNames(queries),
    listRunsOfEvent: (eventId, page) =>
      queries.snapshot(() => listRunsOfEvent(queries, readPayload, eventId, page)),
    listEventOutcomes: (eventId) => listEventOutcomes(queries, eventId),
    findRunOfGroup: (groupId) =>
      queries.snapshot(() => {
        const sql = `SELECT ${RUN_COLUMNS} FROM ${RUN_SOURCE} WHERE group_id = ? ORDER BY runs.no LIMIT 1`;
        const row = queries.find(sql, groupId) as RunRow | undefined;
        return row === undefined ? undefined : fromRunRow(row, readPayload);
      }),
    listControlAudits: (functionId, limit) => listControlAudits(queries, functionId, limit),
    readRunDetail: (runId) => queries.snapshot(() => readRunDetail(queries, readPayload, runId)),
    listRunLogs: (page) => listRunLogs(queries, page),
    findStep: (runId, stepId) =>
      queries.snapshot(() => {
        const sql = `SELECT ${STEP_COLUMNS} FROM steps JOIN runs ON no = run_no
          WHERE runs.id = ? AND step_id = ?`;
        const row = queries.find(sql, runId, stepId) as StepRow | undefined;
        return row === undefined ? undefined : fromStepRow(row, readPayload);
      }),
    listCancellations: () => {
      const rows = queries.all("SELECT record FROM cancellations ORDER BY id") as [string][];
      return rows.map(([record]) => JSON.parse(record) as CancellationRecord);
    },
    stats: () => ({ databaseBytes: readDatabaseBytes(queries) }),
  };
}

function readRunDetail(queries: Queries, readPayload: PayloadReader, runId: string): RunDetail {
  const select = (columns: string, source: string, order: string): unknown[] =>
    queries.all(`SELECT ${columns} FROM ${source} WHERE runs.id = ? ORDER BY ${order}`, runId);
  const steps = select(STEP_COLUMNS, "runs JOIN steps ON run_no = no", "position") as StepRow[];
  const attempts = select(
    ATTEMPT_COLUMNS,
    "runs JOIN attempts ON run_no = no",
    "generation",
  ) as AttemptRow[];
  const head = queries.find("SELECT status FROM runs WHERE id = ?", runId) as [string] | undefined;
  const isLive = head?.[0] === "queued" || head?.[0] === "running";
  const timers = (isLive ? select(TIMER_COLUMNS, TIMER_SOURCE, "timers.id") : []) as TimerRow[];
  const waits = (
    isLive ? select(WAIT_COLUMNS, WAIT_SOURCE, "waits.created_at_ms, suffix") : []
  ) as WaitRow[];
  return {
    steps: steps.map((row) => fromStepRow(row, readPayload)),
    attempts: attempts.map((row) => fromAttemptRow(row, readPayload)),
    timers: timers.map((row) => fromTimerRow(row)),
    waits: waits.map((row) => fromWaitRow(row)),
  };
}

function readDatabaseBytes(queries: Queries): number {
  const pages = queries.find("PRAGMA page_count") as [number] | undefined;
  const bytes = queries.find("PRAGMA page_size") as [number] | undefined;
  return (pages?.[0] ?? 0) * (bytes?.[0] ?? 0);
}
