// Turns a batch of changes into groups of rows by statement: patches of one run become one update, and rows that the batch
// both adds and removes never reach the database. Applied in any order of groups given here, the outcome is that of
// applying the changes one by one. Rows are keyed, so the last word about a key wins.
import type {
  BulkJob,
  Change,
  IdempotencyKey,
  RunHead,
  RunPatch,
  Timer,
  Wait,
} from "@everstep/core";
import { toEventRow } from "./event-rows.ts";
import { emptyFlow, flowRows, gatherFlow, type GatheredFlow } from "./flow-rows.ts";
import { toLineRow } from "./log-rows.ts";
import { toRunPatchRow, toRunResultRow, toRunRow } from "./run-rows.ts";
import { toAttemptRow, toStepRow } from "./step-rows.ts";
import { toTimerRow } from "./timer-rows.ts";
import { toWaitRow, waitSuffix } from "./wait-rows.ts";
import { RUN_ENDS, type SqlValue, type WriteGroup } from "./write-tables.ts";

/** What the batch says about one wait: whether a stored row must go, and which row is there in the end. */
interface WaitFate {
  readonly added: Wait | undefined;
  readonly removedRunId: string | undefined;
}

interface Gathered {
  readonly groups: Map<string, SqlValue[]>;
  readonly runs: Map<string, RunHead>;
  readonly patches: Map<string, RunPatch>;
  /** undefined: a stored timer that is removed. */
  readonly timers: Map<number, Timer | undefined>;
  readonly waits: Map<string, WaitFate>;
  readonly waitPaths: Map<string, SqlValue[]>;
  readonly cancellations: Map<string, SqlValue[] | undefined>;
  /** The newest word about each job that was stored before. */
  readonly bulkJobs: Map<string, BulkJob>;
  readonly flow: GatheredFlow;
}

/** Most patches of runs have neither a result nor an end. `append` passes it over, so that nothing is ever added to it. */
const NO_ROW: SqlValue[] = [];

/**
 * @param knownPaths Keys (`waitPathKey`) of the wait paths that are already stored; they are left out.
 * @returns Groups in the order in which they are to be written.
 */
export function groupChanges(
  changes: readonly Change[],
  knownPaths: ReadonlySet<string>,
): WriteGroup[] {
  const gathered: Gathered = {
    groups: new Map(),
    runs: new Map(),
    patches: new Map(),
    timers: new Map(),
    waits: new Map(),
    waitPaths: new Map(),
    cancellations: new Map(),
    bulkJobs: new Map(),
    flow: emptyFlow(),
  };
  for (const change of changes) gather(gathered, change);
  const groups = new Map<string, SqlValue[]>();
  addTimers(groups, gathered.timers);
  addWaits(groups, gathered.waits);
  for (const [key, row] of gathered.waitPaths) {
    if (!knownPaths.has(key)) append(groups, "wait_paths", row);
  }
  for (const [statement, values] of gathered.groups) append(groups, statement, values);
  addRuns(groups, gathered);
  addCancellations(groups, gathered.cancellations);
  for (const job of gathered.bulkJobs.values()) {
    append(groups, "bulk_job_save", [job.id, JSON.stringify(job)]);
  }
  for (const [statement, row] of flowRows(gathered.flow)) append(groups, statement, row);
  return inWritingOrder(groups);
}

/** Identifies a wait path in `knownPaths`. */
export function waitPathKey(eventName: string, path: string): string {
  return JSON.stringify([eventName, path]);
}

function gather(gathered: Gathered, change: Change): void {
  const { groups, timers } = gathered;
  switch (change.type) {
    case "event_added":
      return append(groups, "events", toEventRow(change.event));
    case "run_added":
      gathered.runs.set(change.run.id, change.run);
      return;
    case "run_patched":
      return gatherPatch(gathered, change.runId, change.patch);
    case "step_added":
      return append(groups, "steps", toStepRow(change.step));
    case "step_input_set":
      return append(groups, "step_inputs", [change.runId, change.stepId, change.inputJson]);
    case "attempt_added":
      return append(groups, "attempts", toAttemptRow(change.attempt));
    case "log_line_added":
      return append(groups, "run_log_lines", toLineRow(change.line));
    case "timer_added":
      timers.set(change.timer.id, change.timer);
      return;
    case "timer_removed":
      return gatherTimerRemoval(timers, change.timerId);
    case "timer_attempt_reset":
      return gatherAttemptReset(gathered, change.timerId);
    case "timer_started":
      return gatherStart(gathered, change.timerId);
    case "timer_called":
      return gatherCalled(gathered, change.timerId, change.atMs);
    case "wait_added":
      return gatherWait(gathered, change.wait);
    case "wait_removed":
      // Removed even when the batch added it: the same wait may be reported again while an older row of it is stored.
      gathered.waits.set(change.waitId, { added: undefined, removedRunId: change.runId });
      return;
    case "idempotency_key_added":
      return append(groups, "idempotency_keys", toIdempotencyRow(change.key));
    case "app_saved":
      return append(groups, "apps", [change.app.id, JSON.stringify(change.app)]);
    case "function_saved":
      return append(groups, "functions", [change.function.id, JSON.stringify(change.function)]);
    case "cancellation_saved": {
      const { cancellation } = change;
      gathered.cancellations.set(cancellation.id, [cancellation.id, JSON.stringify(cancellation)]);
      return;
    }
    case "cancellation_removed":
      gathered.cancellations.set(change.cancellationId, undefined);
      return;
    case "bulk_added":
      gathered.bulkJobs.set(change.job.id, change.job);
      return append(groups, "bulk_jobs", [
        change.job.id,
        JSON.stringify(change.job),
        JSON.stringify(change.request),
      ]);
    case "bulk_saved":
      gathered.bulkJobs.set(change.job.id, change.job);
      return;
    case "bulk_removed":
      return append(groups, "bulk_job_delete", [change.jobId]);
    default:
      gatherFlow(gathered.flow, change);
  }
}

function gatherPatch({ runs, patches }: Gathered, runId: string, patch: RunPatch): void {
  const added = runs.get(runId);
  if (added === undefined) {
    const earlier = patches.get(runId);
    patches.set(runId, earlier === undefined ? patch : { ...earlier, ...patch });
  } else runs.set(runId, { ...added, ...patch });
}

function gatherWait({ waits, waitPaths }: Gathered, wait: Wait): void {
  waits.set(wait.id, { added: wait, removedRunId: waits.get(wait.id)?.removedRunId });
  const { eventName, matchPath } = wait;
  if (matchPath === undefined) return;
  waitPaths.set(waitPathKey(eventName, matchPath), [eventName, matchPath]);
}

/**
 * Timer ids are never used twice, so a timer that this batch added is stored nowhere and simply vanishes. A stored one may be
 * removed twice: by an event that sets a debounce aside, and by the timer's own turn right after it.
 */
function gatherTimerRemoval(timers: Gathered["timers"], id: number): void {
  if (timers.get(id) !== undefined) timers.delete(id);
  else timers.set(id, undefined);
}

function gatherAttemptReset({ groups, timers }: Gathered, id: number): void {
  const added = timers.get(id);
  if (added !== undefined) timers.set(id, { ...added, attempt: 0 });
  else if (!timers.has(id)) append(groups, "timer_attempt_reset", [id]);
}

function gatherStart({ groups, timers }: Gathered, id: number): void {
  const added = timers.get(id);
  if (added === undefined) {
    if (!timers.has(id)) append(groups, "timer_started", [id]);
    return;
  }
  const { isStart: _started, ...later } = added;
  timers.set(id, later);
}

function gatherCalled({ groups, timers }: Gathered, id: number, atMs: number): void {
  const added = timers.get(id);
  if (added !== undefined) timers.set(id, { ...added, calledAtMs: atMs });
  else if (!timers.has(id)) append(groups, "timer_called", [atMs, id]);
}

function addTimers(groups: Map<string, SqlValue[]>, timers: Gathered["timers"]): void {
  for (const [id, added] of timers) {
    if (added === undefined) append(groups, "timer_delete", [id]);
    else append(groups, "timers", toTimerRow(added));
  }
}

function addWaits(groups: Map<string, SqlValue[]>, waits: Gathered["waits"]): void {
  for (const [id, { added, removedRunId }] of waits) {
    if (removedRunId !== undefined) {
      append(groups, "wait_delete", [removedRunId, waitSuffix(id, removedRunId)]);
    }
    if (added !== undefined) append(groups, "waits", toWaitRow(added));
  }
}

function addRuns(groups: Map<string, SqlValue[]>, { runs, patches }: Gathered): void {
  for (const run of runs.values()) {
    append(groups, "runs", toRunRow(run));
    for (const eventId of run.eventIds.slice(1)) append(groups, "run_events", [eventId, run.id]);
    append(groups, "run_results", toRunResultRow(run.id, run) ?? NO_ROW);
    append(groups, RUN_ENDS, endOf(run.id, run));
  }
  for (const [runId, patch] of patches) {
    const row = toRunPatchRow(runId, patch);
    if (row !== undefined) append(groups, row.statement, row.values);
    append(groups, "run_results", toRunResultRow(runId, patch) ?? NO_ROW);
    append(groups, RUN_ENDS, endOf(runId, patch));
  }
}

function endOf(runId: string, { endedAtMs, status }: RunPatch): SqlValue[] {
  return endedAtMs === undefined ? NO_ROW : [runId, endedAtMs, status ?? ""];
}

function addCancellations(
  groups: Map<string, SqlValue[]>,
  cancellations: Gathered["cancellations"],
): void {
  for (const [id, row] of cancellations) {
    if (row === undefined) append(groups, "cancellation_delete", [id]);
    else append(groups, "cancellations", row);
  }
}

function toIdempotencyRow({ key, functionId, runId, expiresAtMs }: IdempotencyKey): SqlValue[] {
  return [key, functionId, runId, expiresAtMs];
}

function append(groups: Map<string, SqlValue[]>, statement: string, row: SqlValue[]): void {
  if (row.length === 0) return;
  const values = groups.get(statement);
  if (values === undefined) groups.set(statement, row);
  else for (const value of row) values.push(value);
}

/** Removals come first, because a key may be added again; then runs, because other rows refer to them. */
function inWritingOrder(groups: Map<string, SqlValue[]>): WriteGroup[] {
  const ordered = [...groups].map(([statement, values]) => ({ statement, values }));
  const rank = ({ statement }: WriteGroup): number => {
    if (statement.endsWith("_delete")) return 0;
    return statement === "runs" ? 1 : 2;
  };
  return ordered.toSorted((a, b) => rank(a) - rank(b));
}
