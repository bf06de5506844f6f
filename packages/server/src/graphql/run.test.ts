// One run: its facts, its trigger and its legacy form with history.
import type { RunHead } from "@everstep/core";
import { hashStepId } from "@everstep/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import {
  at,
  createFixture,
  eventRecord,
  type Fixture,
  runHead,
  START_MS,
  stepRecord,
  ulid,
} from "./testing/graphql-fixture.ts";

let fixture: Fixture;

beforeEach(() => {
  fixture = createFixture();
});

function addRuns(
  count: number,
  patch: (index: number) => Partial<RunHead> = () => ({}),
): RunHead[] {
  const [order] = fixture.functions;
  if (order === undefined) throw new Error("the fixture has no function");
  return Array.from({ length: count }, (_, index) => {
    const event = eventRecord({}, index * 10);
    const run = { ...runHead(order, event, index * 10), ...patch(index) };
    fixture.history.commit({ type: "event_added", event }, { type: "run_added", run });
    return run;
  });
}

describe("one run", () => {
  const RUN = `query ($id: String!) { run(runID: $id) {
    id appID app { name } functionID function { slug } queuedAt startedAt endedAt status sourceID
    triggerIDs eventName isBatch batchCreatedAt cronSchedule output hasAI isDeferred } }`;

  it("has its facts; a failed one without a body shows its error as its output", async () => {
    const error = { name: "Error", message: "no" };
    const [run] = addRuns(1, () => ({ status: "failed", error, endedAtMs: START_MS + 9 }));
    expect(await fixture.data(RUN, { id: run?.id })).toEqual({
      run: {
        id: run?.id,
        appID: fixture.apps[0]?.id,
        app: { name: "shop" },
        functionID: fixture.functions[0]?.id,
        function: { slug: "shop-order" },
        queuedAt: at(0),
        startedAt: at(2),
        endedAt: at(9),
        status: "FAILED",
        sourceID: null,
        triggerIDs: run?.eventIds,
        eventName: "shop/order.placed",
        isBatch: false,
        batchCreatedAt: null,
        cronSchedule: null,
        output: JSON.stringify(error),
        hasAI: false,
        isDeferred: false,
      },
    });
  });

  it("keeps showing when its app was removed", async () => {
    const [run] = addRuns(1);
    fixture.apps.length = 0;
    expect(await fixture.data(RUN, { id: run?.id })).toMatchObject({
      run: { app: { name: "(removed app)" }, function: { slug: "shop-order" } },
    });
  });

  it("has no event name when a cron expression started it, and a time when it is a batch", async () => {
    const [cron] = addRuns(1, () => ({ cron: "* * * * *", eventName: "inngest/scheduled.timer" }));
    expect(await fixture.data(RUN, { id: cron?.id })).toMatchObject({
      run: { eventName: null, cronSchedule: "* * * * *" },
    });
    const [batch] = addRuns(1, () => ({ eventIds: [ulid(1), ulid(2)] }));
    expect(await fixture.data(RUN, { id: batch?.id })).toMatchObject({
      run: { isBatch: true, batchCreatedAt: at(0) },
    });
  });

  it("is an error beside null when there is none, or when the id is malformed", async () => {
    const unknown = await fixture.ask(RUN, { id: ulid() });
    expect(unknown).toMatchObject({ status: 200, body: { data: { run: null } } });
    expect(unknown.body.errors).toMatchObject([
      { extensions: { code: "run_not_found" }, path: ["run"] },
    ]);
    const malformed = await fixture.ask(RUN, { id: "42" });
    expect(malformed.body.errors?.[0]?.message).toBe(
      `runID is "42", which is not a ULID: it must be 26 base-32 characters`,
    );
  });
});

describe("runTrigger", () => {
  const TRIGGER = `query ($id: String!) { runTrigger(runID: $id) {
    eventName IDs payloads timestamp isBatch batchID cron } }`;

  it("has the events as the app received them", async () => {
    const [run] = addRuns(1);
    expect(await fixture.data(TRIGGER, { id: run?.id })).toEqual({
      runTrigger: {
        eventName: "shop/order.placed",
        IDs: run?.eventIds,
        payloads: [
          `{"data":{"order":1},"id":"${run?.eventIds[0]}","name":"shop/order.placed","ts":${START_MS},"user":{}}`,
        ],
        timestamp: at(0),
        isBatch: false,
        batchID: null,
        cron: null,
      },
    });
  });
});

describe("a legacy run", () => {
  const RUN = `query ($id: ID!) { functionRun(query: { functionRunId: $id }) {
    id status functionID function { slug } event { id } events { id } eventID batchID startedAt finishedAt
    output pendingSteps cron
    history { id type createdAt attempt groupID stepName stepType url functionVersion
      sleep { until } waitResult { eventID timeout } result { durationMS sdkLanguage sdkVersion sizeBytes framework } } } }`;

  it("has its history in order, each item with its output", async () => {
    const [run] = addRuns(1, () => ({
      status: "completed",
      outputJson: `"bye"`,
      endedAtMs: START_MS + 40,
    }));
    if (run === undefined) throw new Error("no run was added");
    fixture.history.commit(
      { type: "step_added", step: stepRecord(run, "one", [5, 9]) },
      {
        type: "step_added",
        step: stepRecord(run, "nap", [10, 20], { op: "Sleep", outputJson: "null" }),
      },
      {
        type: "step_added",
        step: stepRecord(run, "paid", [21, 30], {
          op: "WaitForEvent",
          outputJson: "null",
          resolvedBy: { timedOut: true },
        }),
      },
    );
    const { functionRun } = await fixture.data<{
      functionRun: { history: readonly { readonly id: string; readonly type: string }[] };
    }>(RUN, { id: run.id });
    expect(functionRun).toMatchObject({
      id: run.id,
      status: "COMPLETED",
      function: { slug: "shop-order" },
      event: { id: run.eventIds[0] },
      events: [{ id: run.eventIds[0] }],
      finishedAt: at(40),
      output: `"bye"`,
      pendingSteps: 0,
    });
    const { history } = functionRun;
    expect(history).toMatchObject([
      { type: "FunctionScheduled", createdAt: at(0), stepName: null },
      { type: "FunctionStarted", createdAt: at(2), functionVersion: 3 },
      { type: "StepScheduled", stepName: "one", stepType: "Run" },
      { type: "StepStarted", stepName: "one" },
      {
        type: "StepCompleted",
        stepName: "one",
        result: { durationMS: 4, sdkLanguage: "js", sdkVersion: "4.24.0", sizeBytes: 5 },
      },
      { type: "StepSleeping", stepType: "Sleep", sleep: { until: at(20) } },
      { type: "StepCompleted", stepName: "nap" },
      { type: "StepWaiting", stepType: "Wait" },
      { type: "StepCompleted", waitResult: { eventID: null, timeout: true } },
      { type: "FunctionCompleted", createdAt: at(40) },
    ]);
    expect(new Set(history.map((item) => item.id)).size).toBe(history.length);
    const output = async (index: number): Promise<unknown> =>
      fixture.data(
        `query ($run: ID!, $item: ULID!) {
          functionRun(query: { functionRunId: $run }) { historyItemOutput(id: $item) } }`,
        { run: run.id, item: history[index]?.id },
      );
    expect(await output(4)).toEqual({ functionRun: { historyItemOutput: `"one"` } });
    expect(await output(9)).toEqual({ functionRun: { historyItemOutput: `"bye"` } });
    expect(await output(2)).toEqual({ functionRun: { historyItemOutput: null } });
  });

  it("tells each failed attempt of a step", async () => {
    const [run] = addRuns(1);
    if (run === undefined) throw new Error("no run was added");
    const error = { name: "Error", message: "no" };
    const attempt = {
      runId: run.id,
      stepId: hashStepId("one"),
      stepName: "one",
      queuedAtMs: START_MS + 3,
    };
    fixture.history.commit(
      {
        type: "attempt_added",
        attempt: {
          ...attempt,
          generation: 1,
          attempt: 0,
          status: "failed",
          startedAtMs: START_MS + 3,
          endedAtMs: START_MS + 4,
          error,
        },
      },
      {
        type: "attempt_added",
        attempt: {
          ...attempt,
          generation: 2,
          attempt: 1,
          status: "failed",
          startedAtMs: START_MS + 8,
          endedAtMs: START_MS + 9,
          error,
        },
      },
      {
        type: "step_added",
        step: stepRecord(run, "one", [3, 9], {
          failed: true,
          attempt: 1,
          outputJson: `{"error":{"name":"Error","message":"no"}}`,
        }),
      },
    );
    const { functionRun } = await fixture.data<{
      functionRun: { history: readonly { readonly type: string }[] };
    }>(RUN, { id: run.id });
    expect(functionRun.history.map((item) => item.type)).toEqual([
      "FunctionScheduled",
      "FunctionStarted",
      "StepScheduled",
      "StepStarted",
      "StepErrored",
      "StepFailed",
    ]);
  });
});
