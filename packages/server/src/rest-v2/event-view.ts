// Events as REST v2 shows them, and the explanation of one.
import type { EventExplanationView, EventView } from "@everstep/api";
import type { EventExplanation } from "@everstep/engine";
import type { EventRecord } from "@everstep/protocol";
import { RawJson } from "./raw-json.ts";
import { toTime, toWire } from "./wire.ts";

const PREVIEW_CHARS = 200;

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
    ...(includeData
      ? { data: new RawJson(event.dataJson) }
      : { dataPreview: startOf(event.dataJson) }),
    ...(includeData && event.userJson !== undefined ? { user: new RawJson(event.userJson) } : {}),
  };
}

export function eventExplanationView(explained: EventExplanation): EventExplanationView {
  return toWire(explained);
}

/** Half of a character outside of the basic plane is no text, so it is left out. */
function startOf(text: string): string {
  return text.slice(0, PREVIEW_CHARS).replace(/[\uD800-\uDBFF]$/, "");
}
