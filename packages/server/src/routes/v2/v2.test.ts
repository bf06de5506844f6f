// REST v2 over a real socket: what is asked of the engine, the JSON that comes back, and that the OpenAPI document describes it.
import type { FunctionControl } from "@everstep/core";
import type { Engine, EventExplanation, RunExplanation } from "@everstep/engine";
import { EverstepError } from "@everstep/protocol";
import * as v from "valibot";
import { afterEach, describe, expect, it } from "vitest";
import { controlAudit, functionControls } from "../../rest-v2/controls-schemas.ts";
import { eventExplanation, runExplanation } from "../../rest-v2/explanation-schemas.ts";
import { aFunction, AT_MS, EVENT_ID, RUN_ID } from "../../testing/records.ts";
import { createManualClock, startTestServer, type TestServer } from "../../testing/test-server.ts";

const AT = new Date(AT_MS).toISOString();
const RUN: RunExplanation = {
  runId: RUN_ID,
  functionId: "fn-uuid",
  functionSlug: "shop-order",
  status: "running",
  sentence: "Waiting.",
  reasons: [
    {
      type: "queued",
      sentence: "Waiting.",
      stepId: "abc",
      attempt: 0,
      position: 12,
      queue: [
        {
          type: "concurrency",
          level: "step",
          scope: "fn",
          expression: "event.data.user",
          key: "user-123",
          limit: 5,
          held: 5,
          oldestHolder: { runId: RUN_ID, stepName: "charge", sinceMs: AT_MS },
        },
        { type: "throttle", key: "", limit: 2, periodMs: 90_000, untilMs: AT_MS },
      ],
    },
    {
      type: "retry",
      sentence: "Later.",
      attempt: 1,
      maxAttempts: 5,
      atMs: AT_MS,
      // What an app threw keeps its own names.
      lastError: { name: "Error", message: "no", data: { waitMs: 5, sinceMs: 7 } },
    },
  ],
  keyErrors: { "event.data.ageMs + 1": "no such key" },
};
const EVENT: EventExplanation = {
  eventId: EVENT_ID,
  eventName: "shop/order.placed",
  receivedAtMs: AT_MS,
  sentence: "Two things.",
  functions: [
    {
      type: "filtered",
      functionId: "fn-uuid",
      functionSlug: "shop-order",
      sentence: "Filtered.",
      atMs: AT_MS,
      expressions: [
        {
          expression: "event.data.total > 5",
          values: [{ path: "event.data.total", value: "3" }],
        },
      ],
    },
    {
      type: "rate_limited",
      functionId: "fn-2",
      functionSlug: "shop-mail",
      sentence: "Rate limited.",
      atMs: AT_MS,
      key: "",
      limit: 5,
      periodMs: 3_600_000,
      untilMs: AT_MS + 1,
    },
  ],
  didYouMean: [],
};

let running: TestServer | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function start(
  engine: Partial<Engine>,
  more: Parameters<typeof startTestServer>[0] = {},
): Promise<TestServer> {
  running = await startTestServer({ clock: createManualClock(AT_MS), ...more, engine });
  return running;
}

/** An engine of one function, whose controls are what was set last. */
function engineWithControls(): Partial<Engine> & { readonly asked: unknown[] } {
  const fn = aFunction({
    config: {
      concurrency: [{ limit: 3, scope: "fn", level: "step" }],
      throttle: { limit: 1, periodMs: 90_000, burst: 0, key: "event.data.user" },
    },
  });
  let control: FunctionControl | undefined;
  const asked: unknown[] = [];
  const overrides = { maxAttempts: 1, throttle: null };
  return {
    asked,
    functions: () => [fn],
    findFunction: (id) => (id === fn.id ? fn : undefined),
    control: () => control,
    effectiveFunction: () => {
      const { throttle, ...config } = fn.config;
      const isSet = control !== undefined && Object.keys(control.overrides).length > 0;
      const effective = isSet ? { ...config, maxAttempts: 1 } : { ...config, throttle };
      return {
        function: { ...fn, config: effective as typeof fn.config },
        isPaused: control?.pausedAtMs !== undefined,
      };
    },
    setPaused: (request) => {
      asked.push(request);
      const { functionId, isPaused } = request;
      control = {
        functionId,
        overrides: {},
        updatedAtMs: AT_MS,
        ...(isPaused ? { pausedAtMs: AT_MS } : {}),
      };
      return Promise.resolve(control);
    },
    setLimits: (request) => {
      asked.push(request);
      control = { functionId: request.functionId, overrides, updatedAtMs: AT_MS };
      return Promise.resolve(control);
    },
    audits: (functionId, limit) => {
      asked.push({ functionId, limit });
      const audit = { id: EVENT_ID, functionId, atMs: AT_MS, actor: "cli" };
      const after = { overrides, pausedAtMs: AT_MS };
      return Promise.resolve([{ ...audit, before: { overrides: {} }, after }]);
    },
  };
}

async function ask(
  server: TestServer,
  path: string,
  init?: RequestInit,
): Promise<{ status: number; body: { data?: unknown; errors?: unknown } }> {
  const response = await server.fetch(path, init);
  return { status: response.status, body: (await response.json()) as { data?: unknown } };
}

const patch = (body: unknown): RequestInit => ({ method: "PATCH", body: JSON.stringify(body) });

describe("explanations", () => {
  it.each(["/v2", "/api/v2"])("[F81] tells why a run waits, under %s", async (base) => {
    const server = await start({
      explainRun: (id) => (id === RUN_ID ? Promise.resolve(RUN) : Promise.reject(new Error(id))),
    });
    const { status, body } = await ask(server, `${base}/runs/${RUN_ID.toLowerCase()}/explain`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ metadata: { fetchedAt: AT, cachedUntil: null } });
    expect(v.parse(runExplanation, body.data)).toEqual(body.data);
    expect(body.data).toMatchObject({
      reasons: [
        {
          queue: [
            { held: 5, oldestHolder: { stepName: "charge", since: AT } },
            { period: "1m30s", until: AT },
          ],
        },
        { at: AT, lastError: { data: { waitMs: 5, sinceMs: 7 } } },
      ],
      keyErrors: { "event.data.ageMs + 1": "no such key" },
    });
    expect(JSON.stringify(body.data)).not.toContain("periodMs");
  });

  it("[F83] tells what became of an event", async () => {
    const server = await start({ explainEvent: () => Promise.resolve(EVENT) });
    const { body } = await ask(server, `/v2/events/${EVENT_ID}/explain`);
    expect(v.parse(eventExplanation, body.data)).toEqual(body.data);
    expect(body.data).toMatchObject({
      receivedAt: AT,
      functions: [
        { expressions: [{ values: [{ path: "event.data.total", value: "3" }] }] },
        { period: "1h", until: new Date(AT_MS + 1).toISOString() },
      ],
    });
  });

  it("answers errors as `errors`, with a code, a message and the way out", async () => {
    const server = await start({
      explainRun: () => Promise.reject(new EverstepError("run_not_found", "There is no run X.")),
    });
    expect(await ask(server, `/v2/runs/${RUN_ID}/explain`)).toEqual({
      status: 404,
      body: { errors: [{ code: "not_found", message: "There is no run X." }] },
    });
    expect(await ask(server, "/v2/events/mine/explain")).toMatchObject({
      status: 400,
      body: {
        errors: [
          {
            code: "validation_error",
            message: expect.stringMatching(/"eventId" is "mine": it must be a ULID/) as string,
          },
        ],
      },
    });
  });
});

describe("controls", () => {
  it("pauses and resumes by slug or id, and says who asked", async () => {
    const engine = engineWithControls();
    const server = await start(engine);
    const paused = await ask(server, "/v2/functions/shop-order/pause", {
      method: "POST",
      headers: { "x-everstep-actor": "ada@example.com" },
    });
    expect(paused.status).toBe(200);
    expect(v.parse(functionControls, paused.body.data)).toEqual(paused.body.data);
    expect(paused.body.data).toMatchObject({ isPaused: true, pausedAt: AT });
    const resumed = await ask(server, "/v2/functions/fn-uuid/resume", { method: "POST" });
    expect(resumed.body.data).toMatchObject({ isPaused: false, pausedAt: null });
    expect(engine.asked).toEqual([
      { functionId: "fn-uuid", isPaused: true, actor: "ada@example.com" },
      { functionId: "fn-uuid", isPaused: false, actor: "api" },
    ]);
  });

  it("shows limits in force beside those of the code, and passes a change on", async () => {
    const engine = engineWithControls();
    const server = await start(engine);
    const before = await ask(server, "/v2/functions/shop-order/limits");
    const code = {
      concurrency: [{ limit: 3, scope: "fn", level: "step" }],
      throttle: { limit: 1, period: "1m30s", burst: 0, key: "event.data.user" },
      rateLimit: null,
      debounce: null,
      retries: 4,
    };
    expect(before.body.data).toEqual({
      functionId: "fn-uuid",
      functionSlug: "shop-order",
      isPaused: false,
      pausedAt: null,
      limits: code,
      code,
      overridden: [],
      updatedAt: null,
    });
    const change = { retries: 0, throttle: null };
    const after = await ask(server, "/v2/functions/shop-order/limits", patch(change));
    expect(after.body.data).toMatchObject({
      limits: { retries: 0, throttle: null },
      code,
      overridden: ["throttle", "retries"],
      updatedAt: AT,
    });
    expect(engine.asked).toEqual([{ functionId: "fn-uuid", patch: change, actor: "api" }]);
  });

  it("lists the audit, newest first, by pages", async () => {
    const engine = engineWithControls();
    const server = await start(engine);
    const { body } = await ask(server, "/v2/functions/shop-order/audit?limit=1000");
    expect(v.parse(v.array(controlAudit), body.data)).toEqual(body.data);
    expect(body.data).toMatchObject([
      {
        actor: "cli",
        at: AT,
        before: { overrides: {}, pausedAt: null },
        after: { overrides: { retries: 0, throttle: null }, pausedAt: AT },
      },
    ]);
    expect(engine.asked).toEqual([{ functionId: "fn-uuid", limit: 100 }]);
  });

  it("refuses a change field by field", async () => {
    const errors = [
      { code: "config_invalid", field: "throttle.limit", message: "one" },
      { code: "config_invalid", field: "retries", message: "two" },
    ];
    const refuse = new EverstepError("argument_invalid", "one", { data: { errors } });
    const server = await start({
      ...engineWithControls(),
      setLimits: () => Promise.reject(refuse),
    });
    expect(await ask(server, "/v2/functions/shop-order/limits", patch({ retries: 99 }))).toEqual({
      status: 400,
      body: {
        errors: [
          { code: "validation_error", field: "throttle.limit", message: "one" },
          { code: "validation_error", field: "retries", message: "two" },
        ],
      },
    });
  });

  it.each([
    [
      "/v2/functions/shop-ordr/limits",
      {},
      404,
      'no function "shop-ordr": use the id or slug of one of shop-order',
    ],
    [
      "/v2/functions/shop-order/limits",
      { method: "PATCH", body: "[1]" },
      400,
      "send a JSON object",
    ],
    [
      "/v2/functions/shop-order/audit?limit=0",
      {},
      400,
      '"limit" is "0": it must be a whole number',
    ],
    [
      "/v2/functions/shop-order/pause",
      { method: "POST", headers: { "x-everstep-actor": "<b>" } },
      400,
      "x-everstep-actor",
    ],
    ["/v2/functions/shop-order/pause", { method: "PATCH" }, 501, "The rest of REST v2"],
    ["/v2/health", {}, 501, "GET /v2/health is not available: The rest of REST v2"],
    ["/api/v2/runs", {}, 501, "The rest of REST v2"],
  ])("answers %s %o with %d", async (path, init, status, words) => {
    const server = await start(engineWithControls());
    const answer = await ask(server, path, init);
    expect(answer.status).toBe(status);
    expect(answer.body.errors).toMatchObject([
      { code: expect.any(String) as string, message: expect.stringContaining(words) as string },
    ]);
  });
});

describe("the OpenAPI document", () => {
  it("describes every operation, with what it takes and answers", async () => {
    const server = await start({});
    const { body } = await ask(server, "/v2/openapi.json");
    expect(body).toMatchObject({ openapi: "3.1.0", info: { version: "0.0.0-test" } });
    const { paths } = body as { paths: Record<string, Record<string, { operationId: string }>> };
    const ids = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(ids.toSorted()).toEqual([
      "explainEvent",
      "explainRun",
      "getFunctionLimits",
      "listFunctionAudit",
      "pauseFunction",
      "resumeFunction",
      "setFunctionLimits",
    ]);
    expect(paths["/functions/{functionId}/limits"]?.["patch"]).toMatchObject({
      parameters: [{ name: "functionId", in: "path", required: true, schema: { type: "string" } }],
      requestBody: {
        content: { "application/json": { schema: { properties: { retries: {}, throttle: {} } } } },
      },
      responses: { 200: {}, 400: {}, 401: {}, 404: {}, 500: {} },
    });
    expect(paths["/runs/{runId}/explain"]?.["get"]).toMatchObject({
      parameters: [{ schema: { pattern: expect.stringContaining("{25}") as string } }],
    });
  });
});
