// What happens to a bulk job: it begins, takes one run after another, and ends once. An ended job changes no more.
import type { BulkAction, BulkJob, BulkStatus } from "../model/bulk.ts";

const ERRORS_TOLD = 20;
const NEW_RUNS_TOLD = 100;
const MESSAGE_CHARS_MAX = 500;

export function newBulkJob(id: string, action: BulkAction, nowMs: number): BulkJob {
  return {
    id,
    action,
    status: "running",
    createdAtMs: nowMs,
    done: 0,
    succeeded: 0,
    skipped: 0,
    failed: 0,
    errors: [],
    newRunIds: [],
    cursor: "",
  };
}

/** What came of one run. `skipped`: there was nothing to do any more. */
export type BulkOutcome =
  | { readonly type: "succeeded"; readonly newRunId?: string }
  | { readonly type: "skipped" | "failed"; readonly message: string };

/** The job after one more run; `cursor` is that run's place. */
export function withOutcome(
  job: BulkJob,
  run: { readonly runId: string; readonly cursor: string },
  outcome: BulkOutcome,
): BulkJob {
  const counted = {
    ...job,
    cursor: run.cursor,
    done: job.done + 1,
    [outcome.type]: job[outcome.type] + 1,
  };
  if (outcome.type !== "succeeded") {
    if (job.errors.length >= ERRORS_TOLD) return counted;
    const message = outcome.message.slice(0, MESSAGE_CHARS_MAX);
    return { ...counted, errors: [...job.errors, { runId: run.runId, message }] };
  }
  if (outcome.newRunId === undefined || job.newRunIds.length >= NEW_RUNS_TOLD) return counted;
  return { ...counted, newRunIds: [...job.newRunIds, outcome.newRunId] };
}

/** What is noted of a job beside its runs. */
export interface BulkNote {
  readonly total?: number;
  /** Runs up to here did not fit the search. */
  readonly cursor?: string;
  readonly status?: BulkStatus;
  readonly message?: string;
}

export function withNote(job: BulkJob, note: BulkNote, nowMs: number): BulkJob {
  const noted = { ...job, ...note };
  if (note.status === undefined || note.status === "running") return noted;
  // What ended before its turn came is not counted any more: at the end the total is what was done.
  const total = note.status === "completed" ? { total: job.done } : {};
  return { ...noted, ...total, endedAtMs: nowMs };
}
