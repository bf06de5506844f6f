// Which events start a function once only (server.md 1.2): those with an id that their sender chose.
import type { EventRecord } from "@everstep/protocol";

/** Ids that the sender chose dedupe; those the engine made are unique anyway and cost no row. */
export function dedupes(event: EventRecord): boolean {
  return event.id !== event.internalId;
}
