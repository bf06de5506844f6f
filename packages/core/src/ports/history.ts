// The read port: what people and their tools ask. Reads see every commit that has resolved. Never used for decisions.
import type { EventRecord, LogLevel } from "@everstep/protocol";
import type { CancellationRecord } from "../model/change.ts";
import type { ControlAudit, EventOutcome } from "../model/flow.ts";
import type { AttemptRecord, RunHead, RunLogLine, RunStatus, StepRecord } from "../model/run.ts";
import type { Timer } from "../model/timer.ts";
import type { Wait } from "../model/wait.ts";
import type { Awaitable } from "./store.ts";

export interface EventFilter {
  readonly names?: readonly string[];
  /** Names starting `inngest/`. Default false. */
  readonly includeInternal?: boolean;
  /** receivedAtMs bounds: from inclusive, until exclusive. */
  readonly fromMs?: number;
  readonly untilMs?: number;
}

/** Newest first; `before` is the last internalId seen (exclusive). */
export interface EventPage {
  readonly filter: EventFilter;
  readonly before?: string;
  readonly limit: number;
}

export type RunTimeField = "createdAtMs" | "startedAtMs" | "endedAtMs";

export interface RunFilter {
  readonly statuses?: readonly RunStatus[];
  readonly functionIds?: readonly string[];
  readonly eventNames?: readonly string[];
  readonly timeField: RunTimeField;
  /** Inclusive / exclusive bounds on the time field, epoch ms. Runs without that time are left out when a bound is set. */
  readonly fromMs?: number;
  readonly untilMs?: number;
}

export interface RunPage {
  readonly filter: RunFilter;
  readonly order: "asc" | "desc";
  /** Exclusive start: time field value and id of the last run seen. */
  readonly after?: { readonly timeMs: number; readonly id: string };
  readonly limit: number;
  /** Runs come without their outputs, each of which may be megabytes. */
  readonly omitOutput?: boolean;
}

/** Lines of a run in the order in which they were recorded; each filter that is given must hold. */
export interface RunLogPage {
  readonly runId: string;
  readonly levels?: readonly LogLevel[];
  /** Hashed id. */
  readonly stepId?: string;
  /** Exclusive start: the position of the last line seen. */
  readonly after?: number;
  readonly limit: number;
}

/** Everything recorded of one run besides its head and its log lines. */
export interface RunDetail {
  /** In order of completion. */
  readonly steps: readonly StepRecord[];
  /** In order of their generation. */
  readonly attempts: readonly AttemptRecord[];
  /** Open work and open waits; empty for an ended run. */
  readonly timers: readonly Timer[];
  readonly waits: readonly Wait[];
}

/** Runs that ended, as one bar of a histogram. There may be several of the same: they are to be added. */
export interface EndedRuns {
  readonly functionId: string;
  readonly status: RunStatus;
  /** Index of the slice of time in which they ended. */
  readonly slice: number;
  /** What was measured, to 3 %; absent for runs that never started, and when nothing is measured. */
  readonly ms?: number;
  readonly count: number;
}

export interface EndedRunsQuery {
  /** Slices of endedAtMs: the first begins here, and all have this width. */
  readonly fromMs: number;
  readonly sliceMs: number;
  readonly slices: number;
  readonly functionIds: readonly string[];
  /** `duration`: start to end. `queue`: creation to start. Absent: only counts. */
  readonly measure?: "duration" | "queue";
}

/** Runs of a function that have not ended. */
export interface LiveRuns {
  readonly functionId: string;
  readonly status: RunStatus;
  readonly count: number;
  readonly oldestAtMs: number;
}

export interface FailureGroupsQuery {
  /** endedAtMs bounds: from inclusive, until exclusive. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Counts are told for slices of this width. */
  readonly sliceMs: number;
  readonly functionIds?: readonly string[];
  /** Groups to tell of; all are counted. */
  readonly limit: number;
}

/** Failed runs with the same function, step and error. */
export interface FailureGroup {
  readonly fingerprint: string;
  readonly functionId: string;
  /** The name of the step that failed last. */
  readonly stepName?: string;
  readonly errorName: string;
  /** Of the newest run, cut at 2,000 characters. */
  readonly errorMessage: string;
  /** Of all its runs, also outside the span. */
  readonly firstSeenAtMs: number;
  readonly lastSeenAtMs: number;
  /** Runs in the span, in all and by slice; slices without runs are left out. */
  readonly count: number;
  readonly slices: readonly { readonly slice: number; readonly count: number }[];
  /** Newest first, at most 10 of the span. */
  readonly sampleRunIds: readonly string[];
}

export interface FailureGroups {
  /** Last seen first. */
  readonly groups: readonly FailureGroup[];
  readonly groupCount: number;
  readonly runCount: number;
  /** False: runs that failed before an upgrade are still being looked through. */
  readonly isComplete: boolean;
}

export interface FailedRunsQuery {
  readonly fingerprint: string;
  /** endedAtMs bounds: from inclusive, until exclusive. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Exclusive start: end and id of the last run seen. */
  readonly after?: { readonly timeMs: number; readonly id: string };
  readonly limit: number;
}

export interface FailedRun {
  readonly runId: string;
  readonly endedAtMs: number;
}

export interface EventNameCount {
  readonly name: string;
  readonly count: number;
  /** Internal id of the newest event of the name. */
  readonly lastEventId: string;
}

export interface StoreStats {
  readonly databaseBytes: number;
}

export interface History {
  findEvents(internalIds: readonly string[]): Awaitable<readonly EventRecord[]>;
  listEvents(page: EventPage): Awaitable<readonly EventRecord[]>;
  countEvents(filter: EventFilter): Awaitable<number>;
  findRun(runId: string): Awaitable<RunHead | undefined>;
  listRuns(page: RunPage): Awaitable<readonly RunHead[]>;
  countRuns(filter: RunFilter): Awaitable<number>;
  /** Runs of a function by slice of createdAtMs; slices as in EndedRunsQuery. Slices without runs are left out. */
  countRunsBySlice(query: {
    readonly functionId: string;
    readonly fromMs: number;
    readonly sliceMs: number;
    readonly slices: number;
  }): Awaitable<readonly { readonly slice: number; readonly count: number }[]>;
  /** Statuses without runs are left out. */
  countRunsByStatus(filter: RunFilter): Awaitable<ReadonlyMap<RunStatus, number>>;
  /** Outcomes and times of the runs that ended in slices of time, summed up. In no order. */
  summarizeEndedRuns(query: EndedRunsQuery): Awaitable<readonly EndedRuns[]>;
  summarizeLiveRuns(): Awaitable<readonly LiveRuns[]>;
  /** Failed runs of a span in groups. */
  listFailureGroups(query: FailureGroupsQuery): Awaitable<FailureGroups>;
  /** Runs of a group, oldest end first. */
  listFailedRuns(query: FailedRunsQuery): Awaitable<readonly FailedRun[]>;
  countFailedRuns(query: Omit<FailedRunsQuery, "after" | "limit">): Awaitable<number>;
  /** The run that failed last, of each function that has one. */
  listLastFailures(): Awaitable<readonly { readonly functionId: string; readonly runId: string }[]>;
  /** Every name under which an event is kept, in the order of names. */
  countEventNames(): Awaitable<readonly EventNameCount[]>;
  /** Oldest first. */
  listRunsOfEvent(
    internalEventId: string,
    page: { afterRunId?: string; limit: number; omitOutput?: boolean },
  ): Awaitable<readonly RunHead[]>;
  /** Outcomes of an event that were no run of its own, oldest first. */
  listEventOutcomes(internalEventId: string): Awaitable<readonly EventOutcome[]>;
  /** The run of a batch or debounce; undefined while it is open. */
  findRunOfGroup(groupId: string): Awaitable<RunHead | undefined>;
  /** Newest first. */
  listControlAudits(functionId: string, limit: number): Awaitable<readonly ControlAudit[]>;
  readRunDetail(runId: string): Awaitable<RunDetail>;
  listRunLogs(page: RunLogPage): Awaitable<readonly RunLogLine[]>;
  findStep(runId: string, stepId: string): Awaitable<StepRecord | undefined>;
  listCancellations(): Awaitable<readonly CancellationRecord[]>;
  stats(): Awaitable<StoreStats>;
}
