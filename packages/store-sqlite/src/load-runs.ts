// Loads runs for a decision: head, outputs in order of completion, edited inputs, open timers and waits, and the events.
// A few statements for any number of runs; ended runs come without timers and waits.
import type { LoadedRun, RunState } from "@everstep/core";
import type { EventRecord, JsonText } from "@everstep/protocol";
import { EVENT_COLUMNS, fromEventRow, type EventRow } from "./event-rows.ts";
import type { PayloadReader } from "./payload-reader.ts";
import type { Queries, QueryValue } from "./queries.ts";
import { fromRunRow, RUN_COLUMNS, RUN_SOURCE, type RunRow } from "./run-rows.ts";
import { fromTimerRow, TIMER_COLUMNS, type TimerRow } from "./timer-rows.ts";
import { fromWaitRow, WAIT_COLUMNS, type WaitRow } from "./wait-rows.ts";

type OutputRow = [runId: string, stepId: string, output: string | Uint8Array];
type InputRow = [runId: string, stepId: string, inputJson: string];

const HEADS = { select: `SELECT ${RUN_COLUMNS} FROM ${RUN_SOURCE} WHERE id` };
const OUTPUTS = {
  select: "SELECT run_id, step_id, output_or_hash FROM steps WHERE run_id",
  order: "ORDER BY run_id, position",
};
const INPUTS = { select: "SELECT run_id, step_id, input_json FROM step_inputs WHERE run_id" };
const TIMERS = {
  select: `SELECT ${TIMER_COLUMNS} FROM timers WHERE run_id`,
  order: "ORDER BY run_id, id",
};
const WAITS = {
  select: `SELECT ${WAIT_COLUMNS} FROM waits WHERE run_id`,
  order: "ORDER BY run_id, suffix",
};
const EVENTS = { select: `SELECT ${EVENT_COLUMNS} FROM events WHERE internal_id` };

/** Call it inside a snapshot. */
export function loadRuns(
  queries: Queries,
  readPayload: PayloadReader,
  runIds: readonly string[],
): LoadedRun[] {
  const rows = selectIn(queries, HEADS, runIds) as RunRow[];
  const states = new Map(rows.map((row) => [row[0], emptyState(row, readPayload)]));
  const foundIds = [...states.keys()];
  const liveIds = foundIds.filter((id) => isLive(states.get(id)));
  for (const [runId, stepId, output] of selectIn(queries, OUTPUTS, foundIds) as OutputRow[]) {
    const state = states.get(runId);
    state?.stack.push(stepId);
    state?.outputs.set(stepId, readPayload(output));
  }
  for (const [runId, stepId, input] of selectIn(queries, INPUTS, foundIds) as InputRow[]) {
    states.get(runId)?.inputs.set(stepId, input);
  }
  for (const row of selectIn(queries, TIMERS, liveIds) as TimerRow[]) {
    states.get(row[0])?.timers.set(row[1], fromTimerRow(row));
  }
  for (const row of selectIn(queries, WAITS, liveIds) as WaitRow[]) {
    const wait = fromWaitRow(row);
    states.get(row[0])?.waits.set(wait.id, wait);
  }
  return withEvents(queries, readPayload, [...states.values()]);
}

function withEvents(
  queries: Queries,
  readPayload: PayloadReader,
  states: readonly RunState[],
): LoadedRun[] {
  const eventIds = [...new Set(states.flatMap(({ head }) => head.eventIds))];
  const events = findEvents(queries, readPayload, eventIds);
  return states.map((state) => ({
    state,
    events: state.head.eventIds.flatMap((id) => events.get(id) ?? []),
  }));
}

/** Events by internal id; ids that do not exist are left out. */
export function findEvents(
  queries: Queries,
  readPayload: PayloadReader,
  internalIds: readonly string[],
): Map<string, EventRecord> {
  const rows = selectIn(queries, EVENTS, internalIds) as EventRow[];
  return new Map(rows.map((row) => [row[0], fromEventRow(row, readPayload)]));
}

/** Runs `<select> IN (…values) <order>`. One value, the usual case, is a plain look-up. */
export function selectIn(
  queries: Queries,
  { select, order = "" }: { readonly select: string; readonly order?: string },
  values: readonly string[],
): unknown[] {
  if (values.length === 0) return [];
  const [only] = values;
  if (values.length === 1 && only !== undefined) {
    return queries.all(`${select} = ? ${order}`, only);
  }
  return queries.all(`${select} IN (SELECT value FROM json_each(?)) ${order}`, toJsonList(values));
}

/** A list as one parameter, for `json_each(?)`: the statement's text does not depend on the list's length. */
export function toJsonList(values: readonly string[]): QueryValue {
  return JSON.stringify(values);
}

function isLive(state: RunState | undefined): boolean {
  return state?.head.status === "queued" || state?.head.status === "running";
}

function emptyState(row: RunRow, readPayload: PayloadReader): RunState {
  return {
    head: fromRunRow(row, readPayload),
    stack: [],
    outputs: new Map<string, JsonText>(),
    inputs: new Map<string, JsonText>(),
    timers: new Map(),
    waits: new Map(),
  };
}
