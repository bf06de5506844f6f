// The groups of failed runs: kept by the commit that ends a run, at a cost that does not depend on how many there are. Runs that
// failed before the groups existed are taken up in small slices, newest first; `failures_indexed_from` says how far that came.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { failureFingerprint } from "@everstep/protocol";

export const FAILURE_SPAN_MS = 3_600_000;
/** Run numbers that one step of catching up looks at: some milliseconds, between two commits. */
const SLICE = 500;
const MESSAGE_CHARS_MAX = 2_000;

export interface FailureIndex {
  /** Within a transaction that has written the runs. Runs that are known already are left alone. */
  readonly add: (runIds: readonly string[]) => void;
  /** Takes up a slice of older runs, in a transaction that the caller holds. @returns Whether there are more. */
  readonly catchUp: () => boolean;
  readonly isComplete: () => boolean;
}

interface FailedRun {
  readonly no: number;
  readonly id: string;
  readonly function_id: string;
  readonly ended_at_ms: number;
  readonly step_name: string | null;
  readonly error_name: string;
  readonly error_message: string;
}

const FACTS = `SELECT no, id, function_id, ended_at_ms,
    (SELECT name FROM steps WHERE steps.run_no = no AND failed = 1
     ORDER BY position DESC LIMIT 1) AS step_name,
    COALESCE(error_json ->> '$.name', 'Error') AS error_name,
    substr(COALESCE(error_json ->> '$.message', ''), 1, ${MESSAGE_CHARS_MAX}) AS error_message
  FROM runs LEFT JOIN run_results ON run_results.run_no = no`;

const UPSERT_GROUP = `INSERT INTO failure_groups (fingerprint, function_id, step_name, error_name,
    error_message, first_seen_at_ms, last_seen_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
  ON CONFLICT (fingerprint) DO UPDATE SET
    error_message = iif(excluded.last_seen_at_ms >= last_seen_at_ms, excluded.error_message, error_message),
    first_seen_at_ms = min(first_seen_at_ms, excluded.first_seen_at_ms),
    last_seen_at_ms = max(last_seen_at_ms, excluded.last_seen_at_ms)
  RETURNING no`;

/** Over the writing connection. */
export function createFailureIndex(database: DatabaseSync): FailureIndex {
  const lazily = (sql: string): (() => StatementSync) => {
    let statement: StatementSync | undefined;
    return () => (statement ??= database.prepare(sql));
  };
  const factsOfRun = lazily(`${FACTS} WHERE id = ? AND status = 'failed'`);
  const factsOfSlice = lazily(`${FACTS} WHERE no >= ? AND no < ? AND status = 'failed'`);
  const isKnown = lazily("SELECT 1 FROM failures WHERE run_no = ?");
  const upsertGroup = lazily(UPSERT_GROUP);
  const insertFailure = lazily(
    "INSERT INTO failures (run_no, group_no, run_id, ended_at_ms) VALUES (?, ?, ?, ?)",
  );
  const countHour = lazily(
    `INSERT INTO failure_hours (start_ms, group_no, count) VALUES (?, ?, 1)
     ON CONFLICT (start_ms, group_no) DO UPDATE SET count = count + 1`,
  );
  const readFrom = lazily("SELECT value FROM meta WHERE key = 'failures_indexed_from'");
  const writeFrom = lazily("UPDATE meta SET value = ? WHERE key = 'failures_indexed_from'");

  const addRun = (run: FailedRun): void => {
    if (isKnown().get(run.no) !== undefined) return;
    const { function_id: functionId, step_name: stepName, ended_at_ms: endedAtMs } = run;
    const { error_name: errorName, error_message: errorMessage } = run;
    const facts = { functionId, stepName: stepName ?? undefined, errorName, errorMessage };
    const group = upsertGroup().get(
      failureFingerprint(facts),
      functionId,
      stepName,
      errorName,
      errorMessage,
      endedAtMs,
    ) as { no: number };
    insertFailure().run(run.no, group.no, run.id, endedAtMs);
    countHour().run(endedAtMs - (endedAtMs % FAILURE_SPAN_MS), group.no);
  };
  const indexedFrom = (): number => Number(readFrom().get()?.["value"] ?? 0);

  return {
    add(runIds) {
      for (const runId of runIds) {
        const run = factsOfRun().get(runId) as FailedRun | undefined;
        if (run !== undefined) addRun(run);
      }
    },
    catchUp() {
      const until = indexedFrom();
      if (until <= 1) return false;
      const from = Math.max(1, until - SLICE);
      for (const run of factsOfSlice().all(from, until)) addRun(run as unknown as FailedRun);
      writeFrom().run(from);
      return from > 1;
    },
    isComplete: () => indexedFrom() <= 1,
  };
}
