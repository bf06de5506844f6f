// The ops that each step tool makes, without an engine: what protocol.md 3.4 says the SDKs send, checked on both of them.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppProcess } from "./harness/app-process.ts";
import type { HandMadeCall } from "./harness/hand-made-call.ts";
import { callByHand } from "./harness/hand-made-call.ts";
import { EV3_CALLS, EV4_CALLS, V3, V4_CALLS } from "./harness/world.ts";

const NO_ENGINE = "http://127.0.0.1:9";
const hash = (id: string): string => createHash("sha1").update(id).digest("hex");

describe.each([V3, V4_CALLS, EV3_CALLS, EV4_CALLS])("ops of $name", (mode) => {
  let app: AppProcess;

  beforeAll(async () => {
    app = await AppProcess.start({
      appId: mode.name,
      version: mode.version,
      isOurs: mode.isOurs ?? false,
      engineUrl: NO_ENGINE,
      functions: "waits invoke gateway time",
      ...(mode.checkpointing === undefined ? {} : { checkpointing: mode.checkpointing }),
    });
  });

  afterAll(async () => {
    await app.stop();
  });

  async function opsOf(call: HandMadeCall): Promise<unknown> {
    const answer = await callByHand(app, call);
    expect(answer.status).toBe(206);
    return answer.body;
  }

  it("waitForEvent says the event by name and makes an expression of match", async () => {
    expect(await opsOf({ functionId: "wait-match" })).toMatchObject([
      {
        op: "WaitForEvent",
        id: hash("reply"),
        name: `${mode.name}/reply`,
        opts: { timeout: "1h", if: "event.data.id == async.data.id" },
      },
    ]);
  });

  it("waitForSignal carries signal, timeout and conflict", async () => {
    const data = { signal: "s-1", onConflict: "replace" };
    expect(await opsOf({ functionId: "signal", data })).toMatchObject([
      {
        op: "WaitForSignal",
        id: hash("signal"),
        opts: { signal: "s-1", timeout: "1h", conflict: "replace" },
      },
    ]);
  });

  it("invoke carries the target's slug and the payload", async () => {
    expect(await opsOf({ functionId: "call-add" })).toMatchObject([
      {
        op: "InvokeFunction",
        id: hash("first"),
        opts: { function_id: `${mode.name}-add`, payload: { data: { a: 1, b: 2 } } },
      },
    ]);
  });

  it("a parallel sendEvent is planned beside the wait", async () => {
    expect(await opsOf({ functionId: "wait-and-send" })).toMatchObject([
      { op: "WaitForEvent", id: hash("own") },
      { op: "StepPlanned", id: hash("send"), opts: { type: "step.sendEvent" } },
    ]);
  });

  it("sleepUntil keeps its milliseconds", async () => {
    const untilMs = 1_700_000_000_123;
    expect(await opsOf({ functionId: "sleep-until", data: { untilMs } })).toMatchObject([
      { op: "Sleep", id: hash("pause"), name: "2023-11-14T22:13:20.123Z" },
    ]);
  });

  it("step.fetch is a Gateway op", async () => {
    const data = { url: "http://target.test/path?x=1" };
    expect(await opsOf({ functionId: "fetch", data })).toMatchObject([
      {
        op: "Gateway",
        id: hash("step.fetch: target.test"),
        opts: {
          url: "http://target.test/path?x=1",
          method: "POST",
          headers: { "x-test": "yes" },
          body: "hello from the app",
        },
      },
    ]);
  });

  it("step.ai.infer is an AIGateway op", async () => {
    const data = { url: "http://provider.test/v1/", question: "why?" };
    expect(await opsOf({ functionId: "infer", data })).toMatchObject([
      {
        op: "AIGateway",
        id: hash("ask"),
        opts: {
          type: "step.ai.infer",
          url: "http://provider.test/v1/chat/completions",
          auth_key: "sk-test",
          format: "openai-chat",
          body: { model: "test-model", messages: [{ role: "user", content: "why?" }] },
        },
      },
    ]);
  });

  it("a memoised event, signal, fetch and null are given to user code as they are", async () => {
    const event = { name: `${mode.name}/reply`, data: { id: "by-hand" }, id: "e", ts: 1 };
    const matched = await callFinal({
      functionId: "wait-match",
      steps: { [hash("reply")]: event },
    });
    expect(matched).toStrictEqual({ got: event });
    const signalled = await callFinal({
      functionId: "signal",
      data: { signal: "s" },
      steps: { [hash("signal")]: { data: { signal: "s", data: 1 } } },
    });
    expect(signalled).toStrictEqual({ signal: "s", data: 1 });
    const fetched = await callFinal({
      functionId: "fetch",
      data: { url: "http://target.test/" },
      steps: {
        [hash("step.fetch: target.test")]: {
          data: {
            url: "http://target.test/",
            status_code: 202,
            headers: { "x-answer": "yes" },
            body: "ok",
          },
        },
      },
    });
    expect(fetched).toStrictEqual({ status: 202, text: "ok", header: "yes" });
    const timedOut = await callFinal({
      functionId: "wait-match",
      steps: { [hash("reply")]: null },
    });
    expect(timedOut).toStrictEqual({ got: null });
  });

  it("a RetryAfterError keeps the milliseconds of its date", async () => {
    const untilMs = 1_900_000_000_123;
    const answer = await callByHand(app, { functionId: "retry-after-function", data: { untilMs } });
    expect(answer.status).toBe(500);
    expect(answer.headers.get("retry-after")).toBe(new Date(untilMs).toISOString());
  });

  async function callFinal(call: HandMadeCall): Promise<unknown> {
    const answer = await callByHand(app, call);
    expect(answer.status).toBe(200);
    return answer.body;
  }
});
