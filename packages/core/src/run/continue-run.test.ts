// After a step: groups of parallel steps, when discovery is asked for, and the bounds of a run's steps.
import { LIMITS } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { anOp, opsResult, racing, stepIds } from "../testing/builders.ts";
import { startRun, type TestRun } from "../testing/test-run.ts";
import { decideTimer } from "./decide-timer.ts";
import { enqueueDiscovery } from "./continue-run.ts";

function discoveries(run: TestRun): number {
  return run.calls().filter((timer) => timer.op === undefined).length;
}

function finish(run: TestRun, userId: string): void {
  run.answer([anOp("StepRun", userId)], { timer: run.call(userId) });
}

describe("groups of parallel steps", () => {
  it("[P1] one discovery follows the last of the group", () => {
    const run = startRun();
    run.answer([
      anOp("StepPlanned", "a"),
      anOp("StepPlanned", "b"),
      anOp("Sleep", "nap", { name: "1h" }),
    ]);
    expect(run.head.pendingStepIds).toEqual(stepIds("a", "b", "nap"));
    finish(run, "b");
    expect(discoveries(run)).toBe(0);
    run.decide((draft) => decideTimer(draft, run.timer("sleep").id));
    expect(discoveries(run)).toBe(0);
    finish(run, "a");
    expect(discoveries(run)).toBe(1);
    expect(run.head.pendingStepIds).toEqual([]);
  });

  it("[P1] a step that ended in the same answer is not waited for", () => {
    const run = startRun();
    run.answer([anOp("StepRun", "done")]);
    run.answer([anOp("StepRun", "done"), anOp("StepPlanned", "a"), anOp("StepPlanned", "b")]);
    expect(run.head.pendingStepIds).toEqual(stepIds("a", "b"));
  });

  it("[P1] a step outside the group leaves it as it is", () => {
    const run = startRun();
    run.answer([anOp("Sleep", "nap", { name: "1h" }), anOp("DiscoveryRequest", "more")]);
    run.answer([anOp("StepPlanned", "a"), anOp("StepPlanned", "b")]);
    run.decide((draft) => decideTimer(draft, run.timer("sleep").id));
    expect(run.head.pendingStepIds).toHaveLength(2);
    expect(discoveries(run)).toBe(0);
  });

  it("[P1] without a planned step there is no group", () => {
    const run = startRun();
    run.answer([anOp("Sleep", "short", { name: "1s" }), anOp("Sleep", "long", { name: "1h" })]);
    expect(run.head.pendingStepIds).toEqual([]);
    const [short] = run.timers("sleep");
    run.decide((draft) => decideTimer(draft, short?.id ?? 0));
    expect(discoveries(run)).toBe(1);
  });

  it("[P2, P3] below version 2 each end asks, but for one call that is still to come", () => {
    const run = startRun();
    run.answer([anOp("StepPlanned", "a"), anOp("StepPlanned", "b")], { requestVersion: 1 });
    expect(run.head.pendingStepIds).toEqual([]);
    finish(run, "a");
    expect(discoveries(run)).toBe(1);
    finish(run, "b");
    expect(discoveries(run)).toBe(1);
  });

  it("[P4] a discovery that is out already cannot see the end", () => {
    const run = startRun();
    run.answer([anOp("StepPlanned", "a"), anOp("StepPlanned", "b")], { requestVersion: 1 });
    finish(run, "a");
    run.ctx.inFlight.add(run.call().id);
    finish(run, "b");
    expect(discoveries(run)).toBe(2);
  });

  it("[P4] nor does one that waits for its next attempt", () => {
    const run = startRun();
    run.answer([anOp("Sleep", "nap", { name: "1h" }), anOp("DiscoveryRequest", "more")]);
    run.answer([anOp("StepError", "charge")]);
    expect(run.call().dueAtMs).toBeGreaterThan(run.ctx.nowMs);
    run.decide((draft) => decideTimer(draft, run.timer("sleep").id));
    expect(discoveries(run)).toBe(2);
  });

  it("[P5] the end of a racing step asks at once", () => {
    const run = startRun();
    run.answer([racing(anOp("StepPlanned", "a")), racing(anOp("StepPlanned", "b"))]);
    finish(run, "b");
    expect(discoveries(run)).toBe(1);
    expect(run.call("a").op?.parallelMode).toBe("race");
  });

  it("[P5] in a mixed group the racing step asks and the others still wait for each other", () => {
    const run = startRun();
    run.answer([
      racing(anOp("StepPlanned", "r")),
      anOp("StepPlanned", "a"),
      anOp("StepPlanned", "b"),
    ]);
    finish(run, "a");
    expect(discoveries(run)).toBe(0);
    finish(run, "r");
    expect(discoveries(run)).toBe(1);
    run.answer([anOp("None", "", { id: "" })]);
    finish(run, "b");
    expect(discoveries(run)).toBe(1);
  });

  it("[P5] a step after a race does not wait for the loser", () => {
    const run = startRun();
    const loser = racing(anOp("Sleep", "timeout", { name: "1d" }));
    run.answer([racing(anOp("StepPlanned", "work")), loser]);
    finish(run, "work");
    run.answer([loser, anOp("StepPlanned", "next")]);
    finish(run, "next");
    expect(discoveries(run)).toBe(1);
    expect(run.timers("sleep")).toHaveLength(1);
  });

  it("[P6] ops that end no step are in no group", () => {
    const run = startRun();
    run.answer([anOp("StepPlanned", "a"), anOp("StepPlanned", "b"), anOp("DiscoveryRequest", "d")]);
    run.end(opsResult([anOp("None", "", { id: "" })]));
    finish(run, "a");
    finish(run, "b");
    expect(discoveries(run)).toBe(1);
    expect(run.head.pendingStepIds).toEqual([]);
  });

  it("[P3] asking again before the call has gone out changes nothing", () => {
    const run = startRun();
    expect(run.decide((draft) => enqueueDiscovery(draft))).toEqual([]);
  });
});

describe("memoised steps", () => {
  it("[R9] the first result stays", () => {
    const run = startRun();
    run.answer([anOp("StepRun", "a", { dataJson: "1" })]);
    run.answer([anOp("StepRun", "a", { dataJson: "2" }), anOp("StepRun", "b")]);
    expect(run.output("a")).toEqual({ data: 1 });
    expect(run.state.stack).toEqual(stepIds("a", "b"));
    expect(run.steps().map(({ position }) => position)).toEqual([0, 1]);
  });

  it("[R13] what else was open for the step is taken away", () => {
    const run = startRun();
    run.answer([
      anOp("StepPlanned", "a"),
      anOp("WaitForEvent", "b", { name: "shop/reply", opts: { timeout: "1h" } }),
      anOp("DiscoveryRequest", "more"),
    ]);
    const planned = run.call("a");
    run.answer([anOp("StepRun", "a"), anOp("StepRun", "b")]);
    expect(run.waits()).toEqual([]);
    expect(run.timers()).toEqual([run.call()]);
    expect(run.answer([anOp("StepRun", "a")], { timer: planned })).toEqual([]);
  });

  it("[R13] a call that brought its step is over, although another step failed beside it", () => {
    const run = startRun();
    run.answer([anOp("StepPlanned", "a"), anOp("StepPlanned", "b")]);
    run.answer([anOp("StepRun", "a"), anOp("StepError", "c")], { timer: run.call("a") });
    expect(run.calls()).toEqual([run.call("b")]);
    finish(run, "b");
    expect(discoveries(run)).toBe(1);
  });

  it("[U1] a step too many fails the run", () => {
    const run = startRun();
    run.ctx.stepsPerRunMax = 2;
    run.answer([anOp("StepRun", "a")]);
    run.answer([anOp("StepRun", "b")]);
    expect(run.head).toMatchObject({ status: "queued", stepCount: 2 });
    run.answer([anOp("StepRun", "c"), anOp("StepRun", "d")]);
    expect(run.head).toMatchObject({
      status: "failed",
      stepCount: 2,
      error: { name: "InngestErrFunctionOverflowed" },
    });
    expect(run.head.error?.message).toContain("2 steps");
    expect(run.timers()).toEqual([]);
  });

  it("[U1] results that are too large together fail the run", () => {
    const run = startRun();
    const dataJson = JSON.stringify("x".repeat(LIMITS.runStateBytesMax / 2));
    run.answer([anOp("StepRun", "a", { dataJson })]);
    expect(run.head.stateBytes).toBeGreaterThan(LIMITS.runStateBytesMax / 2);
    run.answer([anOp("StepRun", "b", { dataJson })]);
    expect(run.head).toMatchObject({
      status: "failed",
      error: { name: "InngestErrStateOverflowed" },
      stepCount: 1,
    });
  });
});
