// Sessions: which conversation, order or user an event belongs to. What all events of a run agree on goes over to the events that the
// run sends, in a layer of its own; the server merges it under what the author set.
import type { EventObject } from "../functions/definition.ts";
import { findScope } from "../execution/async-context.ts";

/** Events carry no more. */
const SESSIONS_MAX = 5;
/** The member of `meta` that servers merge under `sessions`. */
const INHERITED_KEY = "propagated_sessions";

/** The sessions that all events have with the same id; undefined when there are none. */
export function commonSessions(events: readonly EventObject[]): Record<string, string> | undefined {
  // Nearly no event has any, and this is asked for each call.
  if (events[0]?.meta === undefined) return undefined;
  const [first, ...others] = events.map(sessionsOf);
  if (first === undefined) return undefined;
  const common = [...first]
    .filter(([key, id]) => others.every((sessions) => sessions.get(key) === id))
    .toSorted(([left], [right]) => compareText(left, right))
    .slice(0, SESSIONS_MAX);
  return common.length === 0 ? undefined : Object.fromEntries(common);
}

/** The payload with the sessions of the run whose code sends it, unless it says itself which ones it inherits. */
export function withInheritedSessions<T extends { readonly meta?: unknown }>(payload: T): T {
  const sessions = findScope()?.context["sessions"];
  if (typeof sessions !== "object" || sessions === null) return payload;
  if (Object.keys(sessions).length === 0) return payload;
  const meta = payload?.meta as Record<string, unknown> | null | undefined;
  if (typeof payload !== "object" || payload === null || meta?.[INHERITED_KEY] !== undefined) {
    return payload;
  }
  return { ...payload, meta: { ...meta, [INHERITED_KEY]: sessions } };
}

function sessionsOf(event: EventObject): Map<string, string> {
  const sessions = event.meta?.["sessions"];
  if (typeof sessions !== "object" || sessions === null) return new Map();
  return new Map(
    Object.entries(sessions)
      .filter(([key, id]) => key !== "" && id !== null && id !== undefined)
      .map(([key, id]) => [key, String(id)]),
  );
}

/** By UTF-8 bytes, as servers compare; differs from the order of UTF-16 beyond the basic plane. */
function compareText(left: string, right: string): number {
  const encoder = new TextEncoder();
  const others = encoder.encode(right);
  for (const [index, byte] of encoder.encode(left).entries()) {
    const other = others[index] ?? -1;
    if (byte !== other) return byte - other;
  }
  return left.length - right.length;
}
