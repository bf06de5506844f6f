// A History over a list of committed changes, in memory. It serves the tests of this folder: slow and obviously right, it
// answers every read by folding what was committed. Not for production; stores have their own.
import type {
  AttemptRecord,
  Change,
  EventFilter,
  History,
  RunFilter,
  RunHead,
  StepRecord,
  Timer,
  Wait,
} from "@everstep/core";
import type { EventRecord } from "@everstep/protocol";

export interface ChangeHistory extends History {
  commit(...changes: readonly Change[]): void;
  /** Names of the reads that were made, in order. */
  readonly reads: string[];
}

interface Tables {
  readonly events: Map<string, EventRecord>;
  readonly runs: Map<string, RunHead>;
  readonly steps: StepRecord[];
  readonly attempts: AttemptRecord[];
  readonly timers: Map<number, Timer>;
  readonly waits: Map<string, Wait>;
}

export function createChangeHistory(): ChangeHistory {
  const tables: Tables = {
    events: new Map(),
    runs: new Map(),
    steps: [],
    attempts: [],
    timers: new Map(),
    waits: new Map(),
  };
  const reads: string[] = [];
  const history: History = { ...eventReads(tables), ...runReads(tables), ...otherReads() };
  const counted = Object.entries(history).map(([name, read]: [string, unknown]) => [
    name,
    (...args: unknown[]): unknown => {
      reads.push(name);
      return (read as (...args: unknown[]) => unknown)(...args);
    },
  ]);
  return {
    ...(Object.fromEntries(counted) as History),
    reads,
    commit: (...changes) => {
      for (const change of changes) apply(tables, change);
    },
  };
}

function apply(tables: Tables, change: Change): void {
  switch (change.type) {
    case "event_added":
      tables.events.set(change.event.internalId, change.event);
      return;
    case "run_added":
      tables.runs.set(change.run.id, change.run);
      return;
    case "run_patched": {
      const run = tables.runs.get(change.runId);
      if (run !== undefined) tables.runs.set(run.id, { ...run, ...change.patch });
      return;
    }
    case "step_added":
      tables.steps.push(change.step);
      return;
    case "attempt_added":
      tables.attempts.push(change.attempt);
      return;
    case "timer_added":
      tables.timers.set(change.timer.id, change.timer);
      return;
    case "timer_removed":
      tables.timers.delete(change.timerId);
      return;
    case "wait_added":
      tables.waits.set(change.wait.id, change.wait);
      return;
    case "wait_removed":
      tables.waits.delete(change.waitId);
      return;
    default:
      throw new Error(`no test of GraphQL commits ${change.type}`);
  }
}

type EventReads = Pick<History, "findEvents" | "listEvents" | "countEvents">;

function eventReads({ events }: Tables): EventReads {
  const select = (filter: EventFilter): EventRecord[] =>
    [...events.values()]
      .filter(
        (event) =>
          (filter.names === undefined || filter.names.includes(event.name)) &&
          (filter.includeInternal === true || !event.name.startsWith("inngest/")) &&
          event.receivedAtMs >= (filter.fromMs ?? -Infinity) &&
          event.receivedAtMs < (filter.untilMs ?? Infinity),
      )
      .toSorted((left, right) => (left.internalId < right.internalId ? 1 : -1));
  return {
    findEvents: (ids) => ids.flatMap((id) => events.get(id) ?? []),
    listEvents: ({ filter, before, limit }) =>
      select(filter)
        .filter((event) => before === undefined || event.internalId < before)
        .slice(0, limit),
    countEvents: (filter) => select(filter).length,
  };
}

/** GraphQL reads no statistics and no logs: whoever asks for them gets an error. */
type Statistics = Pick<
  History,
  | "countRunsByStatus"
  | "summarizeEndedRuns"
  | "summarizeLiveRuns"
  | "countRunsBySlice"
  | "listFailureGroups"
  | "listFailedRuns"
  | "countFailedRuns"
  | "listLastFailures"
  | "countEventNames"
  | "listRunLogs"
>;

type RunReads = Omit<
  History,
  | keyof EventReads
  | keyof Statistics
  | "listEventOutcomes"
  | "listControlAudits"
  | "listCancellations"
  | "stats"
>;

function runReads(tables: Tables): RunReads {
  const { runs, steps, attempts, timers, waits } = tables;
  const select = (filter: RunFilter): RunHead[] =>
    [...runs.values()].filter((run) => matchesFilter(run, filter));
  return {
    findRun: (id) => runs.get(id),
    listRuns: ({ filter, order, after, limit }) => {
      const key = (run: RunHead): number => run[filter.timeField] ?? 0;
      const sign = order === "asc" ? 1 : -1;
      const compare = (atMs: number, id: string, run: RunHead): number =>
        sign * (atMs - key(run) || (id < run.id ? -1 : Number(id !== run.id)));
      return select(filter)
        .filter((run) => run[filter.timeField] !== undefined)
        .filter((run) => after === undefined || compare(after.timeMs, after.id, run) < 0)
        .toSorted((left, right) => compare(key(left), left.id, right))
        .slice(0, limit);
    },
    countRuns: (filter) => select(filter).length,
    listRunsOfEvent: (eventId, { limit }) =>
      [...runs.values()].filter((run) => run.eventIds.includes(eventId)).slice(0, limit),
    findRunOfGroup: (groupId) =>
      [...runs.values()].find(
        ({ flow }) => flow?.batchId === groupId || flow?.debounceId === groupId,
      ),
    readRunDetail: (id) => ({
      steps: steps.filter((step) => step.runId === id),
      attempts: attempts.filter((attempt) => attempt.runId === id),
      timers: [...timers.values()].filter((timer) => timer.runId === id),
      waits: [...waits.values()].filter((wait) => wait.runId === id),
    }),
    findStep: (runId, stepId) =>
      steps.find((step) => step.runId === runId && step.stepId === stepId),
  };
}

function matchesFilter(run: RunHead, filter: RunFilter): boolean {
  const isBound = filter.fromMs !== undefined || filter.untilMs !== undefined;
  const atMs = run[filter.timeField];
  if (isBound && atMs === undefined) return false;
  return (
    (filter.statuses === undefined || filter.statuses.includes(run.status)) &&
    (filter.functionIds === undefined || filter.functionIds.includes(run.functionId)) &&
    (filter.eventNames === undefined || filter.eventNames.includes(run.eventName)) &&
    (atMs ?? 0) >= (filter.fromMs ?? -Infinity) &&
    (atMs ?? 0) < (filter.untilMs ?? Infinity)
  );
}

function otherReads(): Omit<History, keyof EventReads | keyof RunReads> {
  return {
    listEventOutcomes: () => [],
    listControlAudits: () => [],
    listCancellations: () => [],
    stats: () => ({ databaseBytes: 0 }),
    countRunsByStatus: refuse,
    summarizeEndedRuns: refuse,
    summarizeLiveRuns: refuse,
    countRunsBySlice: refuse,
    listFailureGroups: refuse,
    listFailedRuns: refuse,
    countFailedRuns: refuse,
    listLastFailures: refuse,
    countEventNames: refuse,
    listRunLogs: refuse,
  };
}

function refuse(): never {
  throw new Error("GraphQL reads no statistics and no logs");
}
