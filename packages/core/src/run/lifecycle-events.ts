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

export const FINISHED_EVENT = "inngest/function.finished";
const FAILED_EVENT = "inngest/function.failed";
const CANCELLED_EVENT = "inngest/function.cancelled";
export const INVOKED_EVENT = "inngest/function.invoked";
export const CRON_EVENT = "inngest/scheduled.timer";

const WIRE_STATUS = { completed: "Completed", failed: "Failed", cancelled: "Cancelled" } as const;

/** Empty for runs that were themselves started by the end of a run: no recursion. */
export function lifecycleEvents(
  draft: Draft,
  end: RunEnd,
  error: UserError | undefined,
): readonly EventRecord[] {
  const { head } = draft.state;
  if (head.eventName === FINISHED_EVENT || head.eventName === FAILED_EVENT) return [];
  const dataJson = dataOf(draft, end, error);
  const metaJson = inheritedMetaJson(draft.events[0]?.metaJson);
  const build = (name: string, ownId: string | undefined): EventRecord => {
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
  const events = [build(FINISHED_EVENT, undefined)];
  if (end.status === "failed") events.push(build(FAILED_EVENT, head.id));
  if (end.status === "cancelled") events.push(build(CANCELLED_EVENT, head.id));
  return events;
}

/** Keys in canonical order; built by concatenation because the events are JSON text already. */
function dataOf(draft: Draft, end: RunEnd, error: UserError | undefined): string {
  const { head } = draft.state;
  const events = draft.events.map(eventToWireJson);
  const parts = [`"_inngest":{"status":"${WIRE_STATUS[end.status]}"}`];
  if (head.correlationId !== undefined) {
    parts.push(`"correlation_id":${JSON.stringify(head.correlationId)}`);
  }
  if (error !== undefined) parts.push(`"error":${canonicalJson(error)}`);
  parts.push(`"event":${events[0] ?? "null"}`, `"events":[${events.join(",")}]`);
  parts.push(`"function_id":${JSON.stringify(draft.function.config.slug)}`);
  if (end.status !== "cancelled") parts.push(`"result":${end.outputJson ?? "null"}`);
  parts.push(`"run_id":"${head.id}"`);
  return `{${parts.join(",")}}`;
}
