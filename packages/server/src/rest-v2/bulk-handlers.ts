// Handlers of bulk actions: what a caller names becomes a request that means the same after a restart. The engine performs it.
import type { ApiRoutes, BulkJob as BulkJobView } from "@everstep/api";
import type { BulkJob, BulkSelection } from "@everstep/core";
import { parseTime } from "../rest/query-params.ts";
import { ApiError } from "./api-error.ts";
import type { ApiContext } from "./api-context.ts";
import type { Handlers } from "./handlers.ts";
import type { ApiRequest } from "./parse-request.ts";
import { toRunFilter, toSearch } from "./run-filter.ts";
import { toFromStep } from "./run-handlers.ts";
import { toTime, toTimeIf, toUpper } from "./wire.ts";

type BulkRequest = ApiRequest<ApiRoutes["startBulk"]>["body"];

export function createBulkHandlers(
  context: ApiContext,
): Handlers<"listBulk" | "startBulk" | "getBulk" | "stopBulk"> {
  const { engine } = context;
  return {
    listBulk: () => engine.bulkJobs().map(bulkView),
    startBulk: async ({ body }) => {
      const { action, reason } = body;
      const job = await engine.startBulk({
        action: action === "CANCEL" ? "cancel" : "rerun",
        selection: toSelection(context, body),
        ...(reason === undefined ? {} : { reason }),
        ...toFromStep(body),
      });
      return bulkView(job);
    },
    getBulk: ({ params }) => bulkView(getJob(context, params.bulkId)),
    stopBulk: async ({ params }) =>
      bulkView(await engine.stopBulk(getJob(context, params.bulkId).id)),
  };
}

export function bulkView(job: BulkJob): BulkJobView {
  return {
    id: job.id,
    action: toUpper(job.action),
    status: toUpper(job.status),
    total: job.total,
    done: job.done,
    succeeded: job.succeeded,
    skipped: job.skipped,
    failed: job.failed,
    errors: job.errors.map((each) => ({ ...each })),
    newRunIds: [...job.newRunIds],
    startedAt: toTime(job.createdAtMs),
    endedAt: toTimeIf(job.endedAtMs),
    message: job.message,
  };
}

function getJob({ engine }: ApiContext, id: string): BulkJob {
  const job = engine.findBulkJob(id.toUpperCase());
  if (job !== undefined) return job;
  throw new ApiError({
    code: "not_found",
    message: `There is no bulk action "${id.slice(0, 100)}": GET /v2/bulk lists those that run and the last 100 that ended.`,
  });
}

/** @throws ApiError, EverstepError when the request does not say which runs. */
function toSelection(context: ApiContext, request: BulkRequest): BulkSelection {
  const { runIds, filter, failureFingerprint } = request;
  if (runIds !== undefined && (filter !== undefined || failureFingerprint !== undefined)) {
    throw new ApiError({
      code: "validation_error",
      field: "runIds",
      message: `"runIds" stands beside "filter" or "failureFingerprint": give one of them.`,
    });
  }
  if (runIds !== undefined) {
    return { type: "listed", runIds: [...new Set(runIds.map((id) => id.toUpperCase()))] };
  }
  if (failureFingerprint !== undefined) {
    return {
      type: "failed",
      fingerprint: failureFingerprint,
      fromMs: filter?.from === undefined ? 0 : parseTime(filter.from, "filter.from"),
      untilMs:
        filter?.until === undefined
          ? Number.MAX_SAFE_INTEGER
          : parseTime(filter.until, "filter.until"),
    };
  }
  if (filter === undefined) {
    throw new ApiError({
      code: "missing_field",
      field: "runIds",
      message: `The request does not say which runs: give "runIds", "filter" or "failureFingerprint".`,
    });
  }
  // Compiled to be refused here, before anything is begun.
  const search = toSearch(context, filter) === undefined ? undefined : filter.query;
  return {
    type: "filtered",
    filter: toRunFilter(context, filter),
    ...(search === undefined ? {} : { search }),
  };
}
