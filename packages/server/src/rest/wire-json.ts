// Events, runs, functions, jobs and cancellations as REST v1 shows them (server.md 2.3). Payloads are put in as the text
// they are stored as: what an app returned is what a reader gets, byte for byte.
import type {
  CancellationRecord,
  FunctionRecord,
  RunHead,
  RunStatus,
  Timer,
  TimerKind,
} from "@everstep/core";
import type { EventRecord, JsonText } from "@everstep/protocol";

/** There is one account and one environment; clients expect their ids to be UUIDs. */
const NIL_UUID = "00000000-0000-0000-0000-000000000000";

const STATUS_WORDS: Readonly<Record<RunStatus, string>> = {
  queued: "Scheduled",
  running: "Running",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
  skipped: "Skipped",
};

/** The official words for the kinds of queued work. */
const JOB_KINDS: Readonly<Record<TimerKind, string>> = {
  call: "edge",
  request: "edge",
  sleep: "sleep",
  wait_timeout: "pause",
  start_timeout: "cancel",
  finish_timeout: "cancel",
  cron: "cron",
  debounce: "debounce",
  batch: "schedule-batch",
};

export function eventToJson(event: EventRecord): JsonText {
  const head = JSON.stringify({
    internal_id: event.internalId,
    account_id: NIL_UUID,
    environment_id: NIL_UUID,
    source: "",
    source_id: null,
    received_at: toTime(event.receivedAtMs),
    id: event.id,
    name: event.name,
  });
  const user = event.userJson ?? "{}";
  const tail = JSON.stringify({ ts: event.tsMs, v: event.v ?? null });
  const meta = event.metaJson === undefined ? "" : `"meta":${event.metaJson},`;
  return `${head.slice(0, -1)},"data":${event.dataJson},"user":${user},${meta}${tail.slice(1)}`;
}

export function runToJson(run: RunHead): JsonText {
  const head = JSON.stringify({
    run_id: run.id,
    run_started_at: toTime(run.startedAtMs ?? run.createdAtMs),
    function_id: run.functionId,
    function_version: run.functionVersion,
    environment_id: NIL_UUID,
    event_id: run.eventIds[0],
    batch_id: run.flow?.batchId,
    original_run_id: run.originalRunId,
    cron: run.cron,
    status: STATUS_WORDS[run.status],
    ended_at: run.endedAtMs === undefined ? null : toTime(run.endedAtMs),
  });
  const output = outputOf(run);
  return output === undefined ? head : `${head.slice(0, -1)},"output":${output}}`;
}

/** A cancelled run has no output; a failed one shows at least its error. */
function outputOf(run: RunHead): JsonText | undefined {
  if (run.outputJson !== undefined) return run.outputJson;
  return run.error === undefined ? undefined : JSON.stringify(run.error);
}

export function functionToJson(record: FunctionRecord): JsonText {
  return JSON.stringify({
    internal_id: record.id,
    env_id: NIL_UUID,
    app_id: record.appId,
    id: record.config.slug,
    name: record.config.name,
    config: record.config,
    created_at: toTime(record.createdAtMs),
    archived_at: record.archivedAtMs === undefined ? null : toTime(record.archivedAtMs),
  });
}

/** @param position Place in the order in which the run's work is due, from 0. */
export function jobToJson(timer: Timer, position: number): JsonText {
  return JSON.stringify({
    JobID: String(timer.id),
    at: toTime(timer.dueAtMs),
    position,
    kind: JOB_KINDS[timer.kind],
    attempt: timer.attempt,
    Raw: { kind: timer.kind, step_id: timer.op?.stepId ?? null, step_name: timer.op?.name ?? null },
  });
}

/** @param slug Of the function whose runs it cancels. */
export function cancellationToJson(record: CancellationRecord, slug: string): JsonText {
  return JSON.stringify({
    id: record.id,
    environment_id: NIL_UUID,
    function_internal_id: record.functionId,
    function_id: slug,
    started_before: toTime(record.startedBeforeMs),
    ...(record.startedAfterMs !== undefined && { started_after: toTime(record.startedAfterMs) }),
    ...(record.expression !== undefined && { if: record.expression }),
    created_at: toTime(record.createdAtMs),
    cancelled_count: record.cancelledCount,
  });
}

/** JSON text of an array of items that are JSON text. */
export function toJsonArray(items: readonly JsonText[]): JsonText {
  return `[${items.join(",")}]`;
}

function toTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
