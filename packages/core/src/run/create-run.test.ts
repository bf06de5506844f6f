// The birth of a run: what is there before any call was made.
import { canonicalJson } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { AT_MS } from "../testing/builders.ts";
import { startRun } from "../testing/test-run.ts";

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 86_400_000;

describe("createRun", () => {
  it("[R1] is queued with one call, due now", () => {
    const run = startRun();
    expect(run.head).toMatchObject({
      status: "queued",
      functionVersion: 1,
      eventIds: [run.event.internalId],
      eventName: "shop/order.created",
      orderKey: 7,
      createdAtMs: AT_MS,
      requestVersion: -1,
      pendingStepIds: [],
    });
    expect(run.timers()).toHaveLength(1);
    expect(run.call()).toMatchObject({ dueAtMs: AT_MS, attempt: 0, orderKey: 7 });
    expect(run.changes[0]).toMatchObject({ type: "run_added" });
  });

  it.each([
    ["in the future", AT_MS + 5_001, AT_MS + 5_001],
    ["in the past", AT_MS - 5_000, AT_MS],
  ])("[R1] an event %s moves the first call", (_when, tsMs, dueAtMs) => {
    expect(startRun({ event: { tsMs } }).call().dueAtMs).toBe(dueAtMs);
  });

  it("[R8] the start timeout counts from the creation", () => {
    const run = startRun({ config: { timeouts: { startMs: 5_000 } } });
    expect(run.timer("start_timeout").dueAtMs).toBe(AT_MS + 5_000);
    expect(startRun({ config: { timeouts: {} } }).timers("start_timeout")).toEqual([]);
  });

  it.each([
    [undefined, AT_MS + YEAR_MS],
    ["1h", AT_MS + HOUR_MS],
    ["not a time", AT_MS + YEAR_MS],
  ])("[R11] a cancelOn rule with the timeout %s waits from the start", (timeout, expiresAtMs) => {
    const rule = { event: "shop/gone", ...(timeout === undefined ? {} : { timeout }) };
    const run = startRun({ config: { cancel: [rule] } });
    expect(run.wait()).toMatchObject({
      kind: "cancel",
      id: `${run.head.id}.cancel.0`,
      eventName: "shop/gone",
      matchKey: "",
      expiresAtMs,
    });
    expect(run.wait().op).toBeUndefined();
  });

  it("[R11] freezes what a rule reads of the event and indexes its equality", () => {
    const expression = "event.data.orderId == async.data.orderId";
    const run = startRun({ config: { cancel: [{ event: "shop/gone", expression }] } });
    expect(run.wait().expression).not.toContain("event.");
    expect(run.wait().matchPath).toBe("data.orderId");
    expect(run.wait().matchKey).toContain("o_1");
  });

  it("[R11] a rule that can never match waits for nothing, and the others keep their place", () => {
    const never = { event: "shop/gone", expression: "event.data.orderId == 'other'" };
    const run = startRun({ config: { cancel: [never, { event: "shop/closed" }] } });
    expect(run.waits().map(({ id }) => id)).toEqual([`${run.head.id}.cancel.1`]);
  });

  it("[R12] a rule that is too large to keep fails the run, with nothing left open", () => {
    const dataJson = canonicalJson({ blob: "x".repeat(300_000) });
    const expression = "async.data.blob == event.data.blob";
    const run = startRun({
      event: { dataJson },
      config: { cancel: [{ event: "shop/gone", expression }] },
    });
    expect(run.head).toMatchObject({
      status: "failed",
      error: { name: "InvalidExpression" },
    });
    expect(run.head.error?.message).toContain('cancelOn "shop/gone"');
    expect(run.timers()).toEqual([]);
    expect(run.waits()).toEqual([]);
    expect(run.followUps).toHaveLength(2);
  });

  it("[E4] keeps what an invoke will be answered by", () => {
    expect(startRun({ correlationId: "parent.step" }).head.correlationId).toBe("parent.step");
    expect(startRun().head).not.toHaveProperty("correlationId");
  });
});
