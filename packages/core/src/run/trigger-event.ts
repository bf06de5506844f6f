// The triggering event as expressions see it.
import { eventToWireJson } from "@everstep/protocol";
import type { Draft } from "./draft.ts";

export function readTriggerEvent(draft: Draft): unknown {
  const first = draft.events[0];
  return first === undefined ? null : (JSON.parse(eventToWireJson(first)) as unknown);
}
