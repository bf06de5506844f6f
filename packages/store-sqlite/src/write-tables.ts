// What the writer can do to each table: the statements behind a batch's groups. Calling thread and writer thread share it,
// so that a batch carries only short statement names and plain values. No semantics: which rows change is decided elsewhere.

export type SqlValue = string | number | null;

/** Rows of one statement, flat: row count = values.length / the statement's width. */
export interface WriteGroup {
  readonly statement: string;
  readonly values: readonly SqlValue[];
}

export interface WriteStatement {
  /** Values of one row. */
  readonly width: number;
  /** SQL that writes `rowCount` rows at once. */
  readonly sqlFor: (rowCount: number) => string;
  /** Whether `sqlFor` takes more than one row. */
  readonly isMultiRow: boolean;
  /** Positions of values that go to `payloads` when they are big. */
  readonly payloadIndexes: readonly number[];
}

interface InsertTable {
  readonly table: string;
  readonly columns: readonly string[];
  /** How a row that is already there is treated; absent: it is an error, which guards insert-only tables. */
  readonly conflict?: "replace" | "ignore";
}

/** Columns in the order in which row codecs give their values. */
export const INSERT_TABLES = {
  apps: { table: "apps", columns: ["id", "record"], conflict: "replace" },
  functions: { table: "functions", columns: ["id", "record"], conflict: "replace" },
  cancellations: { table: "cancellations", columns: ["id", "record"], conflict: "replace" },
  events: {
    table: "events",
    columns: [
      "internal_id",
      "name",
      "received_at_ms",
      "ts_ms",
      "sender_id",
      "v",
      "meta_json",
      "user_json",
      "data_or_hash",
    ],
  },
  runs: {
    table: "runs",
    columns: [
      "id",
      "function_id",
      "status",
      "created_at_ms",
      "started_at_ms",
      "ended_at_ms",
      "event_name",
      "event_id",
      "order_key",
      "function_version",
      "request_version",
      "step_count",
      "state_bytes",
      "pending_step_ids",
      "correlation_id",
      "cron",
      "original_run_id",
      "batch_event_ids",
      "flow_json",
      "group_id",
      "slots_json",
      "skip_json",
      "log_count",
    ],
  },
  run_events: { table: "run_events", columns: ["event_id", "run_no"], conflict: "ignore" },
  steps: {
    table: "steps",
    columns: [
      "run_no",
      "position",
      "step_id",
      "op",
      "name",
      "failed",
      "attempt",
      "queued_at_ms",
      "started_at_ms",
      "ended_at_ms",
      "resolved_by_json",
      "opts_or_hash",
      "output_or_hash",
    ],
  },
  step_inputs: {
    table: "step_inputs",
    columns: ["run_no", "step_id", "input_json"],
    conflict: "replace",
  },
  attempts: {
    table: "attempts",
    columns: [
      "run_no",
      "generation",
      "step_id",
      "step_name",
      "attempt",
      "status",
      "queued_at_ms",
      "started_at_ms",
      "ended_at_ms",
      "retry_at_ms",
      "http_status",
      "error_or_hash",
    ],
  },
  run_log_lines: {
    table: "run_log_lines",
    columns: [
      "run_no",
      "position",
      "generation",
      "attempt",
      "step_id",
      "level",
      "at_ms",
      "message",
      "fields_json",
    ],
  },
  timers: {
    table: "timers",
    columns: [
      "run_no",
      "id",
      "kind",
      "function_id",
      "due_at_ms",
      "order_key",
      "lane",
      "is_start",
      "attempt",
      "queued_at_ms",
      "wait_id",
      "limiter_key",
      "cron_json",
      "op_json",
      "called_at_ms",
    ],
    conflict: "replace",
  },
  waits: {
    table: "waits",
    columns: [
      "run_no",
      "suffix",
      "kind",
      "function_id",
      "event_name",
      "match_key",
      "match_path",
      "created_at_ms",
      "expires_at_ms",
      "timeout_timer_id",
      "expression",
      "invoked_json",
      "op_json",
    ],
    conflict: "replace",
  },
  wait_paths: { table: "wait_paths", columns: ["event_name", "path"], conflict: "ignore" },
  idempotency_keys: {
    table: "idempotency_keys",
    columns: ["key", "function_id", "run_id", "expires_at_ms"],
    conflict: "replace",
  },
  limiters: {
    table: "limiters",
    columns: ["function_id", "kind", "key", "state_json", "expires_at_ms"],
    conflict: "replace",
  },
  batch_events: { table: "batch_events", columns: ["batch_id", "event_id"] },
  slots: { table: "slots", columns: ["bucket", "run_no", "function_id"], conflict: "replace" },
  event_outcomes: {
    table: "event_outcomes",
    columns: ["event_id", "function_id", "record"],
  },
  function_controls: {
    table: "function_controls",
    columns: ["function_id", "record"],
    conflict: "replace",
  },
  bulk_jobs: { table: "bulk_jobs", columns: ["id", "record", "request"] },
  control_audits: { table: "control_audits", columns: ["id", "function_id", "record"] },
} as const satisfies Record<string, InsertTable>;
export type InsertName = keyof typeof INSERT_TABLES;

/** Runs that ended, as (id, endedAtMs, status): no statement, but told to what is derived from them. */
export const RUN_ENDS = "run_ends";

const RUN_RESULT_COLUMNS = ["run_no", "error_json", "end_reason", "output_or_hash"];

/** Rows of a run are given the run's id and store its number. An unknown id gives NULL, which the tables refuse. */
const RUN_NO = "(SELECT no FROM runs WHERE id = ?)";

const PLAIN_STATEMENTS: Readonly<Record<string, { sql: string; width: number }>> = {
  epoch_raise: {
    sql: `UPDATE meta SET value = CASE key WHEN 'epoch' THEN value + 1 ELSE 0 END
      WHERE key IN ('epoch', 'closed_cleanly')`,
    width: 0,
  },
  closed_cleanly: { sql: "UPDATE meta SET value = 1 WHERE key = 'closed_cleanly'", width: 0 },
  timer_attempt_reset: { sql: "UPDATE timers SET attempt = 0 WHERE id = ?", width: 1 },
  timer_started: { sql: "UPDATE timers SET is_start = 0 WHERE id = ?", width: 1 },
  timer_called: { sql: "UPDATE timers SET called_at_ms = ? WHERE id = ?", width: 2 },
  wait_delete: { sql: `DELETE FROM waits WHERE run_no = ${RUN_NO} AND suffix = ?`, width: 2 },
  limiter_delete: {
    sql: "DELETE FROM limiters WHERE function_id = ? AND kind = ? AND key = ?",
    width: 3,
  },
  batch_delete: { sql: "DELETE FROM batch_events WHERE batch_id = ?", width: 1 },
  slots_delete: { sql: `DELETE FROM slots WHERE run_no = ${RUN_NO}`, width: 1 },
  limiter_sweep: {
    sql: `DELETE FROM limiters WHERE (function_id, kind, key) IN (
      SELECT function_id, kind, key FROM limiters
      WHERE expires_at_ms IS NOT NULL AND expires_at_ms <= ? LIMIT ?)`,
    width: 2,
  },
  idempotency_key_sweep: {
    sql: `DELETE FROM idempotency_keys WHERE (key, function_id) IN (
      SELECT key, function_id FROM idempotency_keys WHERE expires_at_ms <= ? LIMIT ?)`,
    width: 2,
  },
  bulk_job_save: { sql: "UPDATE bulk_jobs SET record = ?2 WHERE id = ?1", width: 2 },
  bulk_job_delete: { sql: "DELETE FROM bulk_jobs WHERE id = ?", width: 1 },
  cancellation_delete: { sql: "DELETE FROM cancellations WHERE id = ?", width: 1 },
};

const RUN_PATCH_PREFIX = "run_patch:";

/** The name of the statement that sets these columns of `runs`; its rows are the columns' values, then the run's id. */
export function runPatchStatement(columns: readonly string[]): string {
  return RUN_PATCH_PREFIX + columns.join(",");
}

/** @throws {Error} No such statement: the two threads run different versions of this file. */
export function getWriteStatement(name: string): WriteStatement {
  if (name.startsWith(RUN_PATCH_PREFIX)) {
    const columns = name.slice(RUN_PATCH_PREFIX.length).split(",");
    // Only the named columns are set: an index is touched only when one of its columns is among them.
    const sql = `UPDATE runs SET ${columns.map((column) => `${column} = ?`).join(", ")} WHERE id = ?`;
    return plain(sql, columns.length + 1);
  }
  if (name === "run_results") return runResults;
  if (name === "timer_delete") return timerDelete;
  const statement = PLAIN_STATEMENTS[name];
  if (statement !== undefined) return plain(statement.sql, statement.width);
  if (Object.hasOwn(INSERT_TABLES, name)) return insert(INSERT_TABLES[name as InsertName]);
  throw new Error(`There is no write statement "${name}"`);
}

function plain(sql: string, width: number): WriteStatement {
  return { width, sqlFor: () => sql, isMultiRow: false, payloadIndexes: [] };
}

function insert({ table, columns, conflict }: InsertTable): WriteStatement {
  const verb = conflict === undefined ? "INSERT INTO" : `INSERT OR ${conflict.toUpperCase()} INTO`;
  return {
    width: columns.length,
    sqlFor: (rowCount) =>
      `${verb} ${table} (${columns.join(", ")}) VALUES ${placeholders(columns, rowCount)}`,
    isMultiRow: true,
    payloadIndexes: payloadIndexes(columns),
  };
}

/**
 * A run's result is set once, but its parts may come in different batches. It is joined with the run, because a NULL in
 * an INTEGER PRIMARY KEY would make up a number instead of being refused.
 */
const runResults: WriteStatement = {
  width: RUN_RESULT_COLUMNS.length,
  sqlFor: (rowCount) =>
    `INSERT INTO run_results (${RUN_RESULT_COLUMNS.join(", ")})
     SELECT no, column2, column3, column4
     FROM (VALUES ${placeholders(["", "", "", ""], rowCount)}) JOIN runs ON id = column1
     WHERE true ON CONFLICT (run_no) DO UPDATE SET
       error_json = COALESCE(excluded.error_json, error_json),
       end_reason = COALESCE(excluded.end_reason, end_reason),
       output_or_hash = COALESCE(excluded.output_or_hash, output_or_hash)`,
  isMultiRow: true,
  payloadIndexes: payloadIndexes(RUN_RESULT_COLUMNS),
};

/** The most frequent removal: each call that was answered has had its timer. */
const timerDelete: WriteStatement = {
  width: 1,
  sqlFor: (rowCount) =>
    `DELETE FROM timers WHERE id IN (${Array.from({ length: rowCount }, () => "?").join(",")})`,
  isMultiRow: true,
  payloadIndexes: [],
};

function payloadIndexes(columns: readonly string[]): readonly number[] {
  return columns.flatMap((column, index) => (column.endsWith("_or_hash") ? [index] : []));
}

function placeholders(columns: readonly string[], rowCount: number): string {
  const row = `(${columns.map((column) => (column === "run_no" ? RUN_NO : "?")).join(",")})`;
  return Array.from({ length: rowCount }, () => row).join(",");
}
