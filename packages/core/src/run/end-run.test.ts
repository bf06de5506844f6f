// The ends of a run: what is taken away, what is kept, and what is sent because of them.
import { EverstepError } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { anOp, doneResult, errorResult } from "../testing/builders.ts";
import { startRun, type TestRun } from "../testing/test-run.ts";
import { decideCancel } from "./decide-cancel.ts";
import { decideStarted } from "./decide-timer.ts";
import type { FollowUp } from "./draft.ts";
import { endRun } from "./end-run.ts";

interface SentEvent {
  readonly name: string;
  readonly id: string;
  readonly internalId: string;
  readonly dataJson: string;
}

function sent(run: { followUps: readonly FollowUp[] }): readonly SentEvent[] {
  return run.followUps.flatMap((next) => (next.type === "event" ? [next.event] : []));
}

function settled(run: { followUps: readonly FollowUp[] }): FollowUp | undefined {
  return run.followUps.find((next) => next.type === "settle_invoke");
}

/** With a sleep, a wait, a request, a planned step and both timeouts open. */
function aBusyRun(): TestRun {
  const run = startRun({
    config: { timeouts: { startMs: 1, finishMs: 60_000 }, cancel: [{ event: "shop/gone" }] },
  });
  run.decide((draft) => decideStarted(draft, run.ctx.nowMs));
  run.answer([
    anOp("Sleep", "nap", { name: "1h" }),
    anOp("WaitForEvent", "answer", { name: "shop/answer", opts: { timeout: "1d" } }),
    anOp("Gateway", "fetch", { opts: { url: "http://localhost" } }),
    anOp("StepPlanned", "charge"),
  ]);
  return run;
}

describe("the end of a run", () => {
  it("[R4] takes away every timer and wait", () => {
    const run = aBusyRun();
    expect(run.timers()).toHaveLength(5);
    expect(run.waits()).toHaveLength(2);
    run.decide((draft) => decideCancel(draft, "enough"));
    expect(run.timers()).toEqual([]);
    expect(run.waits()).toEqual([]);
    expect(run.head.pendingStepIds).toEqual([]);
  });

  it("[R5] a result completes the run, whatever else is open", () => {
    const run = aBusyRun();
    run.end(doneResult('{"ok":true}'), run.call("charge"));
    expect(run.head).toMatchObject({
      status: "completed",
      outputJson: '{"ok":true}',
      endedAtMs: run.ctx.nowMs,
    });
    expect(run.head.error).toBeUndefined();
  });

  it.each([
    ["its value", '{"total":1}', '{"total":1}'],
    ["null", undefined, "null"],
  ])("[R5] RunComplete completes the run with %s", (_what, dataJson, outputJson) => {
    const run = startRun();
    const op = anOp("RunComplete", "complete", dataJson === undefined ? {} : { dataJson });
    run.answer([anOp("StepRun", "charge", { dataJson: "1" }), op]);
    expect(run.head).toMatchObject({ status: "completed", outputJson, stepCount: 1 });
    expect(run.timers()).toEqual([]);
  });

  it("[R6] a failure keeps the error and the raw body", () => {
    const run = startRun();
    run.end(errorResult({ retriable: false }));
    expect(run.head).toMatchObject({
      status: "failed",
      error: { name: "Error", message: "boom" },
      outputJson: '{"message":"boom"}',
    });
  });

  it("[R7] cancelling gives the reason, once", () => {
    const run = startRun();
    run.decide((draft) => decideCancel(draft, "not needed"));
    expect(run.head).toMatchObject({ status: "cancelled", endReason: "not needed" });
    expect(run.head.outputJson).toBeUndefined();
    const again = (): unknown => run.decide((draft) => decideCancel(draft, "again"));
    expect(again).toThrow(EverstepError);
    expect(again).toThrow(/has already ended \(cancelled\)/);
  });

  it("[R3] a second end changes nothing", () => {
    const run = startRun();
    run.decide((draft) => endRun(draft, { status: "completed", outputJson: "1" }));
    const changes = run.decide((draft) => endRun(draft, { status: "cancelled" }));
    expect(changes).toEqual([]);
    expect(sent(run)).toHaveLength(1);
  });
});

describe("lifecycle events", () => {
  it("[L1] a completed run sends finished alone, under a fresh id", () => {
    const run = startRun();
    run.end(doneResult("1"));
    const [finished, ...others] = sent(run);
    expect(others).toEqual([]);
    expect(finished).toMatchObject({ name: "inngest/function.finished" });
    expect(finished?.id).toBe(finished?.internalId);
  });

  it("[L1] failed and cancelled follow finished under the run's id", () => {
    const failed = startRun();
    failed.end(errorResult({ retriable: false }));
    const cancelled = startRun();
    cancelled.decide((draft) => decideCancel(draft, "no"));
    expect(sent(failed).map(({ name }) => name)).toEqual([
      "inngest/function.finished",
      "inngest/function.failed",
    ]);
    expect(sent(cancelled).map(({ name }) => name)).toEqual([
      "inngest/function.finished",
      "inngest/function.cancelled",
    ]);
    expect(sent(failed)[1]?.id).toBe(failed.head.id);
    expect(sent(cancelled)[1]?.id).toBe(cancelled.head.id);
  });

  it("[L2] tells the function, the run, its events and how it went", () => {
    const run = startRun({
      correlationId: "01KJPARENT.step",
      event: { metaJson: '{"everstep_types":{"data":{"at":"date"}},"sessions":{}}' },
    });
    run.end(errorResult({ retriable: false }));
    const [finished] = sent(run);
    const data = JSON.parse(finished?.dataJson ?? "null") as Record<string, unknown>;
    const event: unknown = expect.objectContaining({ name: "shop/order.created" });
    expect(data).toEqual({
      _inngest: { status: "Failed" },
      correlation_id: "01KJPARENT.step",
      error: { name: "Error", message: "boom" },
      event,
      events: [event],
      function_id: "shop-order",
      result: { message: "boom" },
      run_id: run.head.id,
    });
    expect(Object.keys(data)).toEqual(Object.keys(data).toSorted());
    expect(finished).toMatchObject({ metaJson: '{"sessions":{}}' });
  });

  it("[L2] a cancelled run has an error and no result, a completed one a result and no error", () => {
    const cancelled = startRun();
    cancelled.decide((draft) => endRun(draft, { status: "cancelled" }));
    const done = startRun();
    done.decide((draft) => endRun(draft, { status: "completed" }));
    const dataOf = (run: TestRun): unknown => JSON.parse(sent(run)[0]?.dataJson ?? "null");
    expect(dataOf(cancelled)).toMatchObject({
      _inngest: { status: "Cancelled" },
      error: { message: "The function run was cancelled: no reason given" },
    });
    expect(dataOf(cancelled)).not.toHaveProperty("result");
    expect(dataOf(done)).toMatchObject({ _inngest: { status: "Completed" }, result: null });
    expect(dataOf(done)).not.toHaveProperty("error");
  });

  it.each(["inngest/function.finished", "inngest/function.failed"])(
    "[L3] a run started by %s sends none",
    (name) => {
      const run = startRun({ event: { name } });
      run.end(errorResult({ retriable: false }));
      expect(run.followUps).toEqual([]);
    },
  );

  it("[I3] the invoker is answered before anything is sent", () => {
    const correlationId = "01KJPARENT.step";
    const done = startRun({ correlationId });
    done.end(doneResult("42"));
    expect(done.followUps[0]).toEqual({
      type: "settle_invoke",
      correlationId,
      outputJson: '{"data":42}',
      runId: done.head.id,
    });
    const failed = startRun({ correlationId });
    failed.end(errorResult({ retriable: false }));
    expect(settled(failed)).toMatchObject({
      outputJson: '{"error":{"message":"boom","name":"Error"}}',
    });
    const cancelled = startRun({ correlationId });
    cancelled.decide((draft) => decideCancel(draft, "too late"));
    expect(settled(cancelled)).toMatchObject({
      outputJson: '{"error":{"message":"The function run was cancelled: too late","name":"Error"}}',
    });
  });
});
