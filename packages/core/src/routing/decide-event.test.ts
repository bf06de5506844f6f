// Which runs an event starts.
import { LIMITS } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import type { IdempotencyKey } from "../model/change.ts";
import { AT_MS, aContext, aFunction, anEvent } from "../testing/builders.ts";
import { decideRuns, dedupes, type EventArrival } from "./decide-event.ts";

function arrival(fields: Partial<EventArrival> = {}): EventArrival {
  let orderKey = 0;
  return {
    event: anEvent(),
    functions: [aFunction({ slug: "shop-a" }), aFunction({ slug: "shop-b" })],
    keys: [],
    nextOrderKey: () => ++orderKey,
    readEvent: () => ({}),
    ...fields,
  };
}

function keyOf(functionId: string): IdempotencyKey {
  return { functionId, key: "order-1", runId: "r", expiresAtMs: AT_MS + 1 };
}

describe("decideRuns", () => {
  it("[E1] starts each function once, in order", () => {
    const drafts = decideRuns(arrival(), aContext());
    expect(drafts.map(({ state }) => [state.head.functionId, state.head.orderKey])).toEqual([
      ["id-of-shop-a", 1],
      ["id-of-shop-b", 2],
    ]);
    const ids = new Set(drafts.map(({ state }) => state.head.id));
    expect(ids.size).toBe(2);
  });

  it("[E2] an id of the sender's is kept for a day, for each function", () => {
    const event = anEvent({ id: "order-1" });
    expect(dedupes(event)).toBe(true);
    const drafts = decideRuns(arrival({ event }), aContext());
    expect(drafts.map(({ changes }) => changes.at(-1))).toEqual(
      drafts.map(({ state }) => ({
        type: "idempotency_key_added",
        key: {
          functionId: state.head.functionId,
          key: "order-1",
          runId: state.head.id,
          expiresAtMs: AT_MS + LIMITS.idempotencyMs,
        },
      })),
    );
  });

  it("[E2] a function whose key lives is not started again, the others are", () => {
    const event = anEvent({ id: "order-1" });
    const drafts = decideRuns(arrival({ event, keys: [keyOf("id-of-shop-a")] }), aContext());
    expect(drafts.map(({ state }) => state.head.functionId)).toEqual(["id-of-shop-b"]);
  });

  it("[E2] an id that the engine made costs no key", () => {
    expect(dedupes(anEvent())).toBe(false);
    const [draft] = decideRuns(arrival(), aContext());
    expect(draft?.changes.map(({ type }) => type)).toEqual(["run_added", "timer_added"]);
  });

  it("[E4] says what started it", () => {
    const [byCron] = decideRuns(arrival({ cron: "* * * * *" }), aContext());
    expect(byCron?.state.head.cron).toBe("* * * * *");
    const target = { functionId: "id-of-shop-a", correlationId: "p.s" };
    const [byInvoke] = decideRuns(arrival({ target }), aContext());
    expect(byInvoke?.state.head.correlationId).toBe("p.s");
    const [byRequest] = decideRuns(arrival({ target: { functionId: "f" } }), aContext());
    expect(byRequest?.state.head).not.toHaveProperty("correlationId");
  });
});
