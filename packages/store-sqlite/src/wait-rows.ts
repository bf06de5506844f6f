// Waits to rows and back. A wait's id starts with its run's id, which is stored once: the row is keyed by (run, rest of id).
import type { OpFacts, Wait, WaitKind } from "@everstep/core";
import { INSERT_TABLES, type SqlValue } from "./write-tables.ts";

/** Selects a WaitRow from WAIT_SOURCE. */
export const WAIT_COLUMNS: string = [
  "runs.id",
  ...INSERT_TABLES.waits.columns.slice(1).map((column) => `waits.${column}`),
].join(", ");
export const WAIT_SOURCE = "waits JOIN runs ON runs.no = waits.run_no";

export type WaitRow = [
  runId: string,
  suffix: string,
  kind: WaitKind,
  functionId: string,
  eventName: string,
  matchKey: string,
  matchPath: string | null,
  createdAtMs: number,
  expiresAtMs: number | null,
  timeoutTimerId: number | null,
  expression: string | null,
  invokedJson: string | null,
  opJson: string | null,
];

/** @throws {Error} The id does not have the form `<runId>.<rest>` that Wait.id promises. */
export function waitSuffix(waitId: string, runId: string): string {
  if (!waitId.startsWith(`${runId}.`)) {
    throw new Error(`Wait id "${waitId}" must start with "${runId}.", the id of its run`);
  }
  return waitId.slice(runId.length + 1);
}

export function toWaitRow(wait: Wait): SqlValue[] {
  return [
    wait.runId,
    waitSuffix(wait.id, wait.runId),
    wait.kind,
    wait.functionId,
    wait.eventName,
    wait.matchKey,
    wait.matchPath ?? null,
    wait.createdAtMs,
    wait.expiresAtMs ?? null,
    wait.timeoutTimerId ?? null,
    wait.expression ?? null,
    wait.invoked === undefined ? null : JSON.stringify(wait.invoked),
    wait.op === undefined ? null : JSON.stringify(wait.op),
  ];
}

export function fromWaitRow(row: WaitRow): Wait {
  const [
    runId,
    suffix,
    kind,
    functionId,
    eventName,
    matchKey,
    matchPath,
    createdAtMs,
    expiresAtMs,
    timeoutTimerId,
    expression,
    invokedJson,
    opJson,
  ] = row;
  return {
    id: `${runId}.${suffix}`,
    kind,
    runId,
    functionId,
    eventName,
    matchKey,
    ...(matchPath === null ? {} : { matchPath }),
    ...(expression === null ? {} : { expression }),
    createdAtMs,
    ...(expiresAtMs === null ? {} : { expiresAtMs }),
    ...(timeoutTimerId === null ? {} : { timeoutTimerId }),
    ...(opJson === null ? {} : { op: JSON.parse(opJson) as OpFacts }),
    ...(invokedJson === null ? {} : { invoked: parseInvoked(invokedJson) }),
  };
}

function parseInvoked(json: string): NonNullable<Wait["invoked"]> {
  return JSON.parse(json) as NonNullable<Wait["invoked"]>;
}
