// What a call's body and headers become, and state that is fetched because it was too large to send.
import { describe, expect, it } from "vitest";
import { readCall } from "./call-request.ts";
import type { EngineApi } from "./engine-api.ts";
import { makeCallBody, makeClient, makeFunction } from "./testing/hand-made-app.ts";

const NO_API: EngineApi = () => Promise.reject(new Error("nothing to fetch"));

function read(
  body: unknown,
  given: { headers?: Record<string, string>; query?: string; api?: EngineApi } = {},
): ReturnType<typeof readCall> {
  const { definition } = makeFunction(makeClient(), "hello");
  return readCall(body, {
    request: {
      method: "POST",
      url: "http://app.test/",
      header: (name) => given.headers?.[name],
      body: () => Promise.resolve(body),
      args: ["raw"],
    },
    query: new URLSearchParams(given.query ?? "stepId=step"),
    entry: { definition, isFailureHandler: false },
    api: given.api ?? NO_API,
  });
}

describe("a call's body", () => {
  it("becomes what execution needs, ids of the dispatch from headers", async () => {
    const ctx = {
      attempt: 2,
      max_attempts: 5,
      run_id: "01RUN",
      fn_id: "fn-uuid",
      qi_id: "qi",
      disable_immediate_execution: true,
      stack: { current: 2, stack: ["b", "a"] },
      request_id: "from-body",
    };
    const headers = {
      "x-request-id": "req",
      "x-inngest-generation-id": "7",
      "x-inngest-job-id": "job",
      traceparent: "00-1-2-01",
    };
    const body = makeCallBody({ ctx, steps: { a: { data: 1 }, b: null } });
    expect(await read(body, { headers, query: "stepId=abc" })).toMatchObject({
      attempt: 2,
      maxAttempts: 5,
      runId: "01RUN",
      fnId: "fn-uuid",
      queueItemId: "qi",
      disableImmediateExecution: true,
      stack: ["b", "a"],
      steps: { a: { data: 1 }, b: null },
      targetStepId: "abc",
      requestVersion: -1,
      requestId: "req",
      generationId: 7,
      jobId: "job",
      requestArgs: ["raw"],
      traceparent: "00-1-2-01",
    });
  });

  it("may leave out everything but the event and the run", async () => {
    const event = { name: "a", data: {} };
    const call = await read({ event, ctx: { run_id: "r", stack: null } }, { query: "" });
    expect(call).toMatchObject({ events: [event], steps: {}, stack: [], attempt: 0 });
    expect(call.maxAttempts).toBeUndefined();
    expect(call.fnId).toBeUndefined();
    expect(call.targetStepId).toBeUndefined();
  });

  it("takes the step to run from a header too, and the order of steps when there is no stack", async () => {
    const body = makeCallBody({ ctx: { run_id: "r" }, steps: { x: null, y: null } });
    const call = await read(body, { headers: { "x-inngest-step-id": "abc" }, query: "" });
    expect([call.targetStepId, call.stack]).toEqual(["abc", ["x", "y"]]);
  });

  it.each([
    ["2", 1, 2],
    ["-1", 1, -1],
    ["nonsense", 1, 1],
    [undefined, undefined, -1],
  ])("prefers a version header %j to the body's %j", async (header, version, expected) => {
    const headers: Record<string, string> =
      header === undefined ? {} : { "x-inngest-req-version": header };
    expect((await read(makeCallBody({ version }), { headers })).requestVersion).toBe(expected);
  });

  it.each([
    ["is not JSON", "{", /not JSON/],
    ["is a list", [], /must be a JSON object/],
    ["has no event", { ctx: { run_id: "r" } }, /event must be a JSON object, and is missing/],
    ["has no run", { event: {}, ctx: {} }, /ctx\.run_id/],
    ["has a version from the future", makeCallBody({ version: 9 }), /version 9/],
    ["has a version of the past", makeCallBody({ version: 0 }), /version 0.*older SDK/],
  ])("is refused when it %s", async (_name, body, message) => {
    await expect(read(body)).rejects.toThrow(message);
  });
});

describe("state that was too large to send", () => {
  const body = makeCallBody({ events: [], ctx: { run_id: "r/1", use_api: true } });

  it("is fetched", async () => {
    const asked: string[] = [];
    const api: EngineApi = ({ path }) => {
      asked.push(path);
      return Promise.resolve(
        path.endsWith("/batch")
          ? Response.json([{ name: "a" }, { name: "b" }])
          : Response.json({ h: { data: 1 } }),
      );
    };
    const call = await read(body, { api });
    expect(asked.toSorted()).toEqual(["/v0/runs/r%2F1/actions", "/v0/runs/r%2F1/batch"]);
    expect(call).toMatchObject({
      event: { name: "test/event" },
      events: [{ name: "a" }, { name: "b" }],
      steps: { h: { data: 1 } },
      stack: ["h"],
    });
  });

  it("fails the call when the engine has it no more", async () => {
    const api: EngineApi = () => Promise.resolve(new Response("gone", { status: 410 }));
    await expect(read(body, { api })).rejects.toThrow(/410.*\/v0\/runs\/r%2F1/);
  });
});
