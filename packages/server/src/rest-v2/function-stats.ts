// How functions do: outcomes, durations, queue delays and backlog, for lists and charts.
import type { FunctionMetrics, FunctionStats } from "@everstep/api";
import type { EndedRuns, FunctionRecord, RunHead } from "@everstep/core";
import { EverstepError } from "@everstep/protocol";
import { parseTime } from "../rest/query-params.ts";
import type { ApiContext } from "./api-context.ts";
import {
  addBar,
  percentileOf,
  sliceTime,
  type OutcomeCache,
  type TimeSlices,
} from "./outcome-cache.ts";
import { toTime, toTimeIf } from "./wire.ts";

const DAY_MS = 86_400_000;
const BACKLOG_READ_MAX = 5_000;
const BACKLOG_KEYS_MAX = 50;

/** The last 24 hours unless the caller says otherwise. @throws EverstepError argument_invalid. */
export function askedSlices(
  { nowMs }: ApiContext,
  asked: {
    readonly from?: string | undefined;
    readonly until?: string | undefined;
    readonly buckets: number;
  },
): TimeSlices {
  const untilMs = asked.until === undefined ? nowMs() : parseTime(asked.until, "until");
  const fromMs = asked.from === undefined ? untilMs - DAY_MS : parseTime(asked.from, "from");
  if (fromMs < untilMs) return sliceTime(fromMs, untilMs, asked.buckets);
  throw new EverstepError(
    "argument_invalid",
    `"from" is ${toTime(fromMs)}, which is not before "until" (${toTime(untilMs)}).`,
  );
}

interface Counts {
  completed: number;
  failed: number;
  cancelled: number;
}

interface Tally {
  readonly slices: Counts[];
  readonly bars: Map<number, number>;
}

/** Statistics by function id; a function without runs has an entry on demand. */
export async function readStats(
  context: ApiContext,
  outcomes: OutcomeCache,
  slices: TimeSlices,
): Promise<(functionId: string) => Promise<FunctionStats>> {
  const tallies = new Map<string, Tally>();
  const { starts, sliceMs } = slices;
  const tallyOf = (functionId: string): Tally => {
    let tally = tallies.get(functionId);
    if (tally === undefined) {
      tally = { slices: starts.map(noCounts), bars: new Map() };
      tallies.set(functionId, tally);
    }
    return tally;
  };
  for (const [index, fromMs] of starts.entries()) {
    for (const row of await outcomes.read({ fromMs, untilMs: fromMs + sliceMs }, "duration")) {
      const tally = tallyOf(row.functionId);
      addCount(tally.slices[index], row);
      if (row.status === "completed" || row.status === "failed") addBar(tally.bars, row);
    }
  }
  const live = new Map<string, number>();
  for (const { functionId, count } of await context.history.summarizeLiveRuns()) {
    live.set(functionId, (live.get(functionId) ?? 0) + count);
  }
  const failures = new Map(
    (await context.history.listLastFailures()).map((each) => [each.functionId, each.runId]),
  );
  return async (functionId) => ({
    ...toStats(tallyOf(functionId), slices),
    active: live.get(functionId) ?? 0,
    lastFailure: await lastFailure(context, failures.get(functionId)),
  });
}

function toStats(
  { slices: counts, bars }: Tally,
  slices: TimeSlices,
): Omit<FunctionStats, "active"> {
  const total = noCounts();
  for (const each of counts) {
    total.completed += each.completed;
    total.failed += each.failed;
    total.cancelled += each.cancelled;
  }
  const judged = total.completed + total.failed;
  return {
    from: toTime(slices.fromMs),
    until: toTime(slices.untilMs),
    bucketMs: slices.sliceMs,
    ended: judged + total.cancelled,
    ...total,
    successRate: judged === 0 ? undefined : total.completed / judged,
    p50Ms: percentileOf(bars, 0.5),
    p95Ms: percentileOf(bars, 0.95),
    buckets: counts.map((each, index) => ({ at: toTime(slices.starts[index] ?? 0), ...each })),
  };
}

async function lastFailure(
  { history }: ApiContext,
  runId: string | undefined,
): Promise<FunctionStats["lastFailure"]> {
  const run = runId === undefined ? undefined : await history.findRun(runId);
  if (run === undefined) return undefined;
  const { error } = run;
  return {
    runId: run.id,
    at: toTime(run.endedAtMs ?? run.createdAtMs),
    error: error === undefined ? undefined : { name: error.name, message: error.message },
  };
}

function noCounts(): Counts {
  return { completed: 0, failed: 0, cancelled: 0 };
}

function addCount(counts: Counts | undefined, { status, count }: EndedRuns): void {
  if (counts === undefined) return;
  if (status === "completed" || status === "failed" || status === "cancelled") {
    counts[status] += count;
  }
}

export async function readMetrics(
  context: ApiContext,
  outcomes: OutcomeCache,
  fn: FunctionRecord,
  slices: TimeSlices,
): Promise<FunctionMetrics> {
  const buckets: FunctionMetrics["buckets"] = [];
  for (const fromMs of slices.starts) {
    const slice = { fromMs, untilMs: fromMs + slices.sliceMs };
    const counts = noCounts();
    const durations = new Map<number, number>();
    const delays = new Map<number, number>();
    for (const row of await outcomes.read(slice, "duration")) {
      if (row.functionId !== fn.id) continue;
      addCount(counts, row);
      if (row.status === "completed" || row.status === "failed") addBar(durations, row);
    }
    for (const row of await outcomes.read(slice, "queue")) {
      if (row.functionId === fn.id) addBar(delays, row);
    }
    const filter = { functionIds: [fn.id], timeField: "createdAtMs", ...slice } as const;
    buckets.push({
      at: toTime(fromMs),
      queued: await context.history.countRuns(filter),
      ...counts,
      p50Ms: percentileOf(durations, 0.5),
      p95Ms: percentileOf(durations, 0.95),
      queueP50Ms: percentileOf(delays, 0.5),
      queueP95Ms: percentileOf(delays, 0.95),
    });
  }
  return {
    from: toTime(slices.fromMs),
    until: toTime(slices.untilMs),
    bucketMs: slices.sliceMs,
    buckets,
    backlog: await readBacklog(context, fn.id),
  };
}

async function readBacklog(
  { history }: ApiContext,
  functionId: string,
): Promise<FunctionMetrics["backlog"]> {
  const live = await history.summarizeLiveRuns();
  const queued = live.find((each) => each.functionId === functionId && each.status === "queued");
  const runs = await history.listRuns({
    filter: { statuses: ["queued"], functionIds: [functionId], timeField: "createdAtMs" },
    order: "asc",
    limit: BACKLOG_READ_MAX,
  });
  const groups = new Map<string, RunHead[]>();
  for (const run of runs) {
    const key = JSON.stringify(run.flow?.keys ?? {});
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [run]);
    else group.push(run);
  }
  const byKey = [...groups].map(([key, group]) => ({
    keys: JSON.parse(key) as Record<string, string>,
    count: group.length,
    oldestAt: toTime(group[0]?.createdAtMs ?? 0),
  }));
  return {
    total: queued?.count ?? 0,
    oldestAt: toTimeIf(queued?.oldestAtMs),
    byKey: byKey.toSorted((a, b) => b.count - a.count).slice(0, BACKLOG_KEYS_MAX),
    isExact: runs.length < BACKLOG_READ_MAX,
  };
}
