// Events as GraphQL shows them (EventV2), and the runs that an event has.
import type { RunHead } from "@everstep/core";
import { type EventRecord, eventToWireJson } from "@everstep/protocol";
import type { RequestContext } from "./request-context.ts";
import { runView } from "./run-view.ts";
import type { View } from "./view.ts";

/** The one environment of a self-hosted server. */
const ENV_ID = "00000000-0000-0000-0000-000000000000";
const RUNS_PER_EVENT_MAX = 1_000;

export function eventView(context: RequestContext, event: EventRecord): View {
  return {
    envID: ENV_ID,
    id: event.internalId,
    idempotencyKey: event.id === event.internalId ? null : event.id,
    name: event.name,
    occurredAt: event.tsMs,
    receivedAt: event.receivedAtMs,
    raw: () => eventToWireJson(event),
    runs: async () => (await runsOfEvent(context, event)).map((run) => runView(context, run)),
    source: null,
    version: event.v,
  };
}

/** Oldest first, at most 1,000. */
export async function runsOfEvent(
  context: RequestContext,
  event: EventRecord,
): Promise<readonly RunHead[]> {
  const page = { limit: RUNS_PER_EVENT_MAX };
  const runs = await context.history.listRunsOfEvent(event.internalId, page);
  context.spend(runs.length);
  return runs;
}
