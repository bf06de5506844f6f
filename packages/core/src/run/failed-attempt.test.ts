// Attempts: which failures are tried again, when, and what is recorded of each call.
import { hashStepId } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { anOp, doneResult, errorResult, opsResult, stepIds } from "../testing/builders.ts";
import { startRun } from "../testing/test-run.ts";
import { decideCancel } from "./decide-cancel.ts";
import { decideCallResult } from "./decide-call-result.ts";
import { BACKOFF_JITTER_MS, retryAtMs } from "./retry.ts";

describe("failed calls", () => {
  it("[A1] is made again until no attempt is left", () => {
    const run = startRun({ config: { maxAttempts: 3 } });
    run.end(errorResult());
    expect(run.call().attempt).toBe(1);
    run.end(errorResult());
    expect(run.call().attempt).toBe(2);
    run.end(errorResult());
    expect(run.head.status).toBe("failed");
    expect(run.attempts().map(({ attempt, status }) => [attempt, status])).toEqual([
      [0, "failed"],
      [1, "failed"],
      [2, "failed"],
    ]);
  });

  it("[A1] a failure that must not be tried again fails the run", () => {
    const run = startRun();
    run.end(errorResult({ retriable: false }));
    expect(run.head.status).toBe("failed");
  });

  it("[A2] each call counts for itself", () => {
    const run = startRun();
    run.answer([anOp("StepPlanned", "a"), anOp("StepPlanned", "b")]);
    run.end(errorResult(), run.call("a"));
    expect(run.call("a").attempt).toBe(1);
    expect(run.call("b").attempt).toBe(0);
    run.answer([anOp("StepRun", "a")], { timer: run.call("a") });
    run.answer([anOp("StepRun", "b")], { timer: run.call("b") });
    expect(run.call().attempt).toBe(0);
  });

  it("[A6] the next attempt keeps when it was asked for and its step", () => {
    const run = startRun();
    run.answer([anOp("StepPlanned", "a"), anOp("StepPlanned", "b")]);
    const { queuedAtMs, op } = run.call("a");
    run.ctx.nowMs += 5_000;
    run.end(errorResult(), run.call("a"));
    expect(run.call("a")).toMatchObject({ queuedAtMs, op, kind: "call" });
    expect(run.call("a").dueAtMs).toBe(run.ctx.nowMs + 15_000);
  });

  it("[A10] an answer for a call that is gone changes nothing", () => {
    const run = startRun();
    const timer = run.call();
    run.end(errorResult());
    expect(run.end(doneResult("1"), timer)).toEqual([]);
    run.decide((draft) => decideCancel(draft, "enough"));
    expect(run.end(doneResult("1"), timer)).toEqual([]);
    expect(run.head.status).toBe("cancelled");
  });
});

describe("failed steps", () => {
  it("[A11] a step that failed after others begins where the app says, not where its call began", () => {
    const run = startRun();
    const callStartedAtMs = run.ctx.nowMs;
    run.ctx.nowMs += 100;
    const failAt = (startedAtMs: number): unknown =>
      run.decide((draft) =>
        decideCallResult(draft, {
          timerId: run.call().id,
          generation: run.attempts().length + 1,
          startedAtMs: callStartedAtMs,
          result: opsResult([
            anOp("StepError", "charge", { timing: { startedAtMs, durationMs: 20 } }),
          ]),
        }),
      );
    failAt(callStartedAtMs + 60);
    expect(run.attempts()).toMatchObject([
      {
        queuedAtMs: callStartedAtMs + 60,
        startedAtMs: callStartedAtMs + 60,
        endedAtMs: callStartedAtMs + 80,
      },
    ]);
    // A clock that is wrong does not carry it out of its call.
    failAt(callStartedAtMs + 9_000);
    expect(run.attempts()[1]).toMatchObject({
      startedAtMs: run.ctx.nowMs,
      endedAtMs: run.ctx.nowMs,
    });
  });

  it("[A11] a planned step is queued from its plan on", () => {
    const run = startRun();
    run.answer([anOp("StepPlanned", "a"), anOp("StepPlanned", "b")]);
    const { queuedAtMs } = run.call("a");
    run.ctx.nowMs += 5_000;
    run.answer([anOp("StepRun", "a")], { timer: run.call("a") });
    expect(run.steps()).toMatchObject([{ queuedAtMs }]);
    expect(run.attempts()[1]).toMatchObject({ queuedAtMs });
  });

  it("[A3] a retriable StepError makes the same call again", () => {
    const run = startRun();
    run.answer([anOp("StepError", "charge")]);
    expect(run.call()).toMatchObject({ attempt: 1, dueAtMs: run.ctx.nowMs + 15_000 });
    expect(run.steps()).toEqual([]);
    expect(run.attempts()).toMatchObject([
      {
        stepId: hashStepId("charge"),
        stepName: "charge",
        status: "failed",
        retryAtMs: run.call().dueAtMs,
        httpStatus: 206,
      },
    ]);
  });

  it("[A3] the last attempt records the error and the function goes on", () => {
    const run = startRun({ config: { maxAttempts: 1 } });
    run.answer([anOp("StepError", "charge")]);
    expect(run.output("charge")).toEqual({ error: { name: "Error", message: "charge failed" } });
    expect(run.call().attempt).toBe(0);
    expect(run.attempts()[0]).not.toHaveProperty("retryAtMs");
  });

  it.each([
    ["noRetry", { error: { name: "E", message: "m", noRetry: true } }, undefined],
    ["the no-retry header", {}, true],
  ])("[A3] %s records the error at once", (_what, fields, noRetry) => {
    const run = startRun();
    run.end(opsResult([anOp("StepError", "charge", fields)], { noRetry }));
    expect(run.steps()).toMatchObject([{ failed: true }]);
  });

  it("[A3] an op without an error still fails its step", () => {
    const run = startRun();
    const { error: _error, ...op } = anOp("StepError", "charge");
    run.answer([op]);
    expect(run.call().attempt).toBe(1);
  });

  it("[A7] two failed steps make the call again once, and keep what ended beside them", () => {
    const run = startRun();
    run.answer([anOp("StepRun", "a"), anOp("StepError", "b"), anOp("StepError", "c")]);
    expect(run.calls()).toHaveLength(1);
    expect(run.call()).toMatchObject({ attempt: 1 });
    expect(run.output("a")).toEqual({ data: null });
  });

  it("[A7] a final error beside a retried one is recorded", () => {
    const run = startRun();
    const final = anOp("StepError", "b", { error: { name: "E", message: "m", noRetry: true } });
    run.answer([final, anOp("StepError", "c"), anOp("StepFailed", "d")]);
    expect(run.calls()).toHaveLength(1);
    expect(run.state.stack).toEqual(stepIds("b", "d"));
  });
});

describe("recorded attempts", () => {
  it("[A9] a call that ended the function has no step", () => {
    const run = startRun();
    const queuedAtMs = run.ctx.nowMs;
    run.ctx.nowMs += 30;
    run.end(doneResult("1"));
    expect(run.attempts()).toEqual([
      {
        runId: run.head.id,
        generation: 1,
        attempt: 0,
        status: "succeeded",
        queuedAtMs,
        startedAtMs: run.ctx.nowMs,
        endedAtMs: run.ctx.nowMs,
        httpStatus: 200,
      },
    ]);
  });

  it("[A9] a planned step's call names the step, also when it brought nothing", () => {
    const run = startRun();
    run.answer([anOp("StepPlanned", "a"), anOp("StepPlanned", "b")]);
    expect(run.attempts()[0]).not.toHaveProperty("stepId");
    run.end(errorResult({ response: undefined }), run.call("a"));
    expect(run.attempts()[1]).toMatchObject({ stepName: "a", error: { message: "boom" } });
    expect(run.attempts()[1]).not.toHaveProperty("httpStatus");
    run.answer([anOp("Sleep", "b", { name: "1h" })], { timer: run.call("b") });
    expect(run.attempts()[2]).toMatchObject({ stepName: "b", status: "succeeded" });
  });

  it("[A9] the step that failed is named before those that went well", () => {
    const run = startRun();
    run.answer([anOp("StepRun", "a"), anOp("StepFailed", "b")]);
    expect(run.attempts()[0]).toMatchObject({ stepName: "b", status: "failed" });
    run.answer([anOp("Step", "c")]);
    expect(run.attempts()[1]).toMatchObject({ stepName: "c", status: "succeeded" });
  });

  it("[A9] a late answer is not recorded", () => {
    const run = startRun();
    run.decide((draft) => {
      decideCallResult(draft, {
        timerId: 999,
        generation: 1,
        startedAtMs: run.ctx.nowMs,
        result: doneResult("1"),
      });
    });
    expect(run.attempts()).toEqual([]);
  });
});

describe("retryAtMs", () => {
  const ctx = { nowMs: 1_000, random: () => 0, retryIntervalMs: undefined };

  it("[A4] follows the table and stays at its last delay", () => {
    const delays = Array.from({ length: 12 }, (_, attempt) => retryAtMs(ctx, attempt, undefined));
    const seconds = delays.map((atMs) => (atMs - ctx.nowMs) / 1_000);
    expect(seconds).toEqual([15, 30, 60, 120, 300, 600, 1_200, 2_400, 3_600, 7_200, 7_200, 7_200]);
  });

  it("[A4] adds less than 30 s of chance in whole milliseconds", () => {
    const almostOne = { ...ctx, random: () => 1 - Number.EPSILON };
    expect(retryAtMs(almostOne, 0, undefined)).toBe(ctx.nowMs + 15_000 + BACKOFF_JITTER_MS - 1);
  });

  it("[A4] an interval replaces delay and chance", () => {
    const fixed = { ...almost(), retryIntervalMs: 250 };
    expect(retryAtMs(fixed, 5, undefined)).toBe(ctx.nowMs + 250);
  });

  it("[A5] Retry-After overrides both", () => {
    expect(retryAtMs({ ...ctx, retryIntervalMs: 250 }, 0, "7")).toBe(ctx.nowMs + 7_000);
  });

  it("[A5] a date keeps its milliseconds", () => {
    const nowMs = Date.parse("2026-01-01T00:00:00.000Z");
    const at = { ...ctx, nowMs };
    expect(retryAtMs(at, 0, "2026-01-01T00:00:02.345Z")).toBe(nowMs + 2_345);
    expect(retryAtMs(at, 0, "2020-01-01T00:00:00.000Z")).toBe(nowMs + 1_000);
    expect(retryAtMs(at, 0, "2030-01-01T00:00:00.000Z")).toBe(nowMs + 86_400_000);
  });

  it("[A5] text that is no time is ignored", () => {
    expect(retryAtMs(ctx, 0, "soon")).toBe(ctx.nowMs + 15_000);
  });

  it("[A5] reaches the call of a step that asked for it", () => {
    const run = startRun();
    run.end(opsResult([anOp("StepError", "charge")], { retryAfterText: "90" }));
    expect(run.call().dueAtMs).toBe(run.ctx.nowMs + 90_000);
  });

  function almost(): typeof ctx {
    return { ...ctx, random: () => 0.99 };
  }
});
