// What each op of an answer does to its run. Groups of parallel steps are in continue-run.test.ts.
import { hashStepId, type Op } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { anOp, errorResult, opsResult } from "../testing/builders.ts";
import { startRun } from "../testing/test-run.ts";
import { decideCallResult } from "./decide-call-result.ts";

const COMPLETE = hashStepId("complete");

describe("ops that end a step", () => {
  it.each([
    ["StepRun", '{"total":1}', { data: { total: 1 } }],
    ["Step", "7", { data: 7 }],
    ["StepRun", undefined, { data: null }],
  ] as const)("[O2] %s with the data %s is recorded", (name, dataJson, output) => {
    const run = startRun();
    run.ctx.nowMs += 50;
    run.answer([anOp(name, "charge", dataJson === undefined ? {} : { dataJson })]);
    expect(run.output("charge")).toEqual(output);
    expect(run.steps()).toMatchObject([
      { op: "StepRun", name: "charge", position: 0, failed: false, endedAtMs: run.ctx.nowMs },
    ]);
    expect(run.call().op).toBeUndefined();
  });

  it("[O2] keeps the step's own start, its options and its display name", () => {
    const run = startRun();
    const callStartedAtMs = run.ctx.nowMs;
    run.ctx.nowMs += 100;
    const op = (userId: string, startedAtMs: number): Op =>
      anOp("StepRun", userId, {
        displayName: "Charge the card",
        opts: { type: "step.sendEvent" },
        timing: { startedAtMs, durationMs: 20 },
      });
    const ops = [
      op("a", callStartedAtMs + 30),
      op("early", callStartedAtMs - 999),
      op("late", callStartedAtMs + 999),
    ];
    run.decide((draft) =>
      decideCallResult(draft, {
        timerId: run.call().id,
        generation: 1,
        startedAtMs: callStartedAtMs,
        result: opsResult(ops),
      }),
    );
    const facts = { name: "Charge the card", opts: '{"type":"step.sendEvent"}' };
    expect(run.steps()).toMatchObject([
      { ...facts, startedAtMs: callStartedAtMs + 30 },
      { ...facts, startedAtMs: callStartedAtMs },
      { ...facts, startedAtMs: run.ctx.nowMs },
    ]);
  });

  it("[O2] a step without a user's id goes by the op's name", () => {
    const run = startRun();
    const { userland: _userland, ...op } = anOp("StepRun", "charge", { name: "from Go" });
    run.answer([op]);
    expect(run.steps()).toMatchObject([{ name: "from Go" }]);
  });

  it("[O3] StepFailed is recorded and the function goes on", () => {
    const run = startRun();
    run.answer([anOp("StepFailed", "charge")]);
    expect(run.output("charge")).toEqual({ error: { name: "Error", message: "charge failed" } });
    expect(run.steps()).toMatchObject([{ failed: true }]);
    expect(run.head.status).toBe("queued");
    expect(run.call().attempt).toBe(0);
  });

  it.each([
    ['{"message":"raw"}', '{"message":"raw"}'],
    [undefined, "null"],
  ])("[O3] StepFailed of the function itself fails the run", (dataJson, outputJson) => {
    const run = startRun();
    const op = anOp("StepFailed", "complete", dataJson === undefined ? {} : { dataJson });
    expect(op.id).toBe(COMPLETE);
    run.answer([op]);
    expect(run.head).toMatchObject({
      status: "failed",
      error: { message: "complete failed" },
      outputJson,
    });
    expect(run.attempts()).toMatchObject([{ status: "failed" }]);
    expect(run.attempts()[0]).not.toHaveProperty("stepId");
  });

  it("[O3] an op that fails without an error gets one", () => {
    const run = startRun();
    const { error: _error, ...failed } = anOp("StepFailed", "charge");
    run.answer([failed]);
    expect(run.output("charge")).toEqual({
      error: { name: "Error", message: "The step failed without an error." },
    });
  });
});

describe("ops that open work", () => {
  it("[O4] StepPlanned opens a call for that step", () => {
    const run = startRun();
    run.answer([anOp("StepPlanned", "charge", { opts: { input: [1] } })]);
    expect(run.calls()).toHaveLength(1);
    expect(run.call("charge")).toMatchObject({
      attempt: 0,
      dueAtMs: run.ctx.nowMs,
      op: { op: "StepRun", name: "charge", optsJson: '{"input":[1]}' },
    });
  });

  it("[O5] DiscoveryRequest opens a discovery", () => {
    const run = startRun();
    const first = run.call().id;
    run.answer([anOp("DiscoveryRequest", "more")]);
    expect(run.call().op).toBeUndefined();
    expect(run.call().id).not.toBe(first);
  });

  it("[O1] None beside open work changes nothing", () => {
    const run = startRun();
    run.answer([anOp("StepPlanned", "a"), anOp("StepPlanned", "b")]);
    run.answer([anOp("StepRun", "a")], { timer: run.call("a") });
    run.answer([anOp("StepRun", "b")], { timer: run.call("b") });
    run.answer([anOp("StepPlanned", "c"), anOp("Sleep", "nap", { name: "1h" })]);
    run.answer([anOp("StepRun", "c")], { timer: run.call("c") });
    expect(run.calls()).toEqual([]);
    expect(run.timer("sleep").op?.name).toBe("nap");
    expect(run.head.status).toBe("queued");
  });

  it.each(["DeferAdd", "DeferAbort", "SyncRunComplete"] as const)(
    "[O6] %s fails the run, and nothing else of the answer is applied",
    (name) => {
      const run = startRun();
      run.answer([anOp("StepRun", "charge"), anOp(name, "later")]);
      expect(run.head).toMatchObject({ status: "failed", error: { name: "UnsupportedOpcode" } });
      expect(run.head.error?.message).toContain(`"${name}"`);
      expect(run.steps()).toEqual([]);
      expect(run.attempts()).toMatchObject([
        { status: "failed", error: { name: "UnsupportedOpcode" } },
      ]);
    },
  );

  it("[O7] waits for events are opened first", () => {
    const run = startRun();
    const changes = run.answer([
      anOp("StepRun", "send"),
      anOp("WaitForEvent", "reply", { name: "shop/reply", opts: { timeout: "1h" } }),
    ]);
    const order = changes.map(({ type }) => type);
    expect(order.indexOf("wait_added")).toBeLessThan(order.indexOf("step_added"));
  });

  it("[O8] the first answer with ops fixes the version", () => {
    const run = startRun();
    run.end(errorResult());
    expect(run.head.requestVersion).toBe(-1);
    run.answer([anOp("StepRun", "a")], { requestVersion: 1 });
    run.answer([anOp("StepRun", "b")], { requestVersion: 2 });
    expect(run.head.requestVersion).toBe(1);
  });

  const repeated: readonly Op[] = [
    anOp("StepPlanned", "charge"),
    anOp("Sleep", "nap", { name: "1h" }),
    anOp("WaitForEvent", "reply", { name: "shop/reply" }),
    anOp("WaitForSignal", "sign", { opts: { signal: "s" } }),
    anOp("Gateway", "fetch"),
    anOp("AIGateway", "infer"),
  ];
  it.each(repeated)("[O9] reporting $op again changes nothing", (op) => {
    const run = startRun();
    run.answer([op, anOp("StepPlanned", "other")]);
    const [timers, waits] = [run.timers().length, run.waits().length];
    run.answer([op, anOp("StepRun", "other")], { timer: run.call("other") });
    expect(run.timers()).toHaveLength(timers - 1);
    expect(run.waits()).toHaveLength(waits);
  });

  it("[O9] an op for a step that has ended is ignored", () => {
    const run = startRun();
    run.answer([anOp("StepRun", "charge", { dataJson: "1" })]);
    run.answer([anOp("StepPlanned", "charge"), anOp("StepRun", "next")]);
    expect(run.calls()).toHaveLength(1);
    expect(run.call().op).toBeUndefined();
  });
});

describe("answers that bring no progress", () => {
  it.each([
    ["nothing", []],
    ["None", [anOp("None", "", { id: "" })]],
  ])("[A8, O1] an answer with %s and nothing open is a failed attempt", (_what, ops) => {
    const run = startRun();
    run.end(opsResult(ops));
    expect(run.call().attempt).toBe(1);
    expect(run.attempts()).toMatchObject([
      { status: "failed", error: { name: "NoProgress" }, retryAtMs: run.call().dueAtMs },
    ]);
  });

  it("[A8] a planned step that is left out of its answer is a failed attempt", () => {
    const run = startRun();
    run.answer([anOp("StepPlanned", "a"), anOp("StepPlanned", "b")]);
    run.answer([anOp("None", "", { id: "" })], { timer: run.call("a") });
    expect(run.call("a").attempt).toBe(1);
    expect(run.attempts().at(-1)?.error?.message).toContain('the step "a"');
  });

  it("[A8] while a step waits for an event, nothing need come", () => {
    const run = startRun();
    run.answer([
      anOp("WaitForEvent", "reply", { name: "shop/reply" }),
      anOp("DiscoveryRequest", "d"),
    ]);
    run.end(opsResult([anOp("None", "", { id: "" })]));
    expect(run.calls()).toEqual([]);
    expect(run.attempts().map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
  });

  it("[A8] timeouts of the run are no work", () => {
    const run = startRun({ config: { timeouts: { startMs: 60_000 }, cancel: [{ event: "x/y" }] } });
    run.end(opsResult([]));
    expect(run.call().attempt).toBe(1);
  });
});
