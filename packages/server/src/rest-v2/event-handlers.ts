// Handlers of events and event types.
import type { EventView } from "@everstep/api";
import { compileSearch, type EventPage } from "@everstep/core";
import { type EventRecord, eventToWireJson, parseEventBody } from "@everstep/protocol";
import { parseTime, parseUlid } from "../rest/query-params.ts";
import { countFitting } from "./answer-bytes.ts";
import { createFunctionRefs, getEvent, type ApiContext } from "./api-context.ts";
import { listEventTypes } from "./event-kinds.ts";
import { eventExplanationView, eventView } from "./event-view.ts";
import type { Handlers } from "./handlers.ts";
import type { ApiRequest } from "./parse-request.ts";
import type { ApiRoutes } from "@everstep/api";
import { withOutputs, yieldToEngine, type FoundRuns } from "./run-filter.ts";
import { createRunView } from "./run-view.ts";
import { toTime, toUpper } from "./wire.ts";

const SEARCH_MS = 120;
const SEARCH_PAGE = 200;
const RUNS_SHOWN = 20;
/** Events read at once: each may be megabytes. */
const READ_PAGE = 25;

type EventQuery = ApiRequest<ApiRoutes["listEvents"]>["query"];

export function createEventHandlers(
  context: ApiContext,
): Handlers<
  "listEvents" | "sendEvent" | "getEvent" | "listEventRuns" | "explainEvent" | "listEventTypes"
> {
  const { engine, history } = context;
  return {
    listEvents: async ({ query }) => {
      const { events, last, isCut } = await findEvents(context, query);
      const data = events.map((event) => eventView(event, query));
      if (query.includeRuns) await addRuns(context, data);
      return {
        data,
        page: {
          hasMore: last !== undefined,
          limit: query.limit,
          cursor: last?.internalId,
          scannedTo: isCut && last !== undefined ? toTime(last.receivedAtMs) : undefined,
        },
      };
    },
    sendEvent: async ({ body }) => {
      const ts = typeof body.ts === "string" ? parseTime(body.ts, "ts") : body.ts;
      const [eventId = ""] = await engine.sendEvents(
        parseEventBody(JSON.stringify({ ...body, ts })),
      );
      return { eventId };
    },
    getEvent: async ({ params }) => {
      const view = eventView(await getEvent(context, params.eventId), { includeData: true });
      await addRuns(context, [view]);
      return view;
    },
    listEventRuns: async ({ params, query }) => {
      const event = await getEvent(context, params.eventId);
      const runs = await history.listRunsOfEvent(event.internalId, {
        limit: query.limit + 1,
        omitOutput: true,
        ...(query.cursor === undefined ? {} : { afterRunId: parseUlid(query.cursor, "cursor") }),
      });
      const listed = runs.slice(0, query.limit);
      const end = runs.length > query.limit ? listed.at(-1) : undefined;
      const found: FoundRuns = {
        runs: listed,
        isCut: false,
        ...(end === undefined ? {} : { last: end }),
      };
      const { runs: shown, last } = query.includeOutput ? await withOutputs(context, found) : found;
      return {
        data: shown.map(createRunView(context, query)),
        page: { hasMore: last !== undefined, limit: query.limit, cursor: last?.id },
      };
    },
    explainEvent: async ({ params }) =>
      eventExplanationView(await engine.explainEvent(params.eventId.toUpperCase())),
    listEventTypes: async ({ query }) => listEventTypes(context, query),
  };
}

interface FoundEvents {
  readonly events: readonly EventRecord[];
  readonly last?: EventRecord;
  readonly isCut: boolean;
}

async function findEvents(context: ApiContext, query: EventQuery): Promise<FoundEvents> {
  const { history } = context;
  const page: Omit<EventPage, "limit"> = {
    filter: {
      includeInternal: query.includeInternal,
      ...(query.name === undefined ? {} : { names: query.name }),
      ...(query.from === undefined ? {} : { fromMs: parseTime(query.from, "from") }),
      ...(query.until === undefined ? {} : { untilMs: parseTime(query.until, "until") }),
    },
    ...(query.cursor === undefined ? {} : { before: parseUlid(query.cursor, "cursor") }),
  };
  if (query.query === undefined || query.query.trim() === "") {
    return listPage(context, page, query.limit);
  }
  const search = compileSearch(query.query, context.nowMs());
  const found: EventRecord[] = [];
  const deadlineMs = performance.now() + SEARCH_MS;
  let { before } = page;
  for (;;) {
    const events = await history.listEvents({
      ...page,
      limit: SEARCH_PAGE,
      ...(before === undefined ? {} : { before }),
    });
    for (const event of events) {
      const subject = { event: JSON.parse(eventToWireJson(event)) as unknown };
      if (search.matches(subject)) found.push(event);
      if (found.length >= query.limit) return { events: found, last: event, isCut: false };
    }
    const last = events.at(-1);
    if (last === undefined || events.length < SEARCH_PAGE) return { events: found, isCut: false };
    if (performance.now() > deadlineMs) return { events: found, last, isCut: true };
    before = last.internalId;
    await yieldToEngine();
  }
}

/** In small pages, and not beyond what one answer holds. */
async function listPage(
  { history }: ApiContext,
  { before: start, ...page }: Omit<EventPage, "limit">,
  limit: number,
): Promise<FoundEvents> {
  const found: EventRecord[] = [];
  let before = start;
  for (;;) {
    const wanted = Math.min(READ_PAGE, limit + 1 - found.length);
    const events = await history.listEvents({
      ...page,
      limit: wanted,
      ...(before === undefined ? {} : { before }),
    });
    found.push(...events);
    const fitting = countFitting(found, ({ dataJson }) => dataJson.length);
    const isFull = found.length > limit || fitting < found.length;
    if (!isFull && events.length === wanted) {
      before = events.at(-1)?.internalId;
      continue;
    }
    const shown = found.slice(0, Math.min(limit, fitting));
    const last = isFull ? shown.at(-1) : undefined;
    return { events: shown, isCut: false, ...(last === undefined ? {} : { last }) };
  }
}

async function addRuns(context: ApiContext, events: readonly EventView[]): Promise<void> {
  const refOf = createFunctionRefs(context);
  for (const event of events) {
    const runs = await context.history.listRunsOfEvent(event.internalId, {
      limit: RUNS_SHOWN,
      omitOutput: true,
    });
    event.runs = runs.map((run) => ({
      id: run.id,
      functionId: run.functionId,
      functionName: refOf(run.functionId).name,
      status: toUpper(run.status),
    }));
  }
}
