// REST v2: why a run waits or how it ended, and what became of an event at each function.
import type { Engine } from "@everstep/engine";
import { eventExplanation, runExplanation } from "../../rest-v2/explanation-schemas.ts";
import { ulidField } from "../../rest-v2/fields.ts";
import { operation, type Operation } from "../../rest-v2/operation.ts";
import { toWire } from "../../rest-v2/wire.ts";

export function explainOperations({ engine }: { readonly engine: Engine }): Operation[] {
  return [
    operation({
      id: "explainRun",
      method: "GET",
      path: "/runs/{runId}/explain",
      tag: "Runs",
      summary: "Why a run waits, what it does now, or how it ended",
      params: { runId: ulidField },
      query: {},
      data: runExplanation,
      errors: ["run_not_found"],
      handle: async ({ params }) => toWire(await engine.explainRun(params.runId)),
    }),
    operation({
      id: "explainEvent",
      method: "GET",
      path: "/events/{eventId}/explain",
      tag: "Events",
      summary: "What became of an event for each function",
      params: { eventId: ulidField },
      query: {},
      data: eventExplanation,
      errors: ["event_not_found"],
      handle: async ({ params }) => toWire(await engine.explainEvent(params.eventId)),
    }),
  ];
}
