// The trace of what is open: sleeps, waits, invokes and parallel steps; and how waits ended.
import { hashStepId } from "@everstep/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import {
  at,
  createFixture,
  eventRecord,
  type Fixture,
  opFacts,
  runHead,
  START_MS,
  stepRecord,
  timerRecord,
  ulid,
  waitRecord,
} from "./testing/graphql-fixture.ts";
import { readOutput, readTrace } from "./testing/read-trace.ts";

let fixture: Fixture;
const event = eventRecord();

beforeEach(() => {
  fixture = createFixture();
  fixture.history.commit({ type: "event_added", event });
});

function addRun(): ReturnType<typeof runHead> {
  const [order] = fixture.functions;
  if (order === undefined) throw new Error("the fixture has no function");
  const run = runHead(order, event);
  fixture.history.commit({ type: "run_added", run });
  return run;
}

describe("open work", () => {
  it("shows a sleep as waiting until its time", async () => {
    const run = addRun();
    const timer = timerRecord(run, {
      kind: "sleep",
      op: opFacts("nap", "Sleep"),
      queuedAtMs: START_MS + 5,
      dueAtMs: START_MS + 3_600_005,
    });
    fixture.history.commit({ type: "timer_added", timer });
    expect((await readTrace(fixture, run.id)).childrenSpans).toMatchObject([
      {
        name: "nap",
        status: "WAITING",
        stepOp: "SLEEP",
        startedAt: at(5),
        endedAt: null,
        duration: null,
        stepInfo: { __typename: "SleepStepInfo", sleepUntil: at(3_600_005) },
      },
    ]);
  });

  it("shows a wait once, with its event, expression and timeout", async () => {
    const run = addRun();
    const op = opFacts("paid", "WaitForEvent", { timeout: "1d", if: "async.data.id == 'x'" });
    const expiresAtMs = START_MS + 86_400_000;
    const timer = timerRecord(run, { kind: "wait_timeout", op, dueAtMs: expiresAtMs });
    const wait = waitRecord(run, op, {
      eventName: "shop/paid",
      expiresAtMs,
      timeoutTimerId: timer.id,
    });
    fixture.history.commit(
      { type: "timer_added", timer },
      { type: "wait_added", wait },
      {
        type: "wait_added",
        wait: { ...wait, id: `${run.id}.cancel.0`, kind: "cancel", op: undefined } as never,
      },
    );
    expect((await readTrace(fixture, run.id)).childrenSpans).toMatchObject([
      {
        name: "paid",
        status: "WAITING",
        stepOp: "WAIT_FOR_EVENT",
        stepInfo: {
          __typename: "WaitForEventStepInfo",
          eventName: "shop/paid",
          expression: "async.data.id == 'x'",
          timeout: at(86_400_000),
          foundEventID: null,
          timedOut: null,
        },
      },
    ]);
  });

  it("shows a signal's wait, also when another run has taken the signal", async () => {
    const run = addRun();
    const op = opFacts("go", "WaitForSignal", { signal: "launch", timeout: "1h" });
    const dueAtMs = START_MS + 3_600_000;
    const timer = timerRecord(run, { kind: "wait_timeout", op, dueAtMs });
    const wait = waitRecord(run, op, { kind: "signal", matchKey: "launch", expiresAtMs: dueAtMs });
    const expected = {
      status: "WAITING",
      stepOp: "WAIT_FOR_SIGNAL",
      stepInfo: { __typename: "WaitForSignalStepInfo", signal: "launch", timeout: at(3_600_000) },
    };
    fixture.history.commit({ type: "timer_added", timer }, { type: "wait_added", wait });
    expect((await readTrace(fixture, run.id)).childrenSpans).toMatchObject([expected]);
    fixture.history.commit({ type: "wait_removed", waitId: wait.id, runId: run.id });
    expect((await readTrace(fixture, run.id)).childrenSpans).toMatchObject([expected]);
  });

  it("shows parallel steps as running or queued, by the calls that are out", async () => {
    const run = addRun();
    const timers = ["left", "right"].map((name, index) =>
      timerRecord(run, { op: opFacts(name, "StepRun"), queuedAtMs: START_MS + 10 + index }),
    );
    fixture.history.commit(...timers.map((timer) => ({ type: "timer_added" as const, timer })));
    const [left] = timers;
    fixture.inFlight.push(
      {
        runId: run.id,
        timerId: left?.id ?? 0,
        functionId: run.functionId,
        stepId: hashStepId("left"),
        startedAtMs: START_MS + 14,
      },
      { runId: ulid(), timerId: 999, functionId: run.functionId, startedAtMs: START_MS },
    );
    expect((await readTrace(fixture, run.id)).childrenSpans).toMatchObject([
      { name: "left", status: "RUNNING", attempts: 1, startedAt: at(14), childrenSpans: [] },
      { name: "right", status: "QUEUED", attempts: 0, startedAt: null, childrenSpans: [] },
    ]);
  });
});

describe("waits that ended", () => {
  it("tell the event that was found, or that none came", async () => {
    const run = addRun();
    const paid = eventRecord({ name: "shop/paid" }, 50);
    fixture.history.commit(
      { type: "event_added", event: paid },
      {
        type: "step_added",
        step: stepRecord(run, "paid", [10, 50], {
          op: "WaitForEvent",
          opts: `{"timeout":"1h"}`,
          outputJson: `{"name":"shop/paid","data":{}}`,
          resolvedBy: { eventId: paid.internalId },
        }),
      },
      {
        type: "step_added",
        step: stepRecord(run, "never", [60, 120], {
          op: "WaitForEvent",
          opts: `{"event":"shop/other","timeout":"60ms"}`,
          outputJson: "null",
          resolvedBy: { timedOut: true },
        }),
      },
    );
    const spans = (await readTrace(fixture, run.id)).childrenSpans;
    expect(spans).toMatchObject([
      {
        status: "COMPLETED",
        stepInfo: {
          eventName: "shop/paid",
          foundEventID: paid.internalId,
          timedOut: false,
          timeout: at(3_600_010),
        },
      },
      {
        status: "COMPLETED",
        stepInfo: {
          eventName: "shop/other",
          foundEventID: null,
          timedOut: true,
          timeout: at(120),
        },
      },
    ]);
    expect(await readOutput(fixture, spans[0]?.outputID ?? null)).toMatchObject({
      data: `{"name":"shop/paid","data":{}}`,
    });
    expect(await readOutput(fixture, spans[1]?.outputID ?? null)).toEqual({
      input: null,
      data: null,
      error: null,
    });
  });
});

describe("step.invoke", () => {
  const opts = { function_id: "shop-order", payload: { data: { n: 1 } }, timeout: "1h" };

  it("names the invoked function, its event and, once it ended, its run", async () => {
    const run = addRun();
    const invoked = eventRecord({ name: "inngest/function.invoked" }, 20);
    const op = opFacts("call", "InvokeFunction", opts);
    const wait = waitRecord(run, op, {
      kind: "invoke",
      createdAtMs: START_MS + 20,
      expiresAtMs: START_MS + 3_600_020,
      invoked: { functionId: run.functionId, eventId: invoked.internalId },
    });
    fixture.history.commit({ type: "event_added", event: invoked }, { type: "wait_added", wait });
    const info = {
      __typename: "InvokeStepInfo",
      triggeringEventID: invoked.internalId,
      functionID: "shop-order",
      timeout: at(3_600_020),
    };
    expect((await readTrace(fixture, run.id)).childrenSpans).toMatchObject([
      { status: "WAITING", stepOp: "INVOKE", stepInfo: { ...info, runID: null, timedOut: null } },
    ]);

    const child = { ...run, id: ulid(21), eventIds: [invoked.internalId] };
    fixture.history.commit(
      { type: "run_added", run: child },
      { type: "wait_removed", waitId: wait.id, runId: run.id },
      {
        type: "step_added",
        step: stepRecord(run, "call", [20, 90], {
          op: "InvokeFunction",
          opts: JSON.stringify(opts),
          outputJson: `{"data":12345678901234567890}`,
          resolvedBy: { runId: child.id },
        }),
      },
    );
    const [span] = (await readTrace(fixture, run.id)).childrenSpans;
    expect(span).toMatchObject({
      status: "COMPLETED",
      stepInfo: { ...info, runID: child.id, timedOut: false },
    });
    expect(await readOutput(fixture, span?.outputID ?? null)).toEqual({
      input: `{"data":{"n":1}}`,
      data: "12345678901234567890",
      error: null,
    });
  });
});
