// Events as REST v2 shows them, and the explanation of one.
import type { EventExplanationView, EventView } from "@everstep/api";
import type { EventExplanation } from "@everstep/engine";
import type { EventRecord } from "@everstep/protocol";
import { RawJson } from "./raw-json.ts";
import { toTime, toWire } from "./wire.ts";

export function eventView(
  event: EventRecord,
  { includeData }: { readonly includeData: boolean },
): EventView {
  return {
    internalId: event.internalId,
    id: event.id,
    name: event.name,
    receivedAt: toTime(event.receivedAtMs),
    ts: toTime(event.tsMs),
    isInternal: event.name.startsWith("inngest/"),
    v: event.v,
    ...(includeData ? { data: new RawJson(event.dataJson) } : {}),
    ...(includeData && event.userJson !== undefined ? { user: new RawJson(event.userJson) } : {}),
  };
}

export function eventExplanationView(explained: EventExplanation): EventExplanationView {
  return toWire(explained);
}
