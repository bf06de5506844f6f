// Handlers of runs.
import type { RunHead } from "@everstep/core";
import { searchRuns, type RerunRequest } from "@everstep/engine";
import { EverstepError } from "@everstep/protocol";
import { ApiError } from "./api-error.ts";
import { getRun, type ApiContext } from "./api-context.ts";
import { eventView } from "./event-view.ts";
import type { Handlers } from "./handlers.ts";
import { createRunView, errorView, runDetailView } from "./run-view.ts";
import {
  decodeRunCursor,
  encodeRunCursor,
  findRuns,
  toRunFilter,
  toSearch,
  withOutputs,
  yieldToEngine,
  type AskedFilter,
} from "./run-filter.ts";
import { listRunLogs } from "./log-handlers.ts";
import { readSpan, readTrace } from "./trace-handlers.ts";
import { toTime, toUpper, toWire } from "./wire.ts";

type RunOperation =
  | "listRuns"
  | "countRuns"
  | "getRun"
  | "getRunTrace"
  | "getRunSpan"
  | "getRunEvents"
  | "listRunLogs"
  | "explainRun"
  | "cancelRun"
  | "rerunRun";

export function createRunHandlers(context: ApiContext): Handlers<RunOperation> {
  const { engine, history } = context;
  return {
    listRuns: async ({ query }) => {
      const filter = toRunFilter(context, query);
      const found = await findRuns(
        context,
        {
          filter,
          order: query.order === "ASC" ? "asc" : "desc",
          limit: query.limit,
          ...(query.cursor === undefined ? {} : { after: decodeRunCursor(query.cursor) }),
        },
        toSearch(context, query),
      );
      const shown = query.includeOutput ? await withOutputs(context, found) : found;
      const { last, isCut } = shown;
      return {
        data: shown.runs.map(createRunView(context, query)),
        page: {
          hasMore: last !== undefined,
          limit: query.limit,
          cursor: last === undefined ? undefined : encodeRunCursor(last, filter.timeField),
          scannedTo: isCut ? toTime(last?.[filter.timeField] ?? 0) : undefined,
        },
      };
    },
    countRuns: async ({ query }) => countRuns(context, query),
    getRun: async ({ params, query }) => {
      const run = await getRun(context, params.runId);
      const { attempts } = await history.readRunDetail(run.id);
      return runDetailView(context, run, { ...query, attempts: attempts.length });
    },
    getRunTrace: async ({ params }) => readTrace(context, params.runId),
    getRunSpan: async ({ params }) => readSpan(context, params),
    getRunEvents: async ({ params }) => {
      const run = await getRun(context, params.runId);
      const events = await history.findEvents(run.eventIds);
      return events.map((event) => eventView(event, { includeData: true }));
    },
    listRunLogs: async ({ params, query }) => listRunLogs(context, params.runId, query),
    explainRun: async ({ params }) => {
      const { error, ...explained } = await engine.explainRun(params.runId.toUpperCase());
      return {
        ...toWire(explained),
        ...(error === undefined ? {} : { error: errorView(error) }),
      };
    },
    cancelRun: async ({ params, body }) => {
      const run = await getRun(context, params.runId);
      try {
        await engine.cancelRun(run.id, body.reason ?? "cancelled by API");
      } catch (error) {
        throw await toEndedError(context, run, error);
      }
      return { runId: run.id };
    },
    rerunRun: async ({ params, body }) => {
      const run = await getRun(context, params.runId);
      return engine.rerun({ runId: run.id, ...toFromStep(body) });
    },
  };
}

/** From which step a rerun starts, as the engine takes it. */
export function toFromStep({
  fromStep,
}: {
  readonly fromStep?:
    | { readonly stepId: string; readonly input?: unknown[] | undefined }
    | undefined;
}): Pick<RerunRequest, "fromStep"> {
  if (fromStep === undefined) return {};
  const { stepId, input } = fromStep;
  return {
    fromStep: { stepId, ...(input === undefined ? {} : { inputJson: JSON.stringify(input) }) },
  };
}

async function toEndedError(context: ApiContext, run: RunHead, error: unknown): Promise<Error> {
  const isEnded = error instanceof EverstepError && error.code === "run_ended";
  if (!isEnded) return error instanceof Error ? error : new Error(String(error));
  const { status } = await getRun(context, run.id);
  return new ApiError({
    code: status === "cancelled" ? "run_already_cancelled" : "run_already_ended",
    message: `Run ${run.id} has ended (${status}): there is nothing to cancel.`,
    runId: run.id,
  });
}

const COUNT_MS = 150;
const COUNT_PAGE = 500;

async function countRuns(
  context: ApiContext,
  asked: AskedFilter,
): Promise<{ total: number; byStatus: Counts; isExact: boolean }> {
  const filter = toRunFilter(context, asked);
  const search = toSearch(context, asked);
  const byStatus = noCounts();
  if (search === undefined) {
    for (const [status, count] of await context.history.countRunsByStatus(filter)) {
      byStatus[toUpper(status)] = count;
    }
    return { total: sum(byStatus), byStatus, isExact: true };
  }
  const deadlineMs = performance.now() + COUNT_MS;
  let after: { timeMs: number; id: string } | undefined;
  for (;;) {
    const runs = await context.history.listRuns({
      filter,
      order: "desc",
      limit: COUNT_PAGE,
      omitOutput: !search.readsOutput,
      ...(after === undefined ? {} : { after }),
    });
    for (const run of await searchRuns(context.history, search, runs))
      byStatus[toUpper(run.status)] += 1;
    const last = runs.at(-1);
    const isExact = last === undefined || runs.length < COUNT_PAGE;
    if (isExact || performance.now() > deadlineMs) {
      return { total: sum(byStatus), byStatus, isExact };
    }
    after = { timeMs: last[filter.timeField] ?? 0, id: last.id };
    await yieldToEngine();
  }
}

type Counts = Record<Uppercase<RunHead["status"]>, number>;

function noCounts(): Counts {
  return { QUEUED: 0, RUNNING: 0, COMPLETED: 0, FAILED: 0, CANCELLED: 0, SKIPPED: 0 };
}

function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
