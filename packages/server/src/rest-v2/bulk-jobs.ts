// Bulk actions: cancel or rerun many runs, one small slice after another, so that the engine goes on with its other work. Jobs live
// in memory: a restart ends them where they are, and the runs that were handled stay handled.
import type { ApiRoutes, BulkJob } from "@everstep/api";
import type { RunHead } from "@everstep/core";
import { EverstepError, createUlidFactory } from "@everstep/protocol";
import { randomBytes } from "node:crypto";
import { parseTime } from "../rest/query-params.ts";
import { ApiError } from "./api-error.ts";
import type { ApiContext } from "./api-context.ts";
import { listRunsOfGroup } from "./failures.ts";
import type { ApiRequest } from "./parse-request.ts";
import { searchRuns, toRunFilter, toSearch, yieldToEngine } from "./run-filter.ts";
import { rerun } from "./run-handlers.ts";
import { toTime } from "./wire.ts";

const JOBS_MAX = 100;
const SLICE = 20;
const PAGE = 200;
const ERRORS_TOLD = 20;
const NEW_RUNS_TOLD = 100;

export type BulkRequest = ApiRequest<ApiRoutes["startBulk"]>["body"];

export interface BulkJobs {
  start(request: BulkRequest): BulkJob;
  get(id: string): BulkJob;
  stop(id: string): BulkJob;
  /** Ends all, when the server closes. */
  stopAll(): void;
}

interface Entry {
  readonly job: BulkJob;
  isStopped: boolean;
}

/** @param onProgress Told of each slice that was handled. */
export function createBulkJobs(context: ApiContext, onProgress: (job: BulkJob) => void): BulkJobs {
  const entries = new Map<string, Entry>();
  const newUlid = createUlidFactory((count) => randomBytes(count));
  const entryOf = (id: string): Entry => {
    const entry = entries.get(id);
    if (entry !== undefined) return entry;
    throw new ApiError({
      code: "not_found",
      message: `There is no bulk action "${id.slice(0, 100)}": they are forgotten when the server restarts.`,
    });
  };
  return {
    start(request) {
      const runs = selectRuns(context, request);
      const job: BulkJob = {
        id: newUlid(context.nowMs()),
        action: request.action,
        status: "RUNNING",
        total: request.runIds?.length,
        done: 0,
        succeeded: 0,
        skipped: 0,
        failed: 0,
        errors: [],
        newRunIds: [],
        startedAt: toTime(context.nowMs()),
      };
      const [oldest] = entries.keys();
      if (entries.size >= JOBS_MAX && oldest !== undefined) entries.delete(oldest);
      const entry = { job, isStopped: false };
      entries.set(job.id, entry);
      void perform(context, { entry, request, runs, onProgress });
      return { ...job };
    },
    get: (id) => ({ ...entryOf(id).job }),
    stop(id) {
      const entry = entryOf(id);
      entry.isStopped = true;
      return { ...entry.job };
    },
    stopAll() {
      for (const entry of entries.values()) entry.isStopped = true;
    },
  };
}

interface Performance {
  readonly entry: Entry;
  readonly request: BulkRequest;
  readonly runs: Selected;
  readonly onProgress: (job: BulkJob) => void;
}

/** Never rejects: what goes wrong is told by the job. */
async function perform(
  context: ApiContext,
  { entry, request, runs, onProgress }: Performance,
): Promise<void> {
  const { job } = entry;
  try {
    const total = await runs.count();
    if (total !== undefined) job.total = total;
    for await (const ids of runs.slices()) {
      if (entry.isStopped) break;
      await Promise.all(ids.map((id) => actOn(context, request, job, id)));
      onProgress({ ...job });
      await yieldToEngine();
    }
    job.status = entry.isStopped ? "STOPPED" : "COMPLETED";
    if (!entry.isStopped) job.total = job.done;
  } catch (error) {
    job.status = "FAILED";
    job.message = error instanceof Error ? error.message : String(error);
  }
  job.endedAt = toTime(context.nowMs());
  onProgress({ ...job });
}

async function actOn(
  context: ApiContext,
  request: BulkRequest,
  job: BulkJob,
  runId: string,
): Promise<void> {
  try {
    if (request.action === "CANCEL") {
      await context.engine.cancelRun(runId, request.reason ?? `bulk action ${job.id}`);
    } else {
      const run = await context.history.findRun(runId);
      if (run === undefined) throw new EverstepError("run_not_found", `There is no run ${runId}.`);
      const made = await rerun(context, run, request.fromStep);
      if (job.newRunIds.length < NEW_RUNS_TOLD) job.newRunIds.push(made.runId);
    }
    job.succeeded += 1;
  } catch (error) {
    const code = error instanceof EverstepError ? error.code : "internal";
    if (code === "run_ended" || code === "run_not_found") job.skipped += 1;
    else job.failed += 1;
    const message = error instanceof Error ? error.message : String(error);
    if (job.errors.length < ERRORS_TOLD) job.errors.push({ runId, message });
  }
  job.done += 1;
}

interface Selected {
  /** Undefined: known at the end only. */
  count(): Promise<number | undefined>;
  slices(): AsyncIterable<readonly string[]>;
}

/** @throws ApiError, EverstepError when the request does not say which runs. */
function selectRuns(context: ApiContext, request: BulkRequest): Selected {
  const { runIds, filter, failureFingerprint } = request;
  if (runIds !== undefined && (filter !== undefined || failureFingerprint !== undefined)) {
    throw new ApiError({
      code: "validation_error",
      field: "runIds",
      message: `"runIds" stands beside "filter" or "failureFingerprint": give one of them.`,
    });
  }
  if (runIds !== undefined) return listed(() => Promise.resolve([...new Set(runIds)]));
  if (failureFingerprint !== undefined) {
    const fromMs = filter?.from === undefined ? 0 : parseTime(filter.from, "filter.from");
    const untilMs =
      filter?.until === undefined ? context.nowMs() + 1 : parseTime(filter.until, "filter.until");
    return listed(() => listRunsOfGroup(context, failureFingerprint, { fromMs, untilMs }));
  }
  if (filter !== undefined) return filtered(context, request, filter);
  throw new ApiError({
    code: "missing_field",
    field: "runIds",
    message: `The request does not say which runs: give "runIds", "filter" or "failureFingerprint".`,
  });
}

function listed(read: () => Promise<readonly string[]>): Selected {
  let ids: Promise<readonly string[]> | undefined;
  const all = (): Promise<readonly string[]> => (ids ??= read());
  return {
    count: async () => (await all()).length,
    async *slices() {
      const each = await all();
      for (let at = 0; at < each.length; at += SLICE) yield each.slice(at, at + SLICE);
    },
  };
}

/** Runs that a filter names at this moment; reruns that it makes are not among them. */
function filtered(
  context: ApiContext,
  { action }: BulkRequest,
  asked: NonNullable<BulkRequest["filter"]>,
): Selected {
  const filter = toRunFilter(context, asked);
  const search = toSearch(context, asked);
  const bounded = {
    ...filter,
    untilMs: filter.untilMs ?? context.nowMs() + 1,
    ...(action === "CANCEL" ? { statuses: liveOf(filter.statuses) } : {}),
  };
  return {
    async count() {
      return search === undefined ? context.history.countRuns(bounded) : undefined;
    },
    async *slices() {
      let after: { timeMs: number; id: string } | undefined;
      for (;;) {
        const page: readonly RunHead[] = await context.history.listRuns({
          filter: bounded,
          order: "asc",
          limit: PAGE,
          ...(after === undefined ? {} : { after }),
        });
        const fitting = search === undefined ? page : await searchRuns(context, search, page);
        const ids = fitting.map(({ id }) => id);
        for (let at = 0; at < ids.length; at += SLICE) yield ids.slice(at, at + SLICE);
        const last = page.at(-1);
        if (last === undefined || page.length < PAGE) return;
        after = { timeMs: last[filter.timeField] ?? 0, id: last.id };
      }
    },
  };
}

/** Ended runs cannot be cancelled, so they are not even looked at. */
function liveOf(
  statuses: readonly RunHead["status"][] = ["queued", "running"],
): RunHead["status"][] {
  return statuses.filter((status) => status === "queued" || status === "running");
}
