// Which runs an event starts (protocol.md 6.3, server.md 1.2): each matching function once per event id, for a day.
import { LIMITS, type EventRecord } from "@everstep/protocol";
import type { FunctionRecord } from "../model/app.ts";
import type { IdempotencyKey } from "../model/change.ts";
import { createRun } from "../run/create-run.ts";
import type { DecideContext } from "../run/context.ts";
import type { Draft, InvokeTarget } from "../run/draft.ts";

export interface EventArrival {
  readonly event: EventRecord;
  /** Live functions that the event triggers, in the order they were registered. */
  readonly functions: readonly FunctionRecord[];
  /** Living keys equal to the event's id. */
  readonly keys: readonly IdempotencyKey[];
  readonly target?: InvokeTarget;
  readonly cron?: string;
  readonly nextOrderKey: () => number;
  readonly readEvent: () => unknown;
}

/** Ids that the sender chose dedupe; those the engine made are unique anyway and cost no row. */
export function dedupes(event: EventRecord): boolean {
  return event.id !== event.internalId;
}

/** @returns One draft per run started; each carries its idempotency key. */
export function decideRuns(arrival: EventArrival, ctx: DecideContext): readonly Draft[] {
  const { event, target } = arrival;
  const drafts: Draft[] = [];
  for (const fn of arrival.functions) {
    if (arrival.keys.some((key) => key.functionId === fn.id)) continue;
    const draft = createRun(
      {
        function: fn,
        events: [event],
        orderKey: arrival.nextOrderKey(),
        readEvent: arrival.readEvent,
        ...(target?.correlationId === undefined ? {} : { correlationId: target.correlationId }),
        ...(arrival.cron === undefined ? {} : { cron: arrival.cron }),
      },
      ctx,
    );
    if (dedupes(event)) {
      draft.changes.push({
        type: "idempotency_key_added",
        key: {
          functionId: fn.id,
          key: event.id,
          runId: draft.state.head.id,
          expiresAtMs: ctx.nowMs + LIMITS.idempotencyMs,
        },
      });
    }
    drafts.push(draft);
  }
  return drafts;
}
