// The trace of a run: finished, retried and failed steps, kinds of steps, and outputs by id.
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
    const trace = await readTrace(fixture, run.id);
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
    expect(await readOutput(fixture, trace.outputID)).toMatchObject({
      data: `{"ok":true}`,
      error: null,
    });
    expect(await readOutput(fixture, trace.childrenSpans[0]?.outputID ?? null)).toMatchObject({
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
    const [span] = (await readTrace(fixture, run.id)).childrenSpans;
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
      (span?.childrenSpans ?? []).map((child) => readOutput(fixture, child.outputID)),
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
    const [span] = (await readTrace(fixture, run.id)).childrenSpans;
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
    const [waiting] = (await readTrace(fixture, run.id)).childrenSpans;
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
    const [running] = (await readTrace(fixture, run.id)).childrenSpans;
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
    expect((await readTrace(fixture, run.id)).childrenSpans).toMatchObject([
      { name: "buy", status: "QUEUED", scheduledAt: at(9_000), endedAt: null, outputID: null },
    ]);
    const call = { runId: run.id, timerId: timer.id, functionId: run.functionId };
    fixture.inFlight.push({ ...call, startedAtMs: START_MS + 9_001 });
    expect((await readTrace(fixture, run.id)).childrenSpans).toMatchObject([
      { name: "buy", status: "RUNNING", scheduledAt: null },
    ]);
    fixture.history.commit({
      type: "run_patched",
      runId: run.id,
      patch: { status: "cancelled", endedAtMs: START_MS + 9_500 },
    });
    expect((await readTrace(fixture, run.id)).childrenSpans).toMatchObject([
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
    const trace = await readTrace(fixture, run.id);
    expect(trace).toMatchObject({ status: "FAILED", attempts: 2 });
    expect(trace.childrenSpans).toMatchObject([
      { name: "pay", status: "FAILED", stepOp: "RUN", childrenSpans: [] },
      { name: "Attempt 1", status: "FAILED", stepOp: null, stepID: null },
      { name: "Attempt 2", status: "FAILED", stepOp: null, stepID: null },
    ]);
    const declined = { input: null, data: null, error: { message: "card declined" } };
    expect(await readOutput(fixture, trace.outputID)).toMatchObject(declined);
    for (const span of trace.childrenSpans) {
      expect(await readOutput(fixture, span.outputID)).toMatchObject(declined);
    }
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
    const spans = (await readTrace(fixture, run.id)).childrenSpans;
    expect(spans).toMatchObject([
      { stepOp: "SEND_EVENT", stepType: "step.sendEvent" },
      { stepOp: "AI_GATEWAY", stepType: "step.ai.infer" },
      { stepOp: "RUN", stepType: null },
      { stepOp: "RUN", stepInfo: { __typename: "RunStepInfo", type: "step.ai.wrap" } },
    ]);
    const outputs = await Promise.all(spans.map((span) => readOutput(fixture, span.outputID)));
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
    let turns = 0;
    let next: NodeJS.Immediate;
    const countTurn = (): void => {
      turns += 1;
      next = setImmediate(countTurn);
    };
    next = setImmediate(countTurn);
    const trace = await readTrace(fixture, run.id);
    clearImmediate(next);
    expect(trace.childrenSpans.map((span) => span.name)).toEqual(
      Array.from({ length: 10_000 }, (_, index) => `s${index}`),
    );
    // Other work was done in between, and reads do not grow with the steps.
    expect(turns).toBeGreaterThan(50);
    expect(fixture.history.reads).toEqual(["findRun", "readRunDetail"]);
  });
});
