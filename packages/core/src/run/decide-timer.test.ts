// Timers that came due, and the start of a run.
import { describe, expect, it } from "vitest";
import { anOp, errorResult } from "../testing/builders.ts";
import { startRun } from "../testing/test-run.ts";
import { decideCalled, decideStarted, decideTimer } from "./decide-timer.ts";
import { endRun } from "./end-run.ts";
import { removeWait } from "./draft.ts";

describe("decideTimer", () => {
  it("[W3] a finished sleep gives null and asks what comes next", () => {
    const run = startRun();
    run.answer([anOp("Sleep", "nap", { name: "1h" })]);
    const { id, dueAtMs, queuedAtMs } = run.timer("sleep");
    run.ctx.nowMs = dueAtMs;
    run.decide((draft) => decideTimer(draft, id));
    expect(run.output("nap")).toBeNull();
    expect(run.steps()).toMatchObject([
      { op: "Sleep", failed: false, startedAtMs: queuedAtMs, endedAtMs: dueAtMs },
    ]);
    expect(run.steps()[0]).not.toHaveProperty("resolvedBy");
    expect(run.calls()).toHaveLength(1);
  });

  it("[W3] a wait that timed out gives null and is gone", () => {
    const run = startRun();
    run.answer([anOp("WaitForEvent", "reply", { name: "shop/reply", opts: { timeout: "1h" } })]);
    run.decide((draft) => decideTimer(draft, run.timer("wait_timeout").id));
    expect(run.output("reply")).toBeNull();
    expect(run.waits()).toEqual([]);
    expect(run.steps()).toMatchObject([{ resolvedBy: { timedOut: true }, failed: false }]);
  });

  it("[S3, W3] a waiter whose signal was taken over still times out", () => {
    const run = startRun();
    run.answer([anOp("WaitForSignal", "sign", { opts: { signal: "s", timeout: "1h" } })]);
    run.decide((draft) => {
      const wait = run.wait();
      removeWait(draft, { ...wait, timeoutTimerId: -1 });
    });
    run.decide((draft) => decideTimer(draft, run.timer("wait_timeout").id));
    expect(run.output("sign")).toBeNull();
    expect(run.calls()).toHaveLength(1);
  });

  it("[R8] the start timeout cancels", () => {
    const run = startRun({ config: { timeouts: { startMs: 5_000 } } });
    run.decide((draft) => decideTimer(draft, run.timer("start_timeout").id));
    expect(run.head).toMatchObject({ status: "cancelled" });
    expect(run.head.endReason).toContain("timeouts.start (5000 ms)");
  });

  it("[R8] the finish timeout cancels", () => {
    const run = startRun({ config: { timeouts: { finishMs: 9_000 } } });
    expect(run.timers("finish_timeout")).toEqual([]);
    run.decide((draft) => decideStarted(draft, run.ctx.nowMs + 3));
    expect(run.timer("finish_timeout").dueAtMs).toBe(run.ctx.nowMs + 3 + 9_000);
    run.decide((draft) => decideTimer(draft, run.timer("finish_timeout").id));
    expect(run.head).toMatchObject({ status: "cancelled" });
    expect(run.head.endReason).toContain("timeouts.finish (9000 ms)");
  });

  it("[R8] a timeout whose setting is gone by now still says what it was for", () => {
    const run = startRun({ config: { timeouts: { startMs: 5_000, finishMs: 9_000 } } });
    const bare = { ...run.fn, config: { ...run.fn.config, timeouts: {} } };
    const { id } = run.timer("start_timeout");
    run.decide((draft) => decideTimer({ ...draft, function: bare }, id));
    expect(run.head.endReason).toContain("timeouts.start (0 ms)");
  });

  it("[R3] a timer that is gone, or of an ended run, changes nothing", () => {
    const run = startRun();
    expect(run.decide((draft) => decideTimer(draft, 999))).toEqual([]);
    run.answer([anOp("Sleep", "nap", { name: "1h" })]);
    const { id } = run.timer("sleep");
    run.decide((draft) => endRun(draft, { status: "cancelled" }));
    expect(run.decide((draft) => decideTimer(draft, id))).toEqual([]);
  });

  it("[D1] calls are made outside, not decided", () => {
    const run = startRun();
    expect(run.decide((draft) => decideTimer(draft, run.call().id))).toEqual([]);
  });
});

describe("decideCalled", () => {
  it("[F59] notes when the call goes out, and its retry has not gone out", () => {
    const run = startRun({ config: { maxAttempts: 2 } });
    const { id: timerId } = run.call();
    const atMs = run.ctx.nowMs + 7;
    const changes = run.decide((draft) => decideCalled(draft, timerId, atMs));
    expect(changes).toEqual([{ type: "timer_called", timerId, runId: run.head.id, atMs }]);
    expect(run.call().calledAtMs).toBe(atMs);
    run.end(errorResult());
    expect(run.call()).not.toHaveProperty("calledAtMs");
  });

  it("[F59] changes nothing of a call that is not wanted any more", () => {
    const run = startRun();
    const { id: timerId } = run.call();
    expect(run.decide((draft) => decideCalled(draft, timerId + 1, 1))).toEqual([]);
    run.decide((draft) => endRun(draft, { status: "cancelled" }));
    expect(run.decide((draft) => decideCalled(draft, timerId, 1))).toEqual([]);
  });
});

describe("decideStarted", () => {
  it("[R2] happens once", () => {
    const run = startRun({ config: { timeouts: { startMs: 5_000, finishMs: 9_000 } } });
    const startedAtMs = run.ctx.nowMs + 10;
    run.decide((draft) => decideStarted(draft, startedAtMs));
    expect(run.head).toMatchObject({ status: "running", startedAtMs });
    expect(run.timers("start_timeout")).toEqual([]);
    expect(run.decide((draft) => decideStarted(draft, startedAtMs + 5))).toEqual([]);
  });

  it("[R2] without timeouts nothing counts", () => {
    const run = startRun();
    run.decide((draft) => decideStarted(draft, run.ctx.nowMs));
    expect(run.timers()).toHaveLength(1);
  });

  it("[R3] an ended run does not start", () => {
    const run = startRun();
    run.decide((draft) => endRun(draft, { status: "cancelled" }));
    expect(run.decide((draft) => decideStarted(draft, run.ctx.nowMs))).toEqual([]);
  });
});
