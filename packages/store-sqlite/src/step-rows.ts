// Steps and attempts, the insert-only record of a run's progress, to rows and back.
import type { AttemptRecord, StepRecord } from "@everstep/core";
import type { UserError } from "@everstep/protocol";
import type { PayloadReader } from "./payload-reader.ts";
import { INSERT_TABLES, type SqlValue } from "./write-tables.ts";

/** Selects a StepRow or AttemptRow; the table is joined with `runs`. */
export const STEP_COLUMNS: string = [
  "runs.id",
  ...INSERT_TABLES.steps.columns.slice(1).map((column) => `steps.${column}`),
].join(", ");
export const ATTEMPT_COLUMNS: string = [
  "runs.id",
  ...INSERT_TABLES.attempts.columns.slice(1).map((column) => `attempts.${column}`),
].join(", ");

export type StepRow = [
  runId: string,
  position: number,
  stepId: string,
  op: string,
  name: string,
  failed: number,
  attempt: number,
  queuedAtMs: number,
  startedAtMs: number,
  endedAtMs: number,
  resolvedByJson: string | null,
  opts: string | Uint8Array | null,
  output: string | Uint8Array,
];

export function toStepRow(step: StepRecord): SqlValue[] {
  return [
    step.runId,
    step.position,
    step.stepId,
    step.op,
    step.name,
    step.failed ? 1 : 0,
    step.attempt,
    step.queuedAtMs,
    step.startedAtMs,
    step.endedAtMs,
    step.resolvedBy === undefined ? null : JSON.stringify(step.resolvedBy),
    step.opts ?? null,
    step.outputJson,
  ];
}

export function fromStepRow(row: StepRow, readPayload: PayloadReader): StepRecord {
  const [
    runId,
    position,
    stepId,
    op,
    name,
    failed,
    attempt,
    queuedAtMs,
    startedAtMs,
    endedAtMs,
    resolvedByJson,
    opts,
    output,
  ] = row;
  return {
    runId,
    stepId,
    position,
    op,
    name,
    ...(opts === null ? {} : { opts: readPayload(opts) }),
    outputJson: readPayload(output),
    failed: failed === 1,
    attempt,
    queuedAtMs,
    startedAtMs,
    endedAtMs,
    ...(resolvedByJson === null ? {} : { resolvedBy: parseResolvedBy(resolvedByJson) }),
  };
}

function parseResolvedBy(json: string): NonNullable<StepRecord["resolvedBy"]> {
  return JSON.parse(json) as NonNullable<StepRecord["resolvedBy"]>;
}

export type AttemptRow = [
  runId: string,
  generation: number,
  stepId: string | null,
  stepName: string | null,
  attempt: number,
  status: AttemptRecord["status"],
  queuedAtMs: number,
  startedAtMs: number,
  endedAtMs: number,
  retryAtMs: number | null,
  httpStatus: number | null,
  error: string | Uint8Array | null,
];

export function toAttemptRow(attempt: AttemptRecord): SqlValue[] {
  return [
    attempt.runId,
    attempt.generation,
    attempt.stepId ?? null,
    attempt.stepName ?? null,
    attempt.attempt,
    attempt.status,
    attempt.queuedAtMs,
    attempt.startedAtMs,
    attempt.endedAtMs,
    attempt.retryAtMs ?? null,
    attempt.httpStatus ?? null,
    attempt.error === undefined ? null : JSON.stringify(attempt.error),
  ];
}

export function fromAttemptRow(row: AttemptRow, readPayload: PayloadReader): AttemptRecord {
  const [
    runId,
    generation,
    stepId,
    stepName,
    attempt,
    status,
    queuedAtMs,
    startedAtMs,
    endedAtMs,
    retryAtMs,
    httpStatus,
    error,
  ] = row;
  return {
    runId,
    generation,
    ...(stepId === null ? {} : { stepId }),
    ...(stepName === null ? {} : { stepName }),
    attempt,
    status,
    queuedAtMs,
    startedAtMs,
    endedAtMs,
    ...(error === null ? {} : { error: JSON.parse(readPayload(error)) as UserError }),
    ...(retryAtMs === null ? {} : { retryAtMs }),
    ...(httpStatus === null ? {} : { httpStatus }),
  };
}
