// The ops whose work is to wait: sleeps, events, signals and their timeouts.
import { canonicalJson, type Op } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { anOp, AT_MS } from "../../testing/builders.ts";
import { startRun } from "../../testing/test-run.ts";
import { signalOf } from "./wait-for-signal.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe("Sleep", () => {
  it.each([
    ["a duration", "1h30m", AT_MS + 1.5 * HOUR_MS],
    ["a date with milliseconds", new Date(AT_MS + 1_234).toISOString(), AT_MS + 1_234],
    ["a date in the past", new Date(AT_MS - 1_000).toISOString(), AT_MS],
    ["nothing, as v3 says below a second", "", AT_MS],
    ["the longest duration", "366d", AT_MS + 366 * DAY_MS],
  ])("[W1] %s", (_what, name, dueAtMs) => {
    const run = startRun();
    run.answer([anOp("Sleep", "nap", { name })]);
    expect(run.timer("sleep").dueAtMs).toBe(dueAtMs);
  });

  it("[W4] Go says it in opts.duration", () => {
    const run = startRun();
    run.answer([anOp("Sleep", "nap", { name: "nap", opts: { duration: "2h" } })]);
    expect(run.timer("sleep").dueAtMs).toBe(AT_MS + 2 * HOUR_MS);
  });

  it.each([
    ["soon", "InvalidSleep", '"soon"'],
    ["367d", "InngestErrTimeoutTooLong", "366 days"],
  ])("[W2] %s fails the run", (name, error, words) => {
    const run = startRun();
    run.answer([anOp("Sleep", "nap", { name })]);
    expect(run.head).toMatchObject({ status: "failed", error: { name: error } });
    expect(run.head.error?.message).toContain(words);
  });
});

describe("WaitForEvent", () => {
  it("stands under the run and the step, with its timeout beside it", () => {
    const run = startRun();
    const op = anOp("WaitForEvent", "reply", { name: "shop/reply", opts: { timeout: "1h" } });
    run.answer([op]);
    expect(run.wait()).toEqual({
      id: `${run.head.id}.${op.id}`,
      kind: "event",
      runId: run.head.id,
      functionId: run.fn.id,
      eventName: "shop/reply",
      matchKey: "",
      matchPath: "",
      createdAtMs: AT_MS,
      expiresAtMs: AT_MS + HOUR_MS,
      timeoutTimerId: run.timer("wait_timeout").id,
      op: { stepId: op.id, op: "WaitForEvent", name: "reply", optsJson: '{"timeout":"1h"}' },
    });
    expect(run.timer("wait_timeout")).toMatchObject({
      dueAtMs: AT_MS + HOUR_MS,
      waitId: run.wait().id,
    });
  });

  it("[W4] Go names the event in opts.event", () => {
    const run = startRun();
    run.answer([anOp("WaitForEvent", "reply", { name: "reply", opts: { event: "shop/reply" } })]);
    expect(run.wait().eventName).toBe("shop/reply");
  });

  it.each([
    ["", AT_MS],
    ["1h", AT_MS + HOUR_MS],
    [new Date(AT_MS - 5).toISOString(), AT_MS],
    [new Date(AT_MS + 5).toISOString(), AT_MS + 5],
  ])("[W6] the timeout %s", (timeout, expiresAtMs) => {
    const run = startRun();
    run.answer([anOp("WaitForEvent", "reply", { name: "shop/reply", opts: { timeout } })]);
    expect(run.wait().expiresAtMs).toBe(expiresAtMs);
  });

  it.each([{}, { timeout: null }])("[W6] never ends by time with %o", (opts) => {
    const run = startRun();
    run.answer([anOp("WaitForEvent", "reply", { name: "shop/reply", opts })]);
    expect(run.wait()).not.toHaveProperty("expiresAtMs");
    expect(run.timers()).toEqual([]);
  });

  it("[W7] freezes the expression and indexes its equality", () => {
    const run = startRun();
    const source = "event.data.orderId == async.data.orderId";
    run.answer([anOp("WaitForEvent", "reply", { name: "shop/reply", opts: { if: source } })]);
    expect(run.wait().expression).not.toContain("event.");
    expect(run.wait()).toMatchObject({ matchPath: "data.orderId" });
  });

  it.each([
    ["cannot be compiled", "event.data.( =="],
    ["is too large to keep", "async.data.blob == event.data.blob"],
  ])("[W7] an expression that %s fails the run", (_what, source) => {
    const dataJson = canonicalJson({ blob: "x".repeat(300_000) });
    const run = startRun({ event: { dataJson } });
    run.answer([anOp("WaitForEvent", "reply", { name: "shop/reply", opts: { if: source } })]);
    expect(run.head).toMatchObject({ status: "failed", error: { name: "InvalidExpression" } });
    expect(run.waits()).toEqual([]);
  });
});

describe("WaitForSignal", () => {
  it("[S2] waits a year under the signal's name", () => {
    const run = startRun();
    run.answer([anOp("WaitForSignal", "sign", { opts: { signal: "s", timeout: "" } })]);
    expect(run.wait()).toMatchObject({
      kind: "signal",
      eventName: "",
      matchKey: "s",
      expiresAtMs: AT_MS + 365 * DAY_MS,
    });
    expect(run.wait().matchPath).toBeUndefined();
  });

  it.each([undefined, "", 7, "x".repeat(513)])("[S2] %s is no signal", (signal) => {
    const op = anOp("WaitForSignal", "sign", { opts: signal === undefined ? {} : { signal } });
    expect(signalOf(op)).toBeUndefined();
    const run = startRun();
    run.answer([op]);
    expect(run.head).toMatchObject({ status: "failed", error: { name: "InvalidSignal" } });
  });
});

describe("timeouts", () => {
  const tools: readonly (readonly [string, Op])[] = [
    ["step.waitForEvent", anOp("WaitForEvent", "x", { name: "shop/reply" })],
    ["step.waitForSignal", anOp("WaitForSignal", "x", { opts: { signal: "s" } })],
    ["step.invoke", anOp("InvokeFunction", "x", { opts: { function_id: "shop-order" } })],
  ];
  it.each(tools)("[W2] of %s are bounded", (tool, op) => {
    const failing = (timeout: unknown): ReturnType<typeof startRun> => {
      const run = startRun();
      run.ctx.functions.push(run.fn);
      run.answer([{ ...op, opts: { ...op.opts, timeout: timeout as string } }]);
      return run;
    };
    expect(failing("367d").head.error).toMatchObject({ name: "InngestErrTimeoutTooLong" });
    expect(failing("soon").head.error?.message).toContain(`${tool} was given the timeout "soon"`);
    expect(failing(7).head.error).toMatchObject({ name: "InvalidTimeout" });
    expect(failing("366d").head.status).toBe("queued");
  });
});
