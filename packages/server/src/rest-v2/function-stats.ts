// How functions do: outcomes, durations, queue delays and backlog, for lists and charts.
import type { FunctionMetrics, FunctionStats } from "@everstep/api";
import type { EndedRuns, EndedRunsQuery, FunctionRecord, RunHead } from "@everstep/core";
import { EverstepError } from "@everstep/protocol";
import { parseTime } from "../rest/query-params.ts";
import type { ApiContext } from "./api-context.ts";
import { addBar, percentileOf, sliceTime, type TimeSlices } from "./time-slices.ts";
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
  functionIds: readonly string[],
  slices: TimeSlices,
): Promise<(functionId: string) => Promise<FunctionStats>> {
  const { history } = context;
  const tallies = new Map<string, Tally>();
  const tallyOf = (functionId: string): Tally => {
    let tally = tallies.get(functionId);
    if (tally === undefined) {
      tally = { slices: slices.starts.map(noCounts), bars: new Map() };
      tallies.set(functionId, tally);
    }
    return tally;
  };
  const counted = await history.summarizeEndedRuns({ ...sliced(slices), functionIds });
  for (const row of counted) addCount(tallyOf(row.functionId).slices[row.slice], row);
  const whole = { fromMs: slices.fromMs, sliceMs: slices.untilMs - slices.fromMs, slices: 1 };
  const measured = { ...whole, functionIds, measure: "duration" } as const;
  for (const row of await history.summarizeEndedRuns(measured)) {
    if (isJudged(row)) addBar(tallyOf(row.functionId).bars, row);
  }
  const live = new Map<string, number>();
  for (const { functionId, count } of await history.summarizeLiveRuns()) {
    live.set(functionId, (live.get(functionId) ?? 0) + count);
  }
  const failures = new Map(
    (await history.listLastFailures()).map((each) => [each.functionId, each.runId]),
  );
  return async (functionId) => ({
    ...toStats(tallyOf(functionId), slices),
    active: live.get(functionId) ?? 0,
    lastFailure: await lastFailure(context, failures.get(functionId)),
  });
}

function sliced({
  fromMs,
  sliceMs,
  starts,
}: TimeSlices): Pick<EndedRunsQuery, "fromMs" | "sliceMs" | "slices"> {
  return { fromMs, sliceMs, slices: starts.length };
}

/** How long a run took says something when it came to an end of its own. */
function isJudged({ status }: EndedRuns): boolean {
  return status === "completed" || status === "failed";
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
  fn: FunctionRecord,
  slices: TimeSlices,
): Promise<FunctionMetrics> {
  const { history } = context;
  const parts = slices.starts.map(() => ({
    counts: noCounts(),
    durations: new Map<number, number>(),
    delays: new Map<number, number>(),
    queued: 0,
  }));
  const asked = { ...sliced(slices), functionIds: [fn.id] };
  for (const row of await history.summarizeEndedRuns({ ...asked, measure: "duration" })) {
    const part = parts[row.slice];
    if (part === undefined) continue;
    addCount(part.counts, row);
    if (isJudged(row)) addBar(part.durations, row);
  }
  for (const row of await history.summarizeEndedRuns({ ...asked, measure: "queue" })) {
    const part = parts[row.slice];
    if (part !== undefined) addBar(part.delays, row);
  }
  const created = await history.countRunsBySlice({ ...sliced(slices), functionId: fn.id });
  for (const { slice, count } of created) {
    const part = parts[slice];
    if (part !== undefined) part.queued = count;
  }
  return {
    from: toTime(slices.fromMs),
    until: toTime(slices.untilMs),
    bucketMs: slices.sliceMs,
    buckets: parts.map(({ counts, durations, delays, queued }, index) => ({
      at: toTime(slices.starts[index] ?? 0),
      queued,
      ...counts,
      p50Ms: percentileOf(durations, 0.5),
      p95Ms: percentileOf(durations, 0.95),
      queueP50Ms: percentileOf(delays, 0.5),
      queueP95Ms: percentileOf(delays, 0.95),
    })),
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
    omitOutput: true,
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
