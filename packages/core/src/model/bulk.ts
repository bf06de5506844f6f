// Bulk actions: one action on many runs, made run by run. The request never changes; the job says how far it came. Each run's part
// is committed together with the job that counts it, so that a restart neither repeats nor leaves out a run.
import type { JsonText } from "@everstep/protocol";
import type { RunFilter } from "../ports/history.ts";

export type BulkAction = "cancel" | "rerun";

/** Which runs. Times and functions are resolved when the job is made, so that it means the same after a restart. */
export type BulkSelection =
  | { readonly type: "listed"; readonly runIds: readonly string[] }
  /** Runs that fit the filter and, if given, the text of a search. */
  | { readonly type: "filtered"; readonly filter: RunFilter; readonly search?: string }
  /** Failed runs of a group of failures (endedAtMs, from inclusive, until exclusive). */
  | {
      readonly type: "failed";
      readonly fingerprint: string;
      readonly fromMs: number;
      readonly untilMs: number;
    };

export interface BulkRequest {
  readonly action: BulkAction;
  readonly selection: BulkSelection;
  /** Of reruns: the step's id or name, and another input for it (a JSON array). */
  readonly fromStep?: { readonly stepId: string; readonly inputJson?: JsonText };
  /** Of cancellations: told by the runs. */
  readonly reason?: string;
}

export const BULK_STATUSES = ["running", "completed", "stopped", "failed"] as const;
export type BulkStatus = (typeof BULK_STATUSES)[number];

export interface BulkJob {
  /** ULID. */
  readonly id: string;
  readonly action: BulkAction;
  readonly status: BulkStatus;
  /** Runs that came or ended later are not its business. */
  readonly createdAtMs: number;
  readonly endedAtMs?: number;
  /** Absent until it was counted, and with a search until the end. */
  readonly total?: number;
  readonly done: number;
  readonly succeeded: number;
  /** Had ended before, or were gone. */
  readonly skipped: number;
  readonly failed: number;
  /** The first ones. */
  readonly errors: readonly { readonly runId: string; readonly message: string }[];
  /** Runs that reruns made; the first ones. */
  readonly newRunIds: readonly string[];
  /** The place of the last run that was dealt with; "": none yet. */
  readonly cursor: string;
  /** Why it failed as a whole. */
  readonly message?: string;
}
