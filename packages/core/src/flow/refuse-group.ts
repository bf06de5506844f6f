// A batch or a debounce whose function was archived while its events waited: none of them runs, people see why, and the steps
// that invoked them are answered at once.
import type { EventRecord } from "@everstep/protocol";
import type { FunctionRecord } from "../model/app.ts";
import type { Change } from "../model/change.ts";
import type { FollowUp } from "../run/draft.ts";
import { encodeError } from "../run/encode.ts";
import { correlationOf } from "../run/invokers.ts";
import { refusalOf } from "./flow-outcome.ts";

const WHY = "it was removed from its app while the event waited.";

export function refuseGroup(
  fn: FunctionRecord,
  events: readonly EventRecord[],
  nowMs: number,
): { readonly changes: readonly Change[]; readonly followUps: readonly FollowUp[] } {
  const message = `The function did not run: ${WHY}`;
  const outputJson = encodeError(refusalOf(fn, WHY));
  return {
    changes: events.map(({ internalId: eventId }) => ({
      type: "event_outcome_added",
      outcome: { eventId, functionId: fn.id, atMs: nowMs, type: "failed", message },
    })),
    followUps: events.flatMap((event) => {
      const correlationId = correlationOf(event);
      if (correlationId === undefined) return [];
      return [{ type: "settle_invoke", correlationId, outputJson }];
    }),
  };
}
