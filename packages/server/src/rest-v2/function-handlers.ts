// Handlers that read and invoke functions. Pause and limits are in control-handlers.ts.
import type { FunctionDetail } from "@everstep/api";
import type { EventOutcome, FunctionRecord } from "@everstep/core";
import type { InvokeInput } from "@everstep/engine";
import { ApiError } from "./api-error.ts";
import { functionIdsOf, getFunction, type ApiContext } from "./api-context.ts";
import { controlsView } from "./control-handlers.ts";
import { askedSlices, readMetrics, readStats } from "./function-stats.ts";
import { functionView } from "./function-view.ts";
import type { Handlers } from "./handlers.ts";
import { RawJson } from "./raw-json.ts";
import { toTime } from "./wire.ts";

export function createFunctionHandlers(
  context: ApiContext,
): Handlers<"listFunctions" | "getFunction" | "getFunctionMetrics" | "invokeFunction"> {
  return {
    listFunctions: async ({ query }) => {
      const ids = functionIdsOf(context, { appId: query.appId });
      const words = query.search?.toLowerCase() ?? "";
      const records = context.engine
        .functions()
        .filter(({ id }) => ids === undefined || ids.includes(id))
        .filter((record) => textOf(record).includes(words));
      const views = records.map((record) => functionView(context, record));
      if (!query.includeStats) return views;
      const shown = records.map(({ id }) => id);
      const statsOf = await readStats(context, shown, askedSlices(context, query));
      return Promise.all(views.map(async (view) => ({ ...view, stats: await statsOf(view.id) })));
    },
    getFunction: async ({ params, query }) => {
      const record = getFunction(context, params.functionId);
      const statsOf = await readStats(context, [record.id], askedSlices(context, query));
      const handler = failureHandlerOf(context, record);
      return {
        ...functionView(context, record),
        url: record.config.url,
        controls: controlsView(context, record),
        stats: await statsOf(record.id),
        failureHandler:
          handler === undefined
            ? undefined
            : { slug: handler.config.slug, name: handler.config.name },
        lastEvent: await lastEventOf(context, record),
      };
    },
    getFunctionMetrics: async ({ params, query }) => {
      const record = getFunction(context, params.functionId);
      return readMetrics(context, record, askedSlices(context, query));
    },
    invokeFunction: async ({ params, body }) => {
      const record = getFunction(context, params.functionId);
      return invoke(context, record, {
        data: body.data,
        ...(body.user === undefined ? {} : { user: body.user }),
        ...(body.idempotencyKey === undefined ? {} : { id: body.idempotencyKey }),
      });
    },
  };
}

function textOf({ config }: FunctionRecord): string {
  const triggers = config.triggers.map((each) => (each.kind === "event" ? each.event : each.cron));
  return [config.name, config.slug, ...triggers].join("\n").toLowerCase();
}

/** SDKs make it from `onFailure`, under the function's own slug with an ending. */
function failureHandlerOf(
  { engine }: ApiContext,
  record: FunctionRecord,
): FunctionRecord | undefined {
  return engine.functions().find(({ config }) => config.slug === `${record.config.slug}-failure`);
}

async function lastEventOf(
  { history }: ApiContext,
  record: FunctionRecord,
): Promise<FunctionDetail["lastEvent"]> {
  const [run] = await history.listRuns({
    filter: { functionIds: [record.id], timeField: "createdAtMs" },
    order: "desc",
    limit: 1,
    omitOutput: true,
  });
  const [event] = await history.findEvents(run?.eventIds.slice(0, 1) ?? []);
  if (event === undefined) return undefined;
  return { id: event.internalId, name: event.name, data: new RawJson(event.dataJson) };
}

/** @throws ApiError when flow control started nothing. */
async function invoke(
  { engine }: ApiContext,
  record: FunctionRecord,
  input: InvokeInput,
): Promise<{ runId: string; eventId: string }> {
  return toInvoked(record, await engine.invoke(record.config.slug, input));
}

/** @throws ApiError when the engine started nothing. */
export function toInvoked(
  record: FunctionRecord,
  { runId, eventId, outcome }: Awaited<ReturnType<ApiContext["engine"]["invoke"]>>,
): { runId: string; eventId: string } {
  if (outcome !== undefined) throw toOutcomeError(record.config.slug, outcome, runId);
  return { runId, eventId };
}

function toOutcomeError(slug: string, outcome: EventOutcome, runId: string): ApiError {
  const named = runId === "" ? {} : { runId };
  switch (outcome.type) {
    case "rate_limited":
      return new ApiError({
        code: "rate_limited",
        message: `"${slug}" may start ${outcome.limit} runs in ${outcome.periodMs} ms and has: invoke it again after ${toTime(outcome.untilMs)}.`,
      });
    case "debounced":
      return new ApiError({
        code: "function_debounced",
        message: `"${slug}" is debounced: a run starts at ${toTime(outcome.untilMs)} unless a newer event comes.`,
      });
    case "deduplicated":
      return new ApiError({
        code: "idempotency_conflict",
        message: `"${slug}" was started with the same key before${runId === "" ? "" : ` (run ${runId})`}: use another key to start it again.`,
        ...named,
      });
    case "batched":
      return new ApiError({
        code: "function_skipped",
        message: `"${slug}" works on batches: the event was added to one, which starts at ${toTime(outcome.untilMs)} at the latest.`,
      });
    case "filtered":
      return new ApiError({
        code: "function_skipped",
        message: `No trigger of "${slug}" let the event through.`,
      });
    case "failed":
      return new ApiError({ code: "function_skipped", message: outcome.message });
  }
}
