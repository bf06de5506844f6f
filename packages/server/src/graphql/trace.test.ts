// The trace of a run, for each way in which a step can be: finished, retried, failed, open, asleep, waiting, invoked.
import { hashStepId } from "@everstep/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import {
  at,
  attemptRecord,
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

const SPAN = `name status attempts duration queuedAt scheduledAt startedAt endedAt
  stepOp stepID stepType isRoot isUserland outputID spanID parentSpanID
  stepInfo { __typename
    ... on SleepStepInfo { sleepUntil }
    ... on WaitForEventStepInfo { eventName expression timeout foundEventID timedOut }
    ... on InvokeStepInfo { triggeringEventID functionID timeout returnEventID runID timedOut }
    ... on WaitForSignalStepInfo { signal timeout timedOut }
    ... on RunStepInfo { type } }
  response { statusCode }`;
const TRACE = `query ($id: String!) {
  run(runID: $id) { status trace { ${SPAN} childrenSpans { ${SPAN} childrenSpans { ${SPAN} } } } } }`;

interface SpanJson {
  readonly name: string;
  readonly status: string;
  readonly outputID: string | null;
  readonly spanID: string;
  readonly parentSpanID: string | null;
  readonly childrenSpans: readonly SpanJson[];
  readonly [field: string]: unknown;
}

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

async function readTrace(runId: string): Promise<SpanJson> {
  const { run } = await fixture.data<{ run: { trace: SpanJson } }>(TRACE, { id: runId });
  return run.trace;
}

async function readOutput(outputID: string | null): Promise<unknown> {
  const query = `query ($id: String!) {
    runTraceSpanOutputByID(outputID: $id) { input data error { name message stack cause } } }`;
  const answer = await fixture.data<{ runTraceSpanOutputByID: unknown }>(query, { id: outputID });
  return answer.runTraceSpanOutputByID;
}

describe("a run of three steps", () => {
  it("has a root with the function's name and one span for each step, in order of time", async () => {
    const run = addRun();
    fixture.history.commit(
      { type: "step_added", step: stepRecord(run, "third", [30, 45], { position: 2 }) },
      { type: "step_added", step: stepRecord(run, "first", [10, 20]) },
      { type: "step_added", step: stepRecord(run, "second", [20, 30], { position: 1 }) },
      {
        type: "run_patched",
        runId: run.id,
        patch: { status: "completed", endedAtMs: START_MS + 50, outputJson: `{"ok":true}` },
      },
    );
    const trace = await readTrace(run.id);
    expect(trace).toMatchObject({
      name: "The order",
      status: "COMPLETED",
      attempts: 1,
      duration: 48,
      queuedAt: at(0),
      startedAt: at(2),
      endedAt: at(50),
      isRoot: true,
      parentSpanID: null,
      stepOp: null,
      stepInfo: null,
    });
    expect(trace.childrenSpans.map((span) => span.name)).toEqual(["first", "second", "third"]);
    expect(trace.childrenSpans[2]).toMatchObject({
      status: "COMPLETED",
      attempts: 1,
      duration: 15,
      stepOp: "RUN",
      stepID: hashStepId("third"),
      stepInfo: null,
      isRoot: false,
      isUserland: false,
      parentSpanID: trace.spanID,
      childrenSpans: [],
    });
    expect(new Set(trace.childrenSpans.map((span) => span.spanID)).size).toBe(3);
    expect(await readOutput(trace.outputID)).toMatchObject({ data: `{"ok":true}`, error: null });
    expect(await readOutput(trace.childrenSpans[0]?.outputID ?? null)).toMatchObject({
      data: `"first"`,
    });
  });

  it("answers the same trace by runTrace, with the ids of the run and its function", async () => {
    const run = addRun();
    const fields = `runID appID functionID traceID debugPaused skipReason metadata { kind }`;
    const answer = await fixture.data<{ runTrace: unknown; run: { trace: unknown } }>(
      `query ($id: String!) {
        runTrace(runID: $id) { ${fields} } run(runID: $id) { traceID trace { ${fields} } } }`,
      { id: run.id },
    );
    expect(answer.runTrace).toEqual(answer.run.trace);
    expect(answer.runTrace).toEqual({
      runID: run.id,
      appID: fixture.apps[0]?.id,
      functionID: run.functionId,
      traceID: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      debugPaused: false,
      skipReason: null,
      metadata: [],
    });
  });
});

describe("a step that was tried more than once", () => {
  const error = { name: "TypeError", message: "no stock", stack: "at buy", cause: { code: 7 } };

  it("has a child for each attempt, each with its own error", async () => {
    const run = addRun();
    const step = { stepId: hashStepId("buy"), stepName: "buy" };
    fixture.history.commit(
      {
        type: "attempt_added",
        attempt: attemptRecord(run, [10, 12], { ...step, error, httpStatus: 206 }),
      },
      {
        type: "attempt_added",
        attempt: attemptRecord(run, [40, 45], { ...step, attempt: 1, httpStatus: 200 }),
      },
      { type: "step_added", step: stepRecord(run, "buy", [40, 45], { attempt: 1 }) },
    );
    const [span] = (await readTrace(run.id)).childrenSpans;
    expect(span).toMatchObject({
      name: "buy",
      status: "COMPLETED",
      attempts: 2,
      startedAt: at(10),
      endedAt: at(45),
      response: { statusCode: 200 },
      childrenSpans: [
        { name: "Attempt 1", status: "FAILED", endedAt: at(12), response: { statusCode: 206 } },
        { name: "Attempt 2", status: "COMPLETED", startedAt: at(40), endedAt: at(45) },
      ],
    });
    const outputs = await Promise.all(
      (span?.childrenSpans ?? []).map((child) => readOutput(child.outputID)),
    );
    expect(outputs).toEqual([
      { input: null, data: null, error: { ...error, cause: `{"code":7}` } },
      { input: null, data: `"buy"`, error: null },
    ]);
  });

  it("shows the attempt that a checkpoint settled, although no call of its own records it", async () => {
    const run = addRun();
    const step = { stepId: hashStepId("buy"), stepName: "buy" };
    fixture.history.commit(
      { type: "attempt_added", attempt: attemptRecord(run, [10, 12], { ...step, error }) },
      { type: "step_added", step: stepRecord(run, "buy", [40, 45], { attempt: 1 }) },
    );
    const [span] = (await readTrace(run.id)).childrenSpans;
    expect(span?.childrenSpans).toMatchObject([
      { name: "Attempt 1", status: "FAILED" },
      { name: "Attempt 2", status: "COMPLETED", startedAt: at(40), endedAt: at(45) },
    ]);
  });

  it("is queued with its next attempt's time while it waits for a retry, then running", async () => {
    const run = addRun();
    const op = opFacts("buy", "StepRun");
    const timer = timerRecord(run, {
      op,
      attempt: 1,
      queuedAtMs: START_MS + 10,
      dueAtMs: START_MS + 9_000,
    });
    fixture.history.commit(
      {
        type: "attempt_added",
        attempt: attemptRecord(run, [10, 12], { stepId: op.stepId, stepName: "buy", error }),
      },
      { type: "timer_added", timer },
    );
    const [waiting] = (await readTrace(run.id)).childrenSpans;
    expect(waiting).toMatchObject({
      status: "QUEUED",
      attempts: 1,
      scheduledAt: at(9_000),
      startedAt: at(10),
      endedAt: null,
      outputID: null,
      childrenSpans: [
        { name: "Attempt 1", status: "FAILED" },
        { name: "Attempt 2", status: "QUEUED", scheduledAt: at(9_000), startedAt: null },
      ],
    });
    const call = { runId: run.id, timerId: timer.id, functionId: run.functionId };
    fixture.inFlight.push({ ...call, stepId: op.stepId, startedAtMs: START_MS + 9_001 });
    const [running] = (await readTrace(run.id)).childrenSpans;
    expect(running).toMatchObject({
      status: "RUNNING",
      attempts: 2,
      scheduledAt: null,
      childrenSpans: [
        { name: "Attempt 1" },
        { name: "Attempt 2", status: "RUNNING", startedAt: at(9_001), queuedAt: at(12) },
      ],
    });
  });

  it("is shown from its attempts alone when a discovery call will try it again", async () => {
    const run = addRun();
    const failed = attemptRecord(run, [10, 12], {
      stepId: hashStepId("buy"),
      stepName: "buy",
      error,
      retryAtMs: START_MS + 9_000,
    });
    const timer = timerRecord(run, { attempt: 1, dueAtMs: START_MS + 9_000 });
    fixture.history.commit(
      { type: "attempt_added", attempt: failed },
      { type: "timer_added", timer },
    );
    expect((await readTrace(run.id)).childrenSpans).toMatchObject([
      { name: "buy", status: "QUEUED", scheduledAt: at(9_000), endedAt: null, outputID: null },
    ]);
    const call = { runId: run.id, timerId: timer.id, functionId: run.functionId };
    fixture.inFlight.push({ ...call, startedAtMs: START_MS + 9_001 });
    expect((await readTrace(run.id)).childrenSpans).toMatchObject([
      { name: "buy", status: "RUNNING", scheduledAt: null },
    ]);
    fixture.history.commit({
      type: "run_patched",
      runId: run.id,
      patch: { status: "cancelled", endedAtMs: START_MS + 9_500 },
    });
    expect((await readTrace(run.id)).childrenSpans).toMatchObject([
      { name: "buy", status: "CANCELLED", endedAt: at(9_500) },
    ]);
  });
});

describe("a failed run", () => {
  it("shows the failed step and the failed attempts of the function, with their errors", async () => {
    const run = addRun();
    const error = { name: "Error", message: "card declined" };
    fixture.history.commit(
      {
        type: "step_added",
        step: stepRecord(run, "pay", [5, 8], {
          failed: true,
          outputJson: `{"error":{"name":"Error","message":"card declined"}}`,
        }),
      },
      { type: "attempt_added", attempt: attemptRecord(run, [10, 12], { error }) },
      {
        type: "attempt_added",
        attempt: attemptRecord(run, [30, 33], {
          attempt: 1,
          stepId: hashStepId("complete"),
          stepName: "complete",
          error,
        }),
      },
      { type: "attempt_added", attempt: attemptRecord(run, [1, 2]) },
      {
        type: "run_patched",
        runId: run.id,
        patch: { status: "failed", endedAtMs: START_MS + 33, error },
      },
    );
    const trace = await readTrace(run.id);
    expect(trace).toMatchObject({ status: "FAILED", attempts: 2 });
    expect(trace.childrenSpans).toMatchObject([
      { name: "pay", status: "FAILED", stepOp: "RUN", childrenSpans: [] },
      { name: "Attempt 1", status: "FAILED", stepOp: null, stepID: null },
      { name: "Attempt 2", status: "FAILED", stepOp: null, stepID: null },
    ]);
    const declined = { input: null, data: null, error: { message: "card declined" } };
    expect(await readOutput(trace.outputID)).toMatchObject(declined);
    for (const span of trace.childrenSpans) {
      expect(await readOutput(span.outputID)).toMatchObject(declined);
    }
  });
});

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
    expect((await readTrace(run.id)).childrenSpans).toMatchObject([
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
    expect((await readTrace(run.id)).childrenSpans).toMatchObject([
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
    expect((await readTrace(run.id)).childrenSpans).toMatchObject([expected]);
    fixture.history.commit({ type: "wait_removed", waitId: wait.id, runId: run.id });
    expect((await readTrace(run.id)).childrenSpans).toMatchObject([expected]);
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
    expect((await readTrace(run.id)).childrenSpans).toMatchObject([
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
    const spans = (await readTrace(run.id)).childrenSpans;
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
    expect(await readOutput(spans[0]?.outputID ?? null)).toMatchObject({
      data: `{"name":"shop/paid","data":{}}`,
    });
    expect(await readOutput(spans[1]?.outputID ?? null)).toEqual({
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
    expect((await readTrace(run.id)).childrenSpans).toMatchObject([
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
    const [span] = (await readTrace(run.id)).childrenSpans;
    expect(span).toMatchObject({
      status: "COMPLETED",
      stepInfo: { ...info, runID: child.id, timedOut: false },
    });
    expect(await readOutput(span?.outputID ?? null)).toEqual({
      input: `{"data":{"n":1}}`,
      data: "12345678901234567890",
      error: null,
    });
  });
});

describe("kinds of steps", () => {
  it("are told by their op and type", async () => {
    const run = addRun();
    const step = (name: string, fromMs: number, op: string, opts: unknown): void =>
      fixture.history.commit({
        type: "step_added",
        step: stepRecord(run, name, [fromMs, fromMs + 1], { op, opts: JSON.stringify(opts) }),
      });
    step("send", 1, "StepRun", { type: "step.sendEvent" });
    step("infer", 2, "AIGateway", { type: "step.ai.infer", auth_key: "secret", body: { m: 1 } });
    step("fetch", 3, "Gateway", { url: "http://x/", headers: { authorization: "secret" } });
    step("wrap", 4, "StepRun", { type: "step.ai.wrap", input: [1, 2] });
    const spans = (await readTrace(run.id)).childrenSpans;
    expect(spans).toMatchObject([
      { stepOp: "SEND_EVENT", stepType: "step.sendEvent" },
      { stepOp: "AI_GATEWAY", stepType: "step.ai.infer" },
      { stepOp: "RUN", stepType: null },
      { stepOp: "RUN", stepInfo: { __typename: "RunStepInfo", type: "step.ai.wrap" } },
    ]);
    const outputs = await Promise.all(spans.map((span) => readOutput(span.outputID)));
    expect(outputs).toMatchObject([
      { input: null },
      { input: `{"m":1}` },
      { input: `{"url":"http://x/"}` },
      { input: "[1,2]" },
    ]);
    expect(JSON.stringify(outputs)).not.toContain("secret");
    const hasAI = `query ($id: String!) { run(runID: $id) { hasAI } }`;
    expect(await fixture.data(hasAI, { id: run.id })).toEqual({ run: { hasAI: true } });
  });
});

describe("runTraceSpanOutputByID", () => {
  const ask = (outputID: string): ReturnType<Fixture["ask"]> =>
    fixture.ask(`query ($id: String!) { runTraceSpanOutputByID(outputID: $id) { data } }`, {
      id: outputID,
    });

  it("refuses an id that it did not make", async () => {
    for (const outputID of ["", "nonsense", Buffer.from(`{"run":"x"}`).toString("base64")]) {
      const { body } = await ask(outputID);
      expect(body.errors?.[0]?.message).toContain("is not one of this server");
    }
  });

  it("says so when the step has not finished, or the run is unknown", async () => {
    const run = addRun();
    const idOf = (ref: unknown): string => Buffer.from(JSON.stringify(ref)).toString("base64");
    const unfinished = await ask(idOf({ run: run.id, step: "abc" }));
    expect(unfinished.body.errors?.[0]?.message).toContain("has not finished");
    const noAttempt = await ask(idOf({ run: run.id, attempt: 77 }));
    expect(noAttempt.body.errors?.[0]?.message).toContain("names attempt 77");
    const unknown = await ask(idOf({ run: ulid(), root: true }));
    expect(unknown.body.errors?.[0]?.extensions?.code).toBe("run_not_found");
  });
});

describe("a run of 10,000 steps", () => {
  it("is read in one go, each step once and in order", async () => {
    const run = addRun();
    for (let index = 0; index < 10_000; index += 1) {
      const step = stepRecord(run, `s${index}`, [index, index + 1], { position: index });
      fixture.history.commit({ type: "step_added", step });
    }
    fixture.history.reads.length = 0;
    const trace = await readTrace(run.id);
    expect(trace.childrenSpans.map((span) => span.name)).toEqual(
      Array.from({ length: 10_000 }, (_, index) => `s${index}`),
    );
    // Reads do not grow with the steps.
    expect(fixture.history.reads).toEqual(["findRun", "readRunDetail"]);
  });
});
