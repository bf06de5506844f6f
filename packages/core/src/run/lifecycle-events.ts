// The events that the engine sends when a run ends (protocol.md 6.1): finished for every end, then failed or cancelled.
import {
  canonicalJson,
  eventToWireJson,
  inheritedMetaJson,
  type EventRecord,
  type UserError,
} from "@everstep/protocol";
import type { Draft } from "./draft.ts";
import type { RunEnd } from "./end-run.ts";
import type { Invoker } from "./invokers.ts";

export const FINISHED_EVENT = "inngest/function.finished";
const FAILED_EVENT = "inngest/function.failed";
const CANCELLED_EVENT = "inngest/function.cancelled";
export const INVOKED_EVENT = "inngest/function.invoked";
export const CRON_EVENT = "inngest/scheduled.timer";

const WIRE_STATUS = { completed: "Completed", failed: "Failed", cancelled: "Cancelled" } as const;

/** Empty for runs that were themselves started by the end of a run, where that could go on without end. */
export function lifecycleEvents(
  draft: Draft,
  end: RunEnd,
  facts: { readonly error: UserError | undefined; readonly invokers: readonly Invoker[] },
): readonly EventRecord[] {
  const { head } = draft.state;
  if (head.eventName === FINISHED_EVENT || head.eventName === FAILED_EVENT) return [];
  // A watcher of cancellations that each new run cancels (singleton, cancelOn) would cancel itself for ever, in one decision.
  if (head.eventName === CANCELLED_EVENT && end.status === "cancelled") return [];
  const [invoker, ...others] = facts.invokers;
  const metaJson = inheritedMetaJson(draft.events[0]?.metaJson);
  const build = (name: string, ownId: string | undefined, dataJson: string): EventRecord => {
    const internalId = draft.ctx.newUlid(draft.ctx.nowMs);
    return {
      internalId,
      id: ownId ?? internalId,
      name,
      dataJson,
      ...(metaJson === undefined ? {} : { metaJson }),
      tsMs: draft.ctx.nowMs,
      receivedAtMs: draft.ctx.nowMs,
    };
  };
  const { error } = facts;
  const dataJson = dataOf(draft, end, { error, invoker, events: draft.events });
  const events = [build(FINISHED_EVENT, undefined, dataJson)];
  // Whoever waits for a batch by a correlation id of its own finds it; all events are in the first one alone, for there may be
  // as many invokers as events.
  for (const other of others) {
    const own = { error, invoker: other, events: [other.event] };
    events.push(build(FINISHED_EVENT, undefined, dataOf(draft, end, own)));
  }
  if (end.status === "failed") events.push(build(FAILED_EVENT, head.id, dataJson));
  if (end.status === "cancelled") events.push(build(CANCELLED_EVENT, head.id, dataJson));
  return events;
}

interface EndFacts {
  readonly error: UserError | undefined;
  readonly invoker: Invoker | undefined;
  readonly events: readonly EventRecord[];
}

/** Keys in canonical order; built by concatenation because the events are JSON text already. */
function dataOf(draft: Draft, end: RunEnd, { error, invoker, events: told }: EndFacts): string {
  const { head } = draft.state;
  const events = told.map(eventToWireJson);
  const first = invoker === undefined ? events[0] : eventToWireJson(invoker.event);
  const parts = [`"_inngest":{"status":"${WIRE_STATUS[end.status]}"}`];
  if (invoker !== undefined) {
    parts.push(`"correlation_id":${JSON.stringify(invoker.correlationId)}`);
  }
  if (error !== undefined) parts.push(`"error":${canonicalJson(error)}`);
  parts.push(`"event":${first ?? "null"}`, `"events":[${events.join(",")}]`);
  parts.push(`"function_id":${JSON.stringify(draft.function.config.slug)}`);
  if (end.status !== "cancelled") parts.push(`"result":${end.outputJson ?? "null"}`);
  parts.push(`"run_id":"${head.id}"`);
  return `{${parts.join(",")}}`;
}
