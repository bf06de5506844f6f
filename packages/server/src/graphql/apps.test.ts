// Apps and functions: what is registered, with its configuration.
import { beforeEach, describe, expect, it } from "vitest";
import {
  appRecord,
  at,
  createFixture,
  type Fixture,
  functionRecord,
  START_MS,
} from "./testing/graphql-fixture.ts";

let fixture: Fixture;

beforeEach(() => {
  fixture = createFixture();
});

describe("apps", () => {
  it("show what was synced, and why a sync failed", async () => {
    fixture.apps.push(
      appRecord({
        name: "blog",
        method: "connect",
        error: "the app could not be reached",
        appVersion: "1.2",
        checksum: "",
      }),
    );
    const query = `{ apps { id externalID name sdkLanguage sdkVersion framework url checksum error method
      appVersion connected functionCount autodiscovered functions { slug }
      sdkFeatureReadiness { aiMetadataExtraction { ready } extendedTraces { ready reason } } } }`;
    const { apps } = await fixture.data<{ apps: unknown[] }>(query);
    expect(apps).toMatchObject([
      {
        id: fixture.apps[0]?.id,
        externalID: "shop",
        name: "shop",
        sdkLanguage: "js",
        sdkVersion: "4.24.0",
        framework: "express",
        url: "http://localhost:3000/api/inngest",
        checksum: "c0ffee",
        error: null,
        method: "SERVE",
        appVersion: null,
        connected: true,
        functionCount: 1,
        autodiscovered: false,
        functions: [{ slug: "shop-order" }],
        sdkFeatureReadiness: { extendedTraces: { ready: false } },
      },
      {
        name: "blog",
        method: "CONNECT",
        error: "the app could not be reached",
        checksum: null,
        connected: false,
        functionCount: 0,
        functions: [],
      },
    ]);
  });

  it("are found by method and by id", async () => {
    fixture.apps.push(appRecord({ name: "blog", method: "connect" }));
    const byMethod = (method: string): Promise<unknown> =>
      fixture.data(`query ($m: AppMethod) { apps(filter: { method: $m }) { name } }`, {
        m: method,
      });
    expect(await byMethod("CONNECT")).toEqual({ apps: [{ name: "blog" }] });
    expect(await byMethod("SERVE")).toEqual({ apps: [{ name: "shop" }] });
    expect(await byMethod("API")).toEqual({ apps: [] });
    const byId = (id: string | undefined): Promise<unknown> =>
      fixture.data(`query ($id: UUID!) { app(id: $id) { name } }`, { id });
    expect(await byId(fixture.apps[1]?.id)).toEqual({ app: { name: "blog" } });
    expect(await byId("00000000-0000-0000-0000-000000000000")).toEqual({ app: null });
  });
});

describe("functions", () => {
  it("show triggers, app and failure handler", async () => {
    fixture.functions.push(
      functionRecord("order-failure", { triggers: [] }),
      functionRecord("nightly", {
        triggers: [
          { kind: "cron", cron: "TZ=Europe/Berlin 0 3 * * *" },
          { kind: "event", event: "shop/*", expression: "event.data.n > 1" },
        ],
        concurrency: [
          { limit: 3, scope: "fn", level: "step", key: "event.data.id" },
          { limit: 9, scope: "fn", level: "step" },
        ],
      }),
    );
    const fields = `id slug name url concurrency appID app { name } failureHandler { slug name }
      triggers { type value condition } config`;
    const { functions } = await fixture.data<{ functions: { config: string }[] }>(
      `{ functions { ${fields} } }`,
    );
    expect(functions).toMatchObject([
      {
        id: fixture.functions[0]?.id,
        slug: "shop-order",
        name: "The order",
        concurrency: 0,
        appID: fixture.apps[0]?.id,
        app: { name: "shop" },
        failureHandler: { slug: "shop-order-failure", name: "The order-failure" },
        triggers: [{ type: "EVENT", value: "shop/order.placed", condition: null }],
      },
      { slug: "shop-order-failure", failureHandler: null },
      {
        slug: "shop-nightly",
        concurrency: 9,
        triggers: [
          { type: "CRON", value: "TZ=Europe/Berlin 0 3 * * *", condition: null },
          { type: "EVENT", value: "shop/*", condition: "event.data.n > 1" },
        ],
      },
    ]);
    expect(JSON.parse(functions[2]?.config ?? "")).toEqual(fixture.functions[2]?.config);
  });

  it("show whether they are paused, and the limits in force with those that were set", async () => {
    const [order] = fixture.functions;
    if (order === undefined) throw new Error("the fixture has no function");
    const query = `{ functions { isPaused pausedAt overriddenLimits concurrency
      configuration { retries { value } concurrency { limit { value } } } config } }`;
    const read = async (): Promise<unknown> =>
      (await fixture.data<{ functions: unknown[] }>(query)).functions[0];
    expect(await read()).toMatchObject({ isPaused: false, pausedAt: null, overriddenLimits: [] });
    fixture.controls.set(order.id, {
      functionId: order.id,
      pausedAtMs: START_MS,
      overrides: { maxAttempts: 1, concurrency: [{ limit: 7, scope: "fn", level: "step" }] },
      updatedAtMs: START_MS,
    });
    expect(await read()).toMatchObject({
      isPaused: true,
      pausedAt: at(0),
      overriddenLimits: ["retries", "concurrency"],
      concurrency: 7,
      configuration: { retries: { value: 0 }, concurrency: [{ limit: { value: 7 } }] },
      config: JSON.stringify(order.config),
    });
  });

  it("are found by their slug", async () => {
    fixture.functions.push(functionRecord("nightly"));
    const bySlug = `query ($s: String!) { functionBySlug(query: { functionSlug: $s }) { name } }`;
    expect(await fixture.data(bySlug, { s: "shop-nightly" })).toEqual({
      functionBySlug: { name: "The nightly" },
    });
    expect(await fixture.data(bySlug, { s: "shop-gone" })).toEqual({ functionBySlug: null });
  });

  it("show every rule of their configuration", async () => {
    fixture.functions.push(
      functionRecord("limited", {
        maxAttempts: 3,
        cancel: [{ event: "shop/cancelled", expression: "a == b", timeout: "1h" }],
        concurrency: [{ limit: 2, scope: "account", level: "step", key: `"k"` }],
        priority: { run: "event.data.p" },
        batch: { maxSize: 10, timeoutMs: 90_000, key: "event.data.b" },
        rateLimit: { limit: 4, periodMs: 60_000 },
        debounce: { periodMs: 1_500, key: "event.data.d" },
        throttle: { limit: 5, periodMs: 3_600_000, burst: 2 },
        singleton: { mode: "cancel", key: "event.data.s" },
      }),
    );
    const query = `{ functions { configuration {
      cancellations { event timeout condition } retries { value isDefault } priority
      eventsBatch { maxSize timeout key } concurrency { scope limit { value isPlanLimit } key }
      rateLimit { limit period key } debounce { period key } throttle { burst key limit period }
      singleton { mode key } } } }`;
    expect(await fixture.data(query)).toEqual({
      functions: [
        {
          configuration: {
            cancellations: [],
            retries: { value: 4, isDefault: true },
            priority: null,
            eventsBatch: null,
            concurrency: [],
            rateLimit: null,
            debounce: null,
            throttle: null,
            singleton: null,
          },
        },
        {
          configuration: {
            cancellations: [{ event: "shop/cancelled", timeout: "1h", condition: "a == b" }],
            retries: { value: 2, isDefault: false },
            priority: "event.data.p",
            eventsBatch: { maxSize: 10, timeout: "1m30s", key: "event.data.b" },
            concurrency: [
              { scope: "ACCOUNT", limit: { value: 2, isPlanLimit: false }, key: `"k"` },
            ],
            rateLimit: { limit: 4, period: "1m", key: null },
            debounce: { period: "1s500ms", key: "event.data.d" },
            throttle: { burst: 2, key: null, limit: 5, period: "1h" },
            singleton: { mode: "CANCEL", key: "event.data.s" },
          },
        },
      ],
    });
  });
});
