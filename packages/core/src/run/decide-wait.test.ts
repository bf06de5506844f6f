// What arrives for a run that waits: events, the end of an invoked run, signals.
import { describe, expect, it } from "vitest";
import { anEvent, anOp, aFunction } from "../testing/builders.ts";
import { startRun, type TestRun } from "../testing/test-run.ts";
import { decideTimer } from "./decide-timer.ts";
import { decideEventArrival, decideInvokeSettled, decideSignal } from "./decide-wait.ts";
import { endRun } from "./end-run.ts";

const REPLY = anEvent({
  internalId: "01KJEVENT00000000000000002",
  name: "shop/reply",
  dataJson: '{"ok":true}',
});

function aWaitingRun(): TestRun {
  const run = startRun();
  run.answer([anOp("WaitForEvent", "reply", { name: "shop/reply", opts: { timeout: "1h" } })]);
  return run;
}

function anInvokingRun(): TestRun {
  const run = startRun();
  run.ctx.functions.push(aFunction({ slug: "shop-child" }));
  run.answer([anOp("InvokeFunction", "child", { opts: { function_id: "shop-child" } })]);
  return run;
}

function aSigningRun(): TestRun {
  const run = startRun();
  run.answer([anOp("WaitForSignal", "sign", { opts: { signal: 'the "s"' } })]);
  return run;
}

describe("decideEventArrival", () => {
  it("[W5] the step gets the whole event", () => {
    const run = aWaitingRun();
    const { createdAtMs } = run.wait();
    run.ctx.nowMs += 500;
    run.decide((draft) => decideEventArrival(draft, run.wait().id, REPLY));
    expect(run.output("reply")).toEqual({
      data: { ok: true },
      id: REPLY.id,
      name: "shop/reply",
      ts: REPLY.tsMs,
      user: {},
    });
    expect(run.steps()).toMatchObject([
      { startedAtMs: createdAtMs, resolvedBy: { eventId: REPLY.internalId } },
    ]);
    expect(run.waits()).toEqual([]);
    expect(run.timers().map(({ kind }) => kind)).toEqual(["call"]);
  });

  it("[W8] the first of event and timeout wins", () => {
    const late = aWaitingRun();
    const { id } = late.wait();
    late.decide((draft) => decideTimer(draft, late.timer("wait_timeout").id));
    expect(late.decide((draft) => decideEventArrival(draft, id, REPLY))).toEqual([]);

    const intime = aWaitingRun();
    const timeout = intime.timer("wait_timeout").id;
    intime.decide((draft) => decideEventArrival(draft, intime.wait().id, REPLY));
    expect(intime.decide((draft) => decideTimer(draft, timeout))).toEqual([]);
  });

  it("[R11] cancelOn cancels with the event in the reason", () => {
    const run = startRun({ config: { cancel: [{ event: "shop/reply" }] } });
    const { id } = run.wait();
    run.decide((draft) => decideEventArrival(draft, id, REPLY));
    expect(run.head).toMatchObject({ status: "cancelled" });
    expect(run.head.endReason).toContain(`"shop/reply" (${REPLY.internalId})`);
    expect(run.decide((draft) => decideEventArrival(draft, id, REPLY))).toEqual([]);
  });

  it("[U1] a result that exceeds the bound fails the run", () => {
    const run = aWaitingRun();
    run.ctx.stepsPerRunMax = 0;
    run.decide((draft) => decideEventArrival(draft, run.wait().id, REPLY));
    expect(run.head.status).toBe("failed");
    expect(run.timers()).toEqual([]);
  });
});

describe("decideInvokeSettled", () => {
  it.each([
    ['{"data":1}', false],
    ['{"error":{"message":"m","name":"E"}}', true],
  ])("[I3] the step gets %s", (outputJson, failed) => {
    const run = anInvokingRun();
    run.decide((draft) => decideInvokeSettled(draft, run.wait().id, { outputJson, runId: "r" }));
    expect(run.output("child")).toEqual(JSON.parse(outputJson));
    expect(run.steps()).toMatchObject([{ failed, resolvedBy: { runId: "r" } }]);
  });

  it("[I4] only the first answer counts", () => {
    const run = anInvokingRun();
    const { id } = run.wait();
    run.decide((draft) => decideInvokeSettled(draft, id, { outputJson: '{"data":1}' }));
    expect(run.steps()[0]).not.toHaveProperty("resolvedBy");
    expect(
      run.decide((draft) => decideInvokeSettled(draft, id, { outputJson: '{"data":2}' })),
    ).toEqual([]);
  });

  it("[I4] nor does an answer for another kind of wait", () => {
    const run = aWaitingRun();
    const { id } = run.wait();
    expect(
      run.decide((draft) => decideInvokeSettled(draft, id, { outputJson: '{"data":2}' })),
    ).toEqual([]);
  });

  it("[W3] nobody answers in time", () => {
    const run = anInvokingRun();
    run.decide((draft) => decideTimer(draft, run.timer("wait_timeout").id));
    expect(run.output("child")).toEqual({
      error: {
        name: "InngestInvokeTimeoutError",
        message: "Timed out waiting for invoked function to complete",
        error: "InngestInvokeTimeoutError: Timed out waiting for invoked function to complete",
      },
    });
    expect(run.steps()).toMatchObject([{ failed: true, resolvedBy: { timedOut: true } }]);
  });
});

describe("decideSignal", () => {
  it("[S1] the step gets the payload and the name", () => {
    const run = aSigningRun();
    const { id } = run.wait();
    run.decide((draft) => decideSignal(draft, id, '{"by":"me"}'));
    expect(run.output("sign")).toEqual({ data: { data: { by: "me" }, signal: 'the "s"' } });
    expect(run.decide((draft) => decideSignal(draft, id, "null"))).toEqual([]);
  });

  it("[S1] another kind of wait takes no signal", () => {
    const run = aWaitingRun();
    expect(run.decide((draft) => decideSignal(draft, run.wait().id, "null"))).toEqual([]);
  });

  it("[R3] an ended run takes none", () => {
    const run = aSigningRun();
    const wait = run.wait();
    run.decide((draft) => endRun(draft, { status: "cancelled" }));
    expect(run.decide((draft) => decideSignal(draft, wait.id, "null"))).toEqual([]);
  });
});
