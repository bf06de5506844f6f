// What the start of a run takes of its function's limits, once, and what its end gives back.
import { describe, expect, it } from "vitest";
import { anOp, errorResult } from "../testing/builders.ts";
import { startRun, type TestRun } from "../testing/test-run.ts";
import { decideStarted } from "./decide-timer.ts";
import { endRun } from "./end-run.ts";

const THROTTLE = { kind: "throttle", functionId: "f", key: "", stateJson: "[1,0,1]" } as const;

function started(slots: readonly string[] = ["r:f", "r:f:k:1"]): TestRun {
  const run = startRun();
  run.decide((draft) => decideStarted(draft, run.ctx.nowMs, { throttle: THROTTLE, slots }));
  return run;
}

describe("a start", () => {
  it("[F27] takes a slot in each bucket and charges the throttle, with the run's start", () => {
    const run = started();
    const { id: runId, functionId } = run.head;
    expect(run.head).toMatchObject({ status: "running", slots: ["r:f", "r:f:k:1"] });
    expect(run.changes).toEqual(
      expect.arrayContaining([
        { type: "limiter_saved", limiter: THROTTLE },
        { type: "slot_taken", slot: { bucket: "r:f", runId, functionId } },
        { type: "slot_taken", slot: { bucket: "r:f:k:1", runId, functionId } },
      ]),
    );
  });

  it("[F27] is charged once: a call that is made again takes nothing", () => {
    const run = started();
    const again = run.decide((draft) =>
      decideStarted(draft, run.ctx.nowMs, { throttle: THROTTLE, slots: ["r:f"] }),
    );
    expect(again).toEqual([]);
  });

  it("[F27] the run's first calls are starts until one has gone out, retries and later steps are not", () => {
    const run = startRun();
    expect(run.call().isStart).toBe(true);
    run.decide((draft) => decideStarted(draft, run.ctx.nowMs));
    run.end(errorResult());
    expect(run.call()).toMatchObject({ attempt: 1 });
    expect(run.call()).not.toHaveProperty("isStart");
    run.answer([
      anOp("StepPlanned", "a"),
      anOp("Gateway", "b"),
      anOp("Sleep", "c", { name: "1h" }),
    ]);
    for (const timer of run.timers()) expect(timer).not.toHaveProperty("isStart");
  });

  it("[F27] a call that was charged is no start when it is made again after a crash", () => {
    const run = started();
    expect(run.call()).not.toHaveProperty("isStart");
    const free = startRun();
    free.decide((draft) => decideStarted(draft, free.ctx.nowMs));
    expect(free.call().isStart).toBe(true);
  });

  it("[F27] leaves the head without slots when the function has no rule for whole runs", () => {
    const run = startRun();
    run.decide((draft) => decideStarted(draft, run.ctx.nowMs));
    expect(run.head).not.toHaveProperty("slots");
  });
});

describe("an end", () => {
  it.each(["completed", "failed", "cancelled"] as const)("[F27] %s frees every slot", (status) => {
    const run = started();
    const changes = run.decide((draft) => endRun(draft, { status }));
    expect(changes).toContainEqual({ type: "slots_freed", runId: run.head.id });
    expect(run.head.slots).toEqual([]);
  });

  it("[F27] of a run that holds nothing frees nothing", () => {
    const changes = started([]).decide((draft) => endRun(draft, { status: "completed" }));
    expect(changes.map(({ type }) => type)).not.toContain("slots_freed");
    expect(changes.map(({ type }) => type)).not.toContain("limiter_removed");
  });
});
