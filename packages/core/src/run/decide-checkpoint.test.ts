// Checkpoints: progress that is recorded while its call is still out.
import { EverstepError, type Op } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { anOp, errorResult, stepIds } from "../testing/builders.ts";
import { startRun, type TestRun } from "../testing/test-run.ts";
import { decideCancel } from "./decide-cancel.ts";
import { decideCheckpoint, type Checkpoint } from "./decide-checkpoint.ts";

function checkpoint(run: TestRun, fields: Partial<Checkpoint>): void {
  run.decide((draft) =>
    decideCheckpoint(draft, { ops: [], startedAtMs: run.ctx.nowMs, ...fields }),
  );
}

function refusal(run: TestRun, fields: Partial<Checkpoint>): string | undefined {
  const before = run.changes.length;
  try {
    checkpoint(run, fields);
    return undefined;
  } catch (error) {
    expect(run.changes).toHaveLength(before);
    return error instanceof EverstepError ? error.code : String(error);
  }
}

describe("decideCheckpoint", () => {
  it("[K1] records finished steps in order and asks for nothing", () => {
    const run = startRun();
    const startedAtMs = run.ctx.nowMs;
    run.ctx.nowMs += 40;
    checkpoint(run, {
      timerId: run.call().id,
      startedAtMs,
      ops: [
        anOp("StepRun", "a", { dataJson: "1", timing: { startedAtMs, durationMs: 3 } }),
        anOp("Step", "b", { timing: { startedAtMs: startedAtMs + 20, durationMs: 5 } }),
        anOp("StepRun", "c"),
      ],
    });
    expect(run.state.stack).toEqual(stepIds("a", "b", "c"));
    expect(run.output("b")).toEqual({ data: null });
    expect(run.steps().map((step) => step.startedAtMs)).toEqual([
      startedAtMs,
      startedAtMs + 20,
      startedAtMs + 25,
    ]);
    expect(run.timers()).toHaveLength(1);
  });

  it("[A11] ends each step when the app says that it ended, not when the checkpoint came", () => {
    const run = startRun();
    const startedAtMs = run.ctx.nowMs;
    run.ctx.nowMs += 40;
    const timed = (userId: string, afterMs: number, durationMs: number): Op =>
      anOp("StepRun", userId, { timing: { startedAtMs: startedAtMs + afterMs, durationMs } });
    const ops = [timed("a", 5, 3), timed("b", 8, 10), timed("too long", 20, 9_000)];
    checkpoint(run, { timerId: run.call().id, startedAtMs, ops });
    expect(run.steps().map((step) => step.endedAtMs - startedAtMs)).toEqual([8, 18, 40]);
  });

  it("[K2] a planned step changes nothing", () => {
    const run = startRun();
    checkpoint(run, { ops: [anOp("StepPlanned", "a")], timerId: run.call().id });
    expect(run.steps()).toEqual([]);
    expect(run.timers()).toHaveLength(1);
  });

  it.each(["StepError", "StepFailed", "Sleep", "RunComplete", "DeferAdd"] as const)(
    "[K2] %s refuses the whole checkpoint",
    (name) => {
      const run = startRun();
      expect(refusal(run, { ops: [anOp("StepRun", "a"), anOp(name, "b")] })).toBe(
        "checkpoint_invalid",
      );
    },
  );

  it("[K3] is refused from an older call, a finished one, and for an ended run", () => {
    const run = startRun();
    const timerId = run.call().id;
    const ops = [anOp("StepRun", "a")];
    expect(refusal(run, { ops, timerId, generation: 1, currentGeneration: 2 })).toBe(
      "dispatch_stale",
    );
    expect(refusal(run, { ops, timerId, generation: 1 })).toBe("dispatch_stale");
    expect(refusal(run, { ops, timerId: 999 })).toBe("dispatch_stale");
    run.decide((draft) => decideCancel(draft, "enough"));
    expect(refusal(run, { ops })).toBe("dispatch_stale");
  });

  it("[K4] is taken without a generation, or without the work it belongs to", () => {
    const run = startRun();
    const timerId = run.call().id;
    checkpoint(run, { ops: [anOp("StepRun", "a")], timerId, generation: 2, currentGeneration: 2 });
    checkpoint(run, { ops: [anOp("StepRun", "b")], timerId });
    checkpoint(run, { ops: [anOp("StepRun", "c")] });
    checkpoint(run, { ops: [anOp("StepRun", "d")], generation: 5 });
    expect(run.state.stack).toHaveLength(4);
  });

  it("[K5] gives the call all its attempts again", () => {
    const run = startRun({ config: { maxAttempts: 2 } });
    run.end(errorResult());
    expect(run.call().attempt).toBe(1);
    checkpoint(run, { ops: [anOp("StepRun", "a")], timerId: run.call().id });
    expect(run.call().attempt).toBe(0);
    run.end(errorResult());
    expect(run.head.status).toBe("queued");
    run.end(errorResult());
    expect(run.head.status).toBe("failed");
  });

  it("[K6] a step sent twice is recorded once", () => {
    const run = startRun();
    checkpoint(run, { ops: [anOp("StepRun", "a", { dataJson: "1" })] });
    checkpoint(run, { ops: [anOp("StepRun", "a", { dataJson: "2" }), anOp("StepRun", "b")] });
    expect(run.output("a")).toEqual({ data: 1 });
    expect(run.steps()).toHaveLength(2);
  });

  it("[K6] what the answer repeats is recorded once, and the function goes on", () => {
    const run = startRun();
    checkpoint(run, { ops: [anOp("StepRun", "a", { dataJson: "1" })], timerId: run.call().id });
    run.answer([anOp("StepRun", "a", { dataJson: "1" })]);
    expect(run.steps()).toHaveLength(1);
    expect(run.calls()).toHaveLength(1);
  });

  it("[U1] a step too many fails the run, and the rest is dropped", () => {
    const run = startRun();
    run.ctx.stepsPerRunMax = 1;
    const ops = [anOp("StepRun", "a"), anOp("StepRun", "b"), anOp("StepRun", "c")];
    checkpoint(run, { ops, timerId: run.call().id });
    expect(run.head).toMatchObject({ status: "failed", stepCount: 1 });
  });
});
