// Events whose data holds more than JSON can say (R17): the data travels as plain JSON, and the map of its dates, maps and so on in
// `meta`, where nobody else looks. A server that drops the map delivers plain JSON, as it always did.
import type { EventObject } from "../functions/definition.ts";
import { fromTaggedJson, toTaggedJson, type TagMap } from "./tagged-values.ts";

/** The member of an event's `meta`: `{ data?: TagMap, user?: TagMap }`. */
const TYPES_KEY = "everstep_types";
/** Servers take 32 KiB of `meta`; its other members need room too. */
const TYPES_CHARS_MAX = 16_000;
const LIFECYCLE_EVENT = /^inngest\/function\.(failed|finished|cancelled)$/;

type Content = Pick<EventObject, "data" | "user" | "meta">;

/**
 * The event with plain JSON as its data.
 * @param onTooMany Told when there are too many tagged values in too many places for the map; they then arrive as plain JSON.
 */
export function toWireEvent<T extends Partial<Content>>(event: T, onTooMany: () => void): T {
  // What is no event is for the sender's checks.
  if (typeof event !== "object" || event === null) return event;
  const data = toTaggedJson(event.data);
  const user = toTaggedJson(event.user);
  if (data.json === event.data && user.json === event.user) return event;
  const types: Record<string, TagMap> = {};
  if (data.tags !== undefined) types["data"] = data.tags;
  if (user.tags !== undefined) types["user"] = user.tags;
  const plain = {
    ...event,
    ...(event.data === undefined ? {} : { data: data.json }),
    ...(event.user === undefined ? {} : { user: user.json }),
  };
  if (JSON.stringify(types).length > TYPES_CHARS_MAX) {
    onTooMany();
    return plain;
  }
  return { ...plain, meta: { ...event.meta, [TYPES_KEY]: types } };
}

/** The event as it was sent. Those without a map, or with one that makes no sense, are returned as they are. */
export function fromWireEvent<T extends EventObject>(event: T): T {
  const opened = openOwn(event);
  return LIFECYCLE_EVENT.test(opened.name) ? openInner(opened) : opened;
}

function openOwn<T extends EventObject>(event: T): T {
  const { meta } = event;
  if (typeof meta !== "object" || meta === null || !Object.hasOwn(meta, TYPES_KEY)) return event;
  const { [TYPES_KEY]: types, ...rest } = meta;
  const opened: Record<string, unknown> = { ...(event as object), meta: rest };
  if (Object.keys(rest).length === 0) delete opened["meta"];
  if (typeof types === "object" && types !== null) {
    const { data, user } = types as { readonly data?: unknown; readonly user?: unknown };
    opened["data"] = fromTaggedJson(event.data, data);
    if (event.user !== undefined) opened["user"] = fromTaggedJson(event.user, user);
  }
  return opened as unknown as T;
}

/** Lifecycle events carry the events that began their run. */
function openInner<T extends EventObject>(event: T): T {
  const { event: inner, events } = event.data ?? {};
  const data: Record<string, unknown> = { ...event.data };
  if (isEvent(inner)) data["event"] = openOwn(inner);
  if (Array.isArray(events)) {
    data["events"] = events.map((each: unknown) => (isEvent(each) ? openOwn(each) : each));
  }
  return { ...event, data };
}

/** Whether a value can be read as an event. */
export function isEvent(value: unknown): value is EventObject {
  if (typeof value !== "object" || value === null) return false;
  const { name, data } = value as { readonly name?: unknown; readonly data?: unknown };
  return typeof name === "string" && typeof data === "object" && data !== null;
}
