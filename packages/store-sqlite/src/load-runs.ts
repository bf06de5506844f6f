// Loads runs for a decision: head, outputs in order of completion, edited inputs, open timers and waits, and the events.
// A few statements for any number of runs; ended runs come without timers and waits.
import type { LoadedRun, RunState } from "@everstep/core";
import type { EventRecord, JsonText } from "@everstep/protocol";
import { EVENT_COLUMNS, fromEventRow, type EventRow } from "./event-rows.ts";
import type { PayloadReader } from "./payload-reader.ts";
import type { Queries, QueryValue } from "./queries.ts";
import { fromRunRow, RUN_COLUMNS, RUN_SOURCE, type RunRow } from "./run-rows.ts";
import { fromTimerRow, TIMER_COLUMNS, TIMER_SOURCE, type TimerRow } from "./timer-rows.ts";
import { fromWaitRow, WAIT_COLUMNS, WAIT_SOURCE, type WaitRow } from "./wait-rows.ts";

type HeadRow = [...RunRow, no: number];
type OutputRow = [runNo: number, stepId: string, output: string | Uint8Array];
type InputRow = [runNo: number, stepId: string, inputJson: string];

const HEADS = { select: `SELECT ${RUN_COLUMNS}, runs.no FROM ${RUN_SOURCE} WHERE runs.id` };
const OUTPUTS = {
  select: "SELECT run_no, step_id, output_or_hash FROM steps WHERE run_no",
  order: "ORDER BY run_no, position",
};
const INPUTS = { select: "SELECT run_no, step_id, input_json FROM step_inputs WHERE run_no" };
const TIMERS = { select: `SELECT ${TIMER_COLUMNS} FROM ${TIMER_SOURCE} WHERE timers.run_no` };
const WAITS = { select: `SELECT ${WAIT_COLUMNS} FROM ${WAIT_SOURCE} WHERE waits.run_no` };
const EVENTS = { select: `SELECT ${EVENT_COLUMNS} FROM events WHERE internal_id` };

/** Call it inside a snapshot. */
export function loadRuns(
  queries: Queries,
  readPayload: PayloadReader,
  runIds: readonly string[],
): LoadedRun[] {
  const heads = selectIn(queries, HEADS, runIds) as HeadRow[];
  const states = heads.map((row) => emptyState(row, readPayload));
  const byNo = new Map(heads.map((row, index) => [row.at(-1) as number, states[index]]));
  const byId = new Map(states.map((state) => [state.head.id, state]));
  const nos = [...byNo.keys()];
  const liveNos = nos.filter((no) => isLive(byNo.get(no)));
  for (const [no, stepId, output] of selectIn(queries, OUTPUTS, nos) as OutputRow[]) {
    const state = byNo.get(no);
    state?.stack.push(stepId);
    state?.outputs.set(stepId, readPayload(output));
  }
  for (const [no, stepId, input] of selectIn(queries, INPUTS, nos) as InputRow[]) {
    byNo.get(no)?.inputs.set(stepId, input);
  }
  for (const row of selectIn(queries, TIMERS, liveNos) as TimerRow[]) {
    const timer = fromTimerRow(row);
    byId.get(timer.runId ?? "")?.timers.set(timer.id, timer);
  }
  for (const row of selectIn(queries, WAITS, liveNos) as WaitRow[]) {
    const wait = fromWaitRow(row);
    byId.get(wait.runId)?.waits.set(wait.id, wait);
  }
  return withEvents(queries, readPayload, states);
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
  values: readonly (string | number)[],
): unknown[] {
  if (values.length === 0) return [];
  const [only] = values;
  if (values.length === 1 && only !== undefined) {
    return queries.all(`${select} = ? ${order}`, only);
  }
  return queries.all(`${select} IN (SELECT value FROM json_each(?)) ${order}`, toJsonList(values));
}

/** A list as one parameter, for `json_each(?)`: the statement's text does not depend on the list's length. */
export function toJsonList(values: readonly (string | number)[]): QueryValue {
  return JSON.stringify(values);
}

function isLive(state: RunState | undefined): boolean {
  return state?.head.status === "queued" || state?.head.status === "running";
}

function emptyState(row: HeadRow, readPayload: PayloadReader): RunState {
  return {
    head: fromRunRow(row.slice(0, -1) as RunRow, readPayload),
    stack: [],
    outputs: new Map<string, JsonText>(),
    inputs: new Map<string, JsonText>(),
    timers: new Map(),
    waits: new Map(),
  };
}
