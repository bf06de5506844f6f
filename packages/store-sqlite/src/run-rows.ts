// Runs to rows and back. A head is two rows: the narrow one that each decision patches, and the result that is written once.
import type { RunFlow, RunHead, RunPatch, RunSkip, RunStatus } from "@everstep/core";
import type { UserError } from "@everstep/protocol";
import type { PayloadReader } from "./payload-reader.ts";
import { INSERT_TABLES, runPatchStatement, type SqlValue } from "./write-tables.ts";

/** Selects a RunRow from `runs` left-joined with `run_results`. */
export const RUN_COLUMNS: string = [
  ...INSERT_TABLES.runs.columns.map((column) => `runs.${column}`),
  "error_json",
  "end_reason",
  "output_or_hash",
].join(", ");
/** The same, without reading the output. */
export const RUN_COLUMNS_PLAIN: string = RUN_COLUMNS.replace("output_or_hash", "NULL");
export const RUN_SOURCE = "runs LEFT JOIN run_results ON run_results.run_no = runs.no";

export type RunRow = [
  id: string,
  functionId: string,
  status: RunStatus,
  createdAtMs: number,
  startedAtMs: number | null,
  endedAtMs: number | null,
  eventName: string,
  eventId: string,
  orderKey: number,
  functionVersion: number,
  requestVersion: number,
  stepCount: number,
  stateBytes: number,
  pendingStepIds: string | null,
  correlationId: string | null,
  cron: string | null,
  originalRunId: string | null,
  batchEventIds: string | null,
  flowJson: string | null,
  groupId: string | null,
  slotsJson: string | null,
  skipJson: string | null,
  logCount: number | null,
  errorJson: string | null,
  endReason: string | null,
  output: string | Uint8Array | null,
];

export function toRunRow(run: RunHead): SqlValue[] {
  const [eventId, ...batchEventIds] = run.eventIds;
  if (eventId === undefined)
    throw new Error(`Run "${run.id}" has no eventIds: it needs at least one`);
  return [
    run.id,
    run.functionId,
    run.status,
    run.createdAtMs,
    run.startedAtMs ?? null,
    run.endedAtMs ?? null,
    run.eventName,
    eventId,
    run.orderKey,
    run.functionVersion,
    run.requestVersion,
    run.stepCount,
    run.stateBytes,
    listToText(run.pendingStepIds),
    run.correlationId ?? null,
    run.cron ?? null,
    run.originalRunId ?? null,
    listToText(batchEventIds),
    run.flow === undefined ? null : JSON.stringify(run.flow),
    run.flow?.batchId ?? run.flow?.debounceId ?? null,
    run.slots === undefined ? null : JSON.stringify(run.slots),
    run.skip === undefined ? null : JSON.stringify(run.skip),
    run.logCount ?? null,
  ];
}

/** The `run_results` row of what a head or patch says about the result; undefined when it says nothing. */
export function toRunResultRow(runId: string, part: RunPatch): SqlValue[] | undefined {
  const { error, endReason, outputJson } = part;
  if (error === undefined && endReason === undefined && outputJson === undefined) return undefined;
  const errorJson = error === undefined ? null : JSON.stringify(error);
  return [runId, errorJson, endReason ?? null, outputJson ?? null];
}

const PATCH_COLUMNS = {
  status: "status",
  startedAtMs: "started_at_ms",
  endedAtMs: "ended_at_ms",
  requestVersion: "request_version",
  pendingStepIds: "pending_step_ids",
  stepCount: "step_count",
  stateBytes: "state_bytes",
  slots: "slots_json",
  logCount: "log_count",
} as const satisfies Partial<Record<keyof RunPatch, string>>;
const PATCH_ENTRIES = Object.entries(PATCH_COLUMNS) as [keyof typeof PATCH_COLUMNS, string][];

/** Statements by the columns that they set, one bit for each: patches set few different sets of columns, very often. */
const patchStatements = new Map<number, string>();

/** The columns of `runs` that a patch sets, in one fixed order, then the run's id; undefined when it sets none. */
export function toRunPatchRow(runId: string, patch: RunPatch): WriteRow | undefined {
  const values: SqlValue[] = [];
  let bits = 0;
  for (let index = 0; index < PATCH_ENTRIES.length; index += 1) {
    const value = patch[PATCH_ENTRIES[index]?.[0] ?? "status"];
    if (value === undefined) continue;
    bits |= 1 << index;
    values.push(toPatchValue(value));
  }
  if (bits === 0) return undefined;
  values.push(runId);
  return { statement: patchStatementOf(bits), values };
}

interface WriteRow {
  readonly statement: string;
  readonly values: SqlValue[];
}

function patchStatementOf(bits: number): string {
  let statement = patchStatements.get(bits);
  if (statement === undefined) {
    const set = PATCH_ENTRIES.filter((_entry, index) => (bits & (1 << index)) !== 0);
    statement = runPatchStatement(set.map(([, column]) => column));
    patchStatements.set(bits, statement);
  }
  return statement;
}

function toPatchValue(value: string | number | readonly string[]): SqlValue {
  return typeof value === "object" ? listToText(value) : value;
}

export function fromRunRow(row: RunRow, readPayload: PayloadReader): RunHead {
  const [
    id,
    functionId,
    status,
    createdAtMs,
    startedAtMs,
    endedAtMs,
    eventName,
    eventId,
    orderKey,
    functionVersion,
    requestVersion,
    stepCount,
    stateBytes,
    pendingStepIds,
    correlationId,
    cron,
    originalRunId,
    batchEventIds,
    flowJson,
    _groupId,
    slotsJson,
    skipJson,
    logCount,
    errorJson,
    endReason,
    output,
  ] = row;
  return {
    id,
    functionId,
    functionVersion,
    status,
    eventIds: [eventId, ...textToList(batchEventIds)],
    eventName,
    orderKey,
    createdAtMs,
    requestVersion,
    pendingStepIds: textToList(pendingStepIds),
    stepCount,
    stateBytes,
    ...(startedAtMs === null ? {} : { startedAtMs }),
    ...(endedAtMs === null ? {} : { endedAtMs }),
    ...(correlationId === null ? {} : { correlationId }),
    ...(cron === null ? {} : { cron }),
    ...(originalRunId === null ? {} : { originalRunId }),
    ...(flowJson === null ? {} : { flow: JSON.parse(flowJson) as RunFlow }),
    ...(slotsJson === null ? {} : { slots: JSON.parse(slotsJson) as string[] }),
    ...(skipJson === null ? {} : { skip: JSON.parse(skipJson) as RunSkip }),
    ...(logCount === null ? {} : { logCount }),
    ...(output === null ? {} : { outputJson: readPayload(output) }),
    ...(errorJson === null ? {} : { error: JSON.parse(errorJson) as UserError }),
    ...(endReason === null ? {} : { endReason }),
  };
}

/** The empty list, by far the most frequent, takes no room. */
function listToText(list: readonly string[]): string | null {
  return list.length === 0 ? null : JSON.stringify(list);
}

function textToList(text: string | null): string[] {
  return text === null ? [] : (JSON.parse(text) as string[]);
}
