// The request of a call: what the app is told, where, and when the steps do not fit.
import type { FunctionRecord, LoadedRun, RunState, Timer } from "@everstep/core";
import { LIMITS, hashStepId, type EventRecord } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import type { OutboundRequest } from "../ports.ts";
import { buildCall, jobIdOf, prepareCall, timerIdOf } from "./call-request.ts";

const AT_MS = 1_790_000_000_000;
const STEP = hashStepId("a");

const FUNCTION: FunctionRecord = {
  id: "0b0e0000-0000-5000-8000-000000000001",
  appId: "app",
  version: 1,
  createdAtMs: AT_MS,
  config: {
    slug: "shop-a",
    name: "A",
    triggers: [],
    url: "http://localhost:3000/api/inngest?fnId=shop-a&stepId=step",
    maxAttempts: 3,
    concurrency: [],
    cancel: [],
  },
};

function aTimer(fields: Partial<Timer> = {}): Timer {
  return {
    id: 77,
    kind: "call",
    runId: "01KJRUN",
    functionId: FUNCTION.id,
    dueAtMs: AT_MS,
    orderKey: 1,
    attempt: 1,
    queuedAtMs: AT_MS,
    ...fields,
  };
}

function aRun(outputs: Record<string, string> = {}, fields: Partial<RunState> = {}): LoadedRun {
  const event: EventRecord = {
    internalId: "01KJEVENT",
    id: "mine",
    name: "shop/order",
    dataJson: '{"n":1}',
    tsMs: AT_MS,
    receivedAtMs: AT_MS,
  };
  const stateBytes = Object.values(outputs).reduce((sum, text) => sum + text.length, 0);
  return {
    events: [event],
    state: {
      head: {
        id: "01KJRUN",
        functionId: FUNCTION.id,
        functionVersion: 1,
        status: "running",
        eventIds: [event.internalId],
        eventName: event.name,
        orderKey: 1,
        createdAtMs: AT_MS,
        requestVersion: 2,
        pendingStepIds: [],
        stepCount: Object.keys(outputs).length,
        stateBytes,
      },
      stack: Object.keys(outputs),
      outputs: new Map(Object.entries(outputs)),
      inputs: new Map(),
      timers: new Map(),
      waits: new Map(),
      ...fields,
    },
  };
}

function build(run: LoadedRun, timer: Timer = aTimer(), signingKey?: string): OutboundRequest {
  run.state.timers.set(timer.id, timer);
  return buildCall(
    prepareCall({
      run,
      timer,
      function: FUNCTION,
      generation: 5,
      requestId: "01KJREQUEST",
      nowMs: AT_MS,
      signingKey,
      timeoutMs: 1_000,
    }),
  );
}

interface Body {
  readonly ctx: Record<string, unknown>;
  readonly event: unknown;
  readonly events: unknown[];
  readonly steps: Record<string, unknown>;
  readonly version: number;
  readonly use_api: boolean;
}

function bodyOf(request: OutboundRequest): Body {
  return JSON.parse(request.body) as Body;
}

describe("buildCall", () => {
  it("tells the run, the attempt and the steps so far", () => {
    const request = build(aRun({ [STEP]: '{"data":1}' }));
    expect(request.url).toBe("http://localhost:3000/api/inngest?fnId=shop-a&stepId=step");
    expect(request.headers).toMatchObject({
      "x-run-id": "01KJRUN",
      "x-request-id": "01KJREQUEST",
      "x-inngest-generation-id": "5",
      "x-inngest-job-id": "77",
      "x-inngest-req-version": "2",
      "x-inngest-step-id": "step",
    });
    expect(request.headers).not.toHaveProperty("x-inngest-signature");
    expect(bodyOf(request)).toMatchObject({
      ctx: {
        run_id: "01KJRUN",
        fn_id: FUNCTION.id,
        attempt: 1,
        max_attempts: 3,
        stack: { stack: [STEP], current: 1 },
        use_api: false,
      },
      event: { name: "shop/order", id: "mine", user: {} },
      events: [{ name: "shop/order" }],
      steps: { [STEP]: { data: 1 } },
      version: 2,
      use_api: false,
    });
  });

  it("is signed when there is a key", () => {
    const signed = build(aRun(), aTimer(), "signkey-test-abcd");
    expect(signed.headers["x-inngest-signature"]).toMatch(/^t=1790000000&s=[0-9a-f]{64}$/);
  });

  it("names a planned step in the address, the header and the body", () => {
    const request = build(aRun(), aTimer({ op: { stepId: STEP, op: "StepRun", name: "a" } }));
    expect(new URL(request.url).searchParams.get("stepId")).toBe(STEP);
    expect(new URL(request.url).searchParams.get("fnId")).toBe("shop-a");
    expect(request.headers["x-inngest-step-id"]).toBe(STEP);
    expect(bodyOf(request).ctx["step_id"]).toBe(STEP);
  });

  it("[R10] sends the inputs of steps that are to run with another one", () => {
    const run = aRun(
      { [STEP]: '{"data":1}' },
      { inputs: new Map([["b".repeat(40), '{"input":[2]}']]) },
    );
    expect(bodyOf(build(run)).steps).toEqual({
      [STEP]: { data: 1 },
      ["b".repeat(40)]: { input: [2] },
    });
  });

  it.each([
    ["nothing else", [], false],
    ["another call", [aTimer({ id: 78 })], true],
    ["a request", [aTimer({ id: 78, kind: "request" })], true],
    ["a sleep", [aTimer({ id: 78, kind: "sleep" })], true],
    ["its timeouts", [aTimer({ id: 78, kind: "finish_timeout" })], false],
  ] as const)("[P7] with %s open", (_what, others, isDisabled) => {
    const run = aRun();
    for (const other of others) run.state.timers.set(other.id, other);
    expect(bodyOf(build(run)).ctx["disable_immediate_execution"]).toBe(isDisabled);
  });

  it.each([
    ["a step's wait", { op: { stepId: STEP, op: "WaitForEvent", name: "a" } }, true],
    ["a cancelOn rule", {}, false],
  ] as const)("[P7] with %s standing", (_what, fields, isDisabled) => {
    const run = aRun();
    run.state.waits.set("w", {
      id: "w",
      kind: "event",
      runId: "01KJRUN",
      functionId: FUNCTION.id,
      eventName: "shop/reply",
      matchKey: "",
      createdAtMs: AT_MS,
      ...fields,
    });
    expect(bodyOf(build(run)).ctx["disable_immediate_execution"]).toBe(isDisabled);
  });
});

describe("calls that are too large", () => {
  const big = (chars: number, char = "x"): string => `{"data":"${char.repeat(chars)}"}`;

  it("[U2] steps that do not fit are fetched by the app, the events still come", () => {
    const body = bodyOf(build(aRun({ [STEP]: big(LIMITS.callBodyBytesMax) })));
    expect(body).toMatchObject({ steps: {}, use_api: true, ctx: { use_api: true } });
    expect(body.events).toHaveLength(1);
    expect(body.ctx["stack"]).toMatchObject({ stack: [STEP] });
  });

  it("[U2] events that do not fit either are left out, the first stays", () => {
    const run = aRun({ [STEP]: big(1_000_000) });
    const [event] = run.events;
    if (event === undefined) return;
    const large = { ...event, dataJson: `{"x":"${"x".repeat(1_800_000)}"}` };
    const body = bodyOf(build({ ...run, events: [large] }));
    expect(body).toMatchObject({ steps: {}, events: [], use_api: true });
    expect(body.event).toMatchObject({ name: "shop/order" });
  });

  it("[U2] the limit counts bytes, not characters", () => {
    const chars = Math.floor(LIMITS.callBodyBytesMax / 2);
    expect(bodyOf(build(aRun({ [STEP]: big(chars) }))).use_api).toBe(false);
    const request = build(aRun({ [STEP]: big(chars, "\u20ac") }));
    expect(bodyOf(request).use_api).toBe(true);
    expect(Buffer.byteLength(request.body)).toBeLessThan(LIMITS.callBodyBytesMax);
  });
});

describe("job ids", () => {
  it("lead back to the timer, and other texts lead nowhere", () => {
    expect(timerIdOf(jobIdOf(aTimer()))).toBe(77);
    for (const text of ["", "x", "-1", "1.5", "1e99"]) expect(timerIdOf(text)).toBeUndefined();
  });
});
