// Requests that the engine makes for a step: what their ends mean for the run.
import { hashStepId } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { anOp } from "../../testing/builders.ts";
import { startRun, type TestRun } from "../../testing/test-run.ts";
import { endRun } from "../end-run.ts";
import { decideRequestResult, type RequestResult } from "./gateway.ts";

const FAILURE: RequestResult = {
  ok: false,
  retriable: true,
  error: { name: "GatewayError", message: "no connection" },
};

function aFetchingRun(): TestRun {
  const run = startRun({ config: { maxAttempts: 2 } });
  run.answer([anOp("Gateway", "fetch", { opts: { url: "http://localhost" } })]);
  return run;
}

function finish(run: TestRun, result: RequestResult, timerId?: number): void {
  run.decide((draft) =>
    decideRequestResult(draft, {
      timerId: timerId ?? run.timer("request").id,
      generation: 9,
      startedAtMs: run.ctx.nowMs,
      result,
    }),
  );
}

describe("step requests", () => {
  it.each(["Gateway", "AIGateway"] as const)("[O10] %s opens one", (name) => {
    const run = startRun();
    run.answer([anOp(name, "fetch", { opts: { url: "http://localhost" } })]);
    expect(run.timer("request")).toMatchObject({
      dueAtMs: run.ctx.nowMs,
      attempt: 0,
      op: { op: name, optsJson: '{"url":"http://localhost"}' },
    });
  });

  it("[O10] the result is recorded as data", () => {
    const run = aFetchingRun();
    finish(run, { ok: true, status: 200, dataJson: '{"status_code":200}' });
    expect(run.output("fetch")).toEqual({ data: { status_code: 200 } });
    expect(run.timers("request")).toEqual([]);
    expect(run.calls()).toHaveLength(1);
    expect(run.attempts().at(-1)).toMatchObject({
      generation: 9,
      stepId: hashStepId("fetch"),
      stepName: "fetch",
      status: "succeeded",
    });
  });

  it("[O10, A2] a failure is tried again within the attempts, then recorded", () => {
    const run = aFetchingRun();
    finish(run, FAILURE);
    expect(run.timer("request")).toMatchObject({ attempt: 1, op: { op: "Gateway" } });
    expect(run.attempts().at(-1)).toMatchObject({
      status: "failed",
      retryAtMs: run.timer("request").dueAtMs,
    });
    finish(run, FAILURE);
    expect(run.output("fetch")).toEqual({
      error: { name: "GatewayError", message: "no connection" },
    });
    expect(run.steps()).toMatchObject([{ failed: true, attempt: 1 }]);
    expect(run.head.status).toBe("queued");
    expect(run.calls()).toHaveLength(1);
  });

  it("[O10] a failure that must not be tried again is recorded at once", () => {
    const run = aFetchingRun();
    finish(run, { ...FAILURE, retriable: false });
    expect(run.steps()).toMatchObject([{ failed: true, attempt: 0 }]);
  });

  it("[A10] an end that comes late, or for a call, changes nothing", () => {
    const run = aFetchingRun();
    const { id } = run.timer("request");
    const before = run.changes.length;
    finish(run, FAILURE, 999);
    run.decide((draft) => endRun(draft, { status: "cancelled" }));
    const ended = run.changes.length;
    finish(run, FAILURE, id);
    expect(run.changes).toHaveLength(ended);
    expect(ended).toBeGreaterThan(before);

    const calling = startRun();
    finish(calling, FAILURE, calling.call().id);
    expect(calling.attempts()).toEqual([]);
  });
});
