// Sync requests of every SDK, what is refused, and that every error is told at once.
import { Inngest } from "inngest4";
import { describe, expect, it } from "vitest";
import type { ConfigError } from "./config-report.ts";
import { EverstepError } from "./errors.ts";
import type { AppConfig } from "./function-config.ts";
import { parseFunctionConfig } from "./parse-function-config.ts";
import { parseInBandResponse, parseRegisterRequest } from "./register.ts";

const url = "http://localhost:3000/api/inngest";
const step = { step: { id: "step", name: "step", runtime: { type: "http", url } } };
const minimal = { id: "shop-order", name: "Order", triggers: [{ event: "a/b" }], steps: step };
const request = {
  appName: "shop",
  url,
  deployType: "ping",
  framework: "express",
  sdk: "js:v4.24.0",
  v: "0.1",
  functions: [minimal],
};

function thrownBy(action: () => unknown): EverstepError {
  try {
    action();
  } catch (error) {
    if (error instanceof EverstepError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

function errorsOf(action: () => unknown): ConfigError[] {
  const error = thrownBy(action);
  expect([error.code, error.status]).toEqual(["config_invalid", 400]);
  return (error.data as { errors: ConfigError[] }).errors;
}

describe("parseRegisterRequest", () => {
  it("reads what the official SDK registers", () => {
    const client = new Inngest({ id: "shop" });
    const order = client.createFunction(
      {
        id: "order",
        retries: 2,
        triggers: [
          { event: "shop/order.placed", if: "event.data.total > 1" },
          { cron: "0 9 * * 1" },
        ],
        concurrency: [{ limit: 2, key: "event.data.id", scope: "env" }],
        throttle: { limit: 1, period: "5s" },
        cancelOn: [{ event: "shop/order.cancelled", match: "data.id", timeout: "1h" }],
        timeouts: { finish: "1h" },
        onFailure: () => undefined,
      },
      () => undefined,
    );
    const getConfig = (order as unknown as { getConfig(options: object): unknown[] }).getConfig;
    const functions = getConfig.call(order, {
      baseUrl: new URL(url),
      appPrefix: "shop",
      isConnect: false,
    });
    const app = parseRegisterRequest(JSON.parse(JSON.stringify({ ...request, functions })));
    expect(app).toMatchObject({ name: "shop", url, sdk: "js:v4.24.0", method: "serve" });
    expect(app.functions[0]).toEqual({
      slug: "shop-order",
      name: "order",
      triggers: [
        { kind: "event", event: "shop/order.placed", expression: "event.data.total > 1" },
        { kind: "cron", cron: "0 9 * * 1" },
      ],
      url: `${url}?fnId=shop-order&stepId=step`,
      maxAttempts: 3,
      concurrency: [{ limit: 2, key: "event.data.id", scope: "env", level: "step" }],
      cancel: [
        {
          event: "shop/order.cancelled",
          expression: "event.data.id == async.data.id",
          timeout: "1h",
        },
      ],
      timeouts: { finishMs: 3_600_000 },
      throttle: { limit: 1, periodMs: 5_000, burst: 0 },
    });
    expect(app.functions[1]).toMatchObject({ slug: "shop-order-failure", maxAttempts: 2 });
  });

  it("takes keys in any case, as Python sends them, and null as absent", () => {
    const { appName, ...rest } = request;
    const functions = [{ ...minimal, batchEvents: null, concurrency: null, retries: null }];
    const app = parseRegisterRequest({ ...rest, appname: appName, appversion: "7", functions });
    expect([app.name, app.version]).toEqual(["shop", "7"]);
    expect(app.functions[0]?.maxAttempts).toBe(5);
  });

  it("tells a connect app, the platform and the deployment", () => {
    const body = { ...request, url: "ws://connect?app_name=shop", deployType: "connect" };
    const headers = { env: "x", platform: "vercel" };
    const app = parseRegisterRequest({ ...body, headers }, { deployId: "d1" });
    expect(app).toMatchObject({ method: "connect", platform: "vercel", deployId: "d1" });
    expect(parseRegisterRequest({ ...body, deployId: "d2" }).deployId).toBe("d2");
  });

  it("collects every error of every function", () => {
    const functions = [
      { ...minimal, name: "", triggers: [{ event: "" }] },
      { ...minimal, id: "other", rateLimit: { limit: 0, period: "25h" } },
      5,
    ];
    const errors = errorsOf(() =>
      parseRegisterRequest({ ...request, appName: "", url: "x", functions }),
    );
    expect(errors.map(({ function: id, field, code }) => [id, field, code])).toEqual([
      ["", "appName", "config_invalid"],
      ["", "url", "config_invalid"],
      ["shop-order", "name", "config_invalid"],
      ["shop-order", "triggers[0]", "config_invalid"],
      ["other", "rateLimit.limit", "config_invalid"],
      ["other", "rateLimit.period", "config_invalid"],
      ["functions[2]", "functions[2]", "config_invalid"],
    ]);
  });

  it("names the first error and how many more there are", () => {
    const error = thrownBy(() => parseRegisterRequest({ ...request, appName: 5, url: null }));
    expect(error.message).toMatch(/"appName" is 5: .*\(and 1 more/);
  });

  it("refuses two functions with one id", () => {
    const errors = errorsOf(() =>
      parseRegisterRequest({ ...request, functions: [minimal, minimal] }),
    );
    expect(errors).toMatchObject([{ function: "shop-order", field: "id" }]);
  });

  it("refuses vulnerable JS SDKs, whatever else is wrong", () => {
    const error = thrownBy(() =>
      parseRegisterRequest({ ...request, sdk: "inngest-js:v3.40.0", url: 1 }),
    );
    expect([error.code, error.status]).toEqual(["sdk_version_denied", 400]);
  });

  it("refuses a body that is no object", () => {
    for (const body of [null, [], "x"]) {
      expect(thrownBy(() => parseRegisterRequest(body)).code).toBe("body_invalid");
    }
  });
});

describe("checksum", () => {
  const { checksum } = parseRegisterRequest(request);

  it("ignores key order and what does not change behaviour", () => {
    const reversed = Object.fromEntries(Object.entries(request).toReversed());
    const body = { ...reversed, featureObservations: { x: 1 }, deployId: "d", capabilities: {} };
    expect(parseRegisterRequest({ ...body, url: `${url}?deployId=d` }).checksum).toBe(checksum);
    expect(checksum).toMatch(/^[\da-f]{64}$/);
  });

  it("changes with any function or fact", () => {
    const changes: Partial<typeof request>[] = [
      { functions: [] },
      { functions: [{ ...minimal, name: "B" }] },
      { sdk: "js:v4.24.1" },
      { url: `${url}2` },
    ];
    const sums = changes.map((change) => parseRegisterRequest({ ...request, ...change }).checksum);
    expect(new Set([checksum, ...sums]).size).toBe(changes.length + 1);
  });

  it("is the same for both ways to sync", () => {
    const { appName, deployType: _deployType, ...rest } = request;
    const answer = { ...rest, app_id: appName, env: null, platform: null, inspection: { a: 1 } };
    expect(parseInBandResponse(answer).checksum).toBe(checksum);
  });
});

describe("parseInBandResponse", () => {
  it("makes the SDK's name from its parts when it is not given", () => {
    const answer = {
      app_id: "shop",
      url,
      functions: [],
      sdk_language: "go",
      sdk_version: "v0.9.0",
    };
    expect(parseInBandResponse(answer)).toMatchObject({ name: "shop", sdk: "go:v0.9.0" });
    expect(errorsOf(() => parseInBandResponse({ url }))).toMatchObject([{ field: "app_id" }]);
  });
});

describe("parseFunctionConfig", () => {
  function configOf(extra: Record<string, unknown>): AppConfig["functions"][number] {
    return parseFunctionConfig({ ...minimal, ...extra }, "functions[0]");
  }
  function codesOf(extra: Record<string, unknown>): string[] {
    return errorsOf(() => configOf(extra)).map(({ code, field }) => `${field} ${code}`);
  }

  it.each([
    [{}, 5],
    [{ retries: 0 }, 1],
    [{ retries: 7 }, 8],
    [{ retries: { attempts: 1 } }, 2],
    [{ steps: { step: { ...step.step, retries: { attempts: 0 } } } }, 1],
    [{ steps: { step: { ...step.step, retries: { attempts: 99 } } }, retries: 3 }, 21],
  ])("turns the retries of %j into %i attempts", (extra, maxAttempts) => {
    expect(configOf(extra).maxAttempts).toBe(maxAttempts);
  });

  it.each([
    [5, [{ limit: 5, scope: "fn", level: "step" }]],
    [{ limit: 5 }, [{ limit: 5, scope: "fn", level: "step" }]],
    [{ key: "event.data.a" }, [{ limit: 0, scope: "fn", level: "step", key: "event.data.a" }]],
    [
      [{ limit: 1 }, { limit: 2, key: '"x"', scope: "account" }],
      [
        { limit: 1, scope: "fn", level: "step" },
        { limit: 2, scope: "account", level: "step", key: '"x"' },
      ],
    ],
    [
      { fn: [{ limit: 1, key: "k" }], step: [{ limit: 2 }] },
      [
        { limit: 1, scope: "fn", level: "fn", key: "k" },
        { limit: 2, scope: "fn", level: "step" },
      ],
    ],
    [[], []],
  ])("reads concurrency %j", (concurrency, rules) => {
    expect(configOf({ concurrency }).concurrency).toEqual(rules);
  });

  it.each([
    [[1, 2, 3].map((limit) => ({ limit }))],
    [{ limit: -1 }],
    [{ limit: 1.5 }],
    ["5"],
    [{ limit: 1, scope: "env" }],
    [{ fn: [{ limit: 0 }] }],
    [{ fn: [{ limit: 1 }, { limit: 2 }] }],
  ])("refuses concurrency %j", (concurrency) => {
    expect(codesOf({ concurrency }).join()).toMatch(/concurrency_limit_invalid/);
  });

  it("refuses unknown scopes", () => {
    expect(codesOf({ concurrency: { limit: 1, scope: "app", key: "k" } })).toEqual([
      "concurrency.scope config_invalid",
    ]);
  });

  it("reads every flow-control setting into milliseconds", () => {
    const config = configOf({
      throttle: { limit: 0, period: "1m", burst: 2, key: "event.data.a" },
      rateLimit: { limit: 3, period: "24h" },
      debounce: { period: "1s", timeout: "1d", key: "k" },
      priority: { run: "1" },
      idempotency: "event.data.id",
      singleton: { mode: "cancel", key: "k" },
      timeouts: { start: "10s", finish: "" },
    });
    expect(config).toMatchObject({
      throttle: { limit: 1, periodMs: 60_000, burst: 2, key: "event.data.a" },
      rateLimit: { limit: 3, periodMs: 86_400_000 },
      debounce: { periodMs: 1_000, timeoutMs: 86_400_000, key: "k" },
      priority: { run: "1" },
      idempotency: "event.data.id",
      singleton: { mode: "cancel", key: "k" },
      timeouts: { startMs: 10_000 },
    });
    expect(
      configOf({ batchEvents: { maxSize: 2, timeout: "1m30s", key: "k", if: "true" } }),
    ).toMatchObject({
      batch: { maxSize: 2, timeoutMs: 90_000, key: "k", if: "true" },
    });
  });

  it.each([
    [{ batchEvents: { maxSize: 1, timeout: "1s" } }, "batchEvents.maxSize batch_size_invalid"],
    [{ batchEvents: { timeout: "1s" } }, "batchEvents.maxSize batch_size_invalid"],
    [{ batchEvents: { maxSize: 2 } }, "batchEvents.timeout batch_timeout_invalid"],
    [{ batchEvents: { maxSize: 2, timeout: "1d" } }, "batchEvents.timeout batch_timeout_invalid"],
    [
      { batchEvents: { maxSize: 2, timeout: "999ms" } },
      "batchEvents.timeout batch_timeout_invalid",
    ],
    [{ throttle: { limit: 1 } }, "throttle.period config_invalid"],
    [{ throttle: { limit: -1, period: "1s" } }, "throttle.limit config_invalid"],
    [{ rateLimit: { limit: 1 } }, "rateLimit.period config_invalid"],
    [{ rateLimit: { limit: 1, period: "1d1s" } }, "rateLimit.period config_invalid"],
    [{ rateLimit: { period: "1s" } }, "rateLimit.limit config_invalid"],
    [{ debounce: { period: "999ms" } }, "debounce.period config_invalid"],
    [{ debounce: { period: "8d" } }, "debounce.period config_invalid"],
    [{ debounce: "1s" }, "debounce config_invalid"],
    [{ singleton: { mode: "queue" } }, "singleton.mode config_invalid"],
    [{ timeouts: { start: "soon" } }, "timeouts.start config_invalid"],
    [{ priority: { run: 5 } }, "priority.run config_invalid"],
    [{ idempotency: "x".repeat(9_000) }, "idempotency config_invalid"],
    [{ cancel: [{}] }, "cancel[0].event event_name_invalid"],
    [{ cancel: [{ event: "a", timeout: "soon" }] }, "cancel[0].timeout config_invalid"],
    [{ cancel: Array.from({ length: 6 }, () => ({ event: "a" })) }, "cancel config_invalid"],
    [{ retries: -1 }, "retries config_invalid"],
    [{ steps: {} }, "steps config_invalid"],
    [{ steps: { a: step.step, b: step.step } }, "steps config_invalid"],
    [{ steps: { step: { runtime: {} } } }, "steps.step.runtime.url config_invalid"],
    [{ steps: { step: { runtime: { url: "ftp://x" } } } }, "steps.step.runtime.url config_invalid"],
    [{ triggers: [{ event: "a", cron: "* * * * *" }] }, "triggers[0] config_invalid"],
    [{ triggers: [{ event: "e".repeat(256) }] }, "triggers[0].event event_name_invalid"],
    [{ triggers: [{ cron: "*".repeat(256) }] }, "triggers[0].cron schedule_invalid"],
    [{ triggers: [{ cron: "* * * * *", jitter: "6m" }] }, "triggers[0].jitter config_invalid"],
    [{ triggers: [{ event: "a" }, { event: "a" }] }, "triggers config_invalid"],
    [
      { triggers: Array.from({ length: 11 }, (_, index) => ({ event: `e${index}` })) },
      "triggers config_invalid",
    ],
  ])("refuses %j", (extra, code) => {
    expect(codesOf(extra)).toEqual([code]);
  });

  it.each([
    ["cancel", { cancel: [{ event: "a" }] }],
    ["debounce", { debounce: { period: "1s" } }],
    ["singleton", { singleton: { mode: "skip" } }],
    ["priority", { priority: { run: "1" } }],
    ["rateLimit", { rateLimit: { limit: 1, period: "1h" } }],
    ["idempotency", { idempotency: "event.data.id" }],
  ])("[F40] refuses batches together with %s", (name, extra) => {
    const batchEvents = { maxSize: 2, timeout: "1s" };
    const errors = errorsOf(() => configOf({ batchEvents, ...extra }));
    expect(errors).toMatchObject([{ code: "combo_unsupported", field: "batchEvents" }]);
    expect(errors[0]?.message).toContain(`"${name}"`);
  });

  it("takes the same event with two filters, jitter 0, and no trigger at all", () => {
    const triggers = [
      { event: "a", expression: "true" },
      { event: "a" },
      { cron: "TZ=Europe/Paris 0 9 * * *", jitter: "0s" },
      { cron: "0 9 * * *", jitter: "5m" },
    ];
    expect(configOf({ triggers }).triggers).toEqual([
      { kind: "event", event: "a", expression: "true" },
      { kind: "event", event: "a" },
      { kind: "cron", cron: "TZ=Europe/Paris 0 9 * * *" },
      { kind: "cron", cron: "0 9 * * *", jitterMs: 300_000 },
    ]);
    expect(configOf({ triggers: null }).triggers).toEqual([]);
  });
});
