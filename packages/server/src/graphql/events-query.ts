// Query.eventsV2 and the legacy Query.events: pages of events, newest first.
import { compileSearch, type EventFilter } from "@everstep/core";
import { type EventRecord, eventToWireJson, EverstepError, isUlid } from "@everstep/protocol";
import { connectionView, type ListSource } from "./connection.ts";
import { eventView } from "./event-view.ts";
import { legacyEventView } from "./legacy-view.ts";
import { decodeCursor, encodeCursor, PAGE_SIZE_DEFAULT, pageSize } from "./page-arguments.ts";
import type { RequestContext } from "./request-context.ts";
import type { View } from "./view.ts";

export interface EventsArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly filter: {
    readonly eventNames?: readonly string[] | null;
    readonly from: number;
    readonly until?: number | null;
    readonly includeInternalEvents: boolean;
    readonly query?: string | null;
  };
}

/** @throws EverstepError argument_invalid, expression_invalid. */
export function eventsConnection(context: RequestContext, args: EventsArguments): View {
  const page = { first: pageSize(args.first), after: args.after ?? undefined };
  return connectionView(eventSource(context, args), page, (event) => {
    context.spend(1);
    return eventView(context, event);
  });
}

function eventSource(
  context: RequestContext,
  { filter: asked }: EventsArguments,
): ListSource<EventRecord> {
  const { eventNames, from, until, includeInternalEvents, query } = asked;
  const filter: EventFilter = {
    includeInternal: includeInternalEvents,
    fromMs: Math.floor(from),
    ...(until == null ? {} : { untilMs: Math.ceil(until) }),
    ...(eventNames == null || eventNames.length === 0 ? {} : { names: eventNames }),
  };
  const isSearch = query != null && query.trim() !== "";
  const search = isSearch ? compileSearch(query, context.options.nowMs()) : undefined;
  const source: ListSource<EventRecord> = {
    cursorOf: (event) => encodeCursor({ id: event.internalId }),
    count: async () => context.history.countEvents(filter),
    read: async (cursor, limit) => {
      const before = cursor === undefined ? {} : { before: decodeCursor(cursor).id };
      return context.history.listEvents({ filter, limit, ...before });
    },
  };
  if (search === undefined) return source;
  const matches = (event: EventRecord): boolean =>
    search.matches({ event: JSON.parse(eventToWireJson(event)), output: null, error: null });
  return { ...source, keep: async (events) => events.filter(matches) };
}

/** Newest first, without internal events; pages go on after `lastEventId`. @throws EverstepError argument_invalid. */
export async function legacyEvents(
  context: RequestContext,
  { lastEventId }: { readonly lastEventId?: string | null },
): Promise<readonly View[]> {
  if (lastEventId != null && lastEventId !== "" && !isUlid(lastEventId)) {
    throw new EverstepError(
      "argument_invalid",
      `lastEventId is "${lastEventId.slice(0, 64)}", which is not a ULID: pass the id of the last event seen`,
    );
  }
  const before = lastEventId == null || lastEventId === "" ? {} : { before: lastEventId };
  const events = await context.history.listEvents({
    filter: {},
    limit: PAGE_SIZE_DEFAULT,
    ...before,
  });
  context.spend(events.length);
  return events.map((event) => legacyEventView(context, event));
}
