// REST v1, reading events (server.md 2.3). Newest first. No time window is assumed: an event that is older than an hour is
// shown like any other (docs/decisions/0004).
import type { EventFilter, EventPage, History } from "@everstep/core";
import type { Clock } from "@everstep/engine";
import { EverstepError, type EventRecord } from "@everstep/protocol";
import type { Route, RouteContext } from "../http/route.ts";
import { dataReply } from "../rest/envelope.ts";
import { parseLimit, parseTime, parseUlid } from "../rest/query-params.ts";
import { eventToJson, runToJson, toJsonArray } from "../rest/wire-json.ts";

const EVENT_LIMITS = { limitDefault: 20, limitMax: 100 };
/** The official route has no pages; ours has, with a page that hides no run of a usual event. */
const RUN_LIMITS = { limitDefault: 1_000, limitMax: 1_000 };

export function restEventRoutes({
  history,
  clock,
}: {
  readonly history: History;
  readonly clock: Clock;
}): Route[] {
  return [
    {
      method: "GET",
      path: "/v1/events",
      access: "key",
      handle: async (context) => {
        const events = await history.listEvents(parsePage(context));
        return dataReply(toJsonArray(events.map(eventToJson)), clock.nowMs());
      },
    },
    {
      method: "GET",
      path: "/v1/events/:eventId",
      access: "key",
      handle: async (context) => {
        const event = await getEvent(history, context);
        return dataReply(eventToJson(event), clock.nowMs());
      },
    },
    {
      method: "GET",
      path: "/v1/events/:eventId/runs",
      access: "key",
      handle: async (context) => {
        const event = await getEvent(history, context);
        const cursor = context.req.query("cursor");
        const runs = await history.listRunsOfEvent(event.internalId, {
          limit: parseLimit(context.req.query("limit"), RUN_LIMITS),
          ...(isGiven(cursor) && { afterRunId: parseUlid(cursor, "cursor") }),
        });
        return dataReply(toJsonArray(runs.map(runToJson)), clock.nowMs());
      },
    },
  ];
}

function parsePage(context: RouteContext): EventPage {
  const query = (name: string): string | undefined => context.req.query(name);
  const [name, cursor] = [query("name"), query("cursor")];
  const [after, before] = [query("received_after"), query("received_before")];
  const filter: EventFilter = {
    includeInternal: true,
    ...(isGiven(name) && { names: [name] }),
    ...(isGiven(after) && { fromMs: parseTime(after, "received_after") }),
    ...(isGiven(before) && { untilMs: parseTime(before, "received_before") }),
  };
  return {
    filter,
    limit: parseLimit(query("limit"), EVENT_LIMITS),
    ...(isGiven(cursor) && { before: parseUlid(cursor, "cursor") }),
  };
}

async function getEvent(history: History, context: RouteContext): Promise<EventRecord> {
  const id = parseUlid(context.req.param("eventId") ?? "", "event id");
  const [event] = await history.findEvents([id]);
  if (event !== undefined) return event;
  throw new EverstepError(
    "event_not_found",
    `There is no event with the internal id ${id}: use an id that POST /e/:key answered.`,
  );
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
