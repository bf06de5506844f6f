// The names of events: those that came, and those that functions listen to and that never came.
import type { EventType, FunctionRef } from "@everstep/api";
import { createFunctionRefs, type ApiContext } from "./api-context.ts";
import { RawJson } from "./raw-json.ts";
import { toTime } from "./wire.ts";

export async function listEventTypes(
  context: ApiContext,
  asked: {
    readonly includeInternal: boolean;
    readonly includeData: boolean;
    readonly search?: string | undefined;
  },
): Promise<EventType[]> {
  const { history } = context;
  const listeners = listenersOf(context);
  const counts = new Map((await history.countEventNames()).map((each) => [each.name, each]));
  const plain = [...listeners.keys()].filter((name) => !name.includes("*"));
  const words = asked.search?.toLowerCase() ?? "";
  const names = [...new Set([...counts.keys(), ...plain])]
    .filter((name) => asked.includeInternal || !name.startsWith("inngest/"))
    .filter((name) => name.toLowerCase().includes(words))
    .toSorted();
  const lastIds = names.flatMap((name) => counts.get(name)?.lastEventId ?? []);
  const events = new Map(
    (await history.findEvents(lastIds)).map((event) => [event.internalId, event]),
  );
  return names.map((name) => {
    const counted = counts.get(name);
    const last = events.get(counted?.lastEventId ?? "");
    return {
      name,
      count: counted?.count ?? 0,
      lastSeenAt: last === undefined ? undefined : toTime(last.receivedAtMs),
      ...(last === undefined || !asked.includeData
        ? {}
        : { lastEvent: { id: last.internalId, data: new RawJson(last.dataJson) } }),
      functions: [...listeners].flatMap(([pattern, refs]) => (fits(pattern, name) ? refs : [])),
      isInternal: name.startsWith("inngest/"),
    };
  });
}

/** By the event name or pattern of a trigger. */
function listenersOf(context: ApiContext): ReadonlyMap<string, FunctionRef[]> {
  const refOf = createFunctionRefs(context);
  const listeners = new Map<string, FunctionRef[]>();
  for (const { id, config } of context.engine.functions()) {
    const patterns = config.triggers.flatMap((each) => (each.kind === "event" ? each.event : []));
    for (const pattern of new Set(patterns)) {
      const refs = listeners.get(pattern);
      if (refs === undefined) listeners.set(pattern, [refOf(id)]);
      else refs.push(refOf(id));
    }
  }
  return listeners;
}

/** Patterns end in `*` or `/*` (server.md 1.6). */
function fits(pattern: string, name: string): boolean {
  if (!pattern.endsWith("*")) return pattern === name;
  return name.startsWith(pattern.slice(0, -1));
}
