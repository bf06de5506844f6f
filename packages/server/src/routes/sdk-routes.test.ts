// What SDKs call besides events and checkpoints, over a real socket: invoke, register, remove, /dev, telemetry, GraphQL.
import { afterEach, describe, expect, it } from "vitest";
import type { Engine } from "@everstep/engine";
import { EverstepError, type AppConfig } from "@everstep/protocol";
import { aFunction, anApp } from "../testing/records.ts";
import { createScriptedTransport, transportError } from "../testing/scripted-transport.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

let running: TestServer | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function start(given: Parameters<typeof startTestServer>[0]): Promise<TestServer> {
  running = await startTestServer(given);
  return running;
}

const post = (server: TestServer, path: string, body: unknown, headers = {}): Promise<Response> =>
  server.fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

const REGISTER = {
  url: "http://127.0.0.1:3000/api/inngest",
  deployType: "ping",
  framework: "express",
  appName: "shop",
  sdk: "js:v4.24.0",
  v: "0.1",
  functions: [
    {
      id: "shop-order",
      name: "Order",
      triggers: [{ event: "shop/order.placed" }],
      steps: {
        step: {
          id: "step",
          name: "step",
          runtime: { type: "http", url: "http://127.0.0.1:3000/api/inngest?fnId=shop-order" },
        },
      },
    },
  ],
};

describe("POST /invoke/:slug", () => {
  it("starts the function and answers the event's id", async () => {
    const calls: unknown[] = [];
    const server = await start({
      engine: {
        invoke: (...args) => {
          calls.push(args);
          return Promise.resolve({ eventId: "E", runId: "R" });
        },
      },
    });
    const response = await post(server, "/invoke/shop%2Forder", {
      data: { a: 1 },
      user: { id: 1 },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ id: "E", status: 200 });
    await post(server, "/invoke/x", {});
    expect(calls).toEqual([
      ["shop/order", { data: { a: 1 }, user: { id: 1 } }, {}],
      ["x", { data: {} }, {}],
    ]);
  });

  it.each([
    [{ data: [1] }, '"data"'],
    [{ user: 7 }, '"user"'],
    ['{"data":', "position 8"],
    ["[]", "an array"],
  ])("refuses the body %j", async (body, words) => {
    const server = await start({});
    const response = await post(server, "/invoke/x", body);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: string }).error).toContain(words);
  });

  it("answers 404 to a function that does not exist", async () => {
    const server = await start({
      engine: { invoke: () => Promise.reject(new EverstepError("function_not_found", "No such.")) },
    });
    const response = await post(server, "/invoke/x", {});
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: "No such.",
      status: 404,
      code: "function_not_found",
    });
  });
});

describe("POST /fn/register", () => {
  async function startForSync(
    syncApp?: Engine["syncApp"],
  ): Promise<{ server: TestServer; synced: AppConfig[]; failures: unknown[] }> {
    const synced: AppConfig[] = [];
    const failures: unknown[] = [];
    const take: Engine["syncApp"] = (config) => {
      synced.push(config);
      return Promise.resolve({ appId: "A", syncId: "S", modified: true });
    };
    const server = await start({
      engine: {
        syncApp: syncApp ?? take,
        recordSyncFailure: (failure) => {
          failures.push(failure);
          return Promise.resolve();
        },
      },
    });
    return { server, synced, failures };
  }

  it("syncs the app and repeats the status in the body, for the JS SDK", async () => {
    const { server, synced } = await startForSync();
    const response = await post(server, "/fn/register?deployId=d1", REGISTER, {
      "x-inngest-expected-server-kind": "dev",
      authorization: "Bearer undefined",
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      ok: true,
      modified: true,
      sync_id: "S",
      app_id: "A",
      status: 200,
    });
    expect(synced).toMatchObject([
      {
        name: "shop",
        url: "http://localhost:3000/api/inngest",
        functions: [{ slug: "shop-order" }],
      },
    ]);
  });

  it("refuses an app that means another kind of server", async () => {
    const { server, synced } = await startForSync();
    const response = await post(server, "/fn/register", REGISTER, {
      "x-inngest-expected-server-kind": "cloud",
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      status: 400,
      code: "server_kind_mismatch",
      error: expect.stringMatching(/^Expected server kind dev, got cloud/) as string,
    });
    expect(synced).toEqual([]);
  });

  it("lists every error of an invalid function and keeps the failure on the app", async () => {
    const { server, synced, failures } = await startForSync();
    const invalid = {
      ...REGISTER,
      functions: [{ ...REGISTER.functions[0], triggers: 7, steps: {} }],
    };
    const response = await post(server, "/fn/register", invalid);
    expect(response.status).toBe(400);
    const body = (await response.json()) as { data: { errors: unknown[] }; error: string };
    expect(body).toMatchObject({ status: 400, code: "config_invalid" });
    expect(body.data.errors.length).toBeGreaterThanOrEqual(2);
    expect(synced).toEqual([]);
    expect(failures).toEqual([
      {
        url: "http://localhost:3000/api/inngest",
        code: "invalid_function",
        message: body.error,
        create: true,
      },
    ]);
    expect(server.logged).toMatchObject([{ level: "error" }]);
  });

  it("keeps a failure that only the engine finds, such as an invalid expression", async () => {
    const { server, failures } = await startForSync(() =>
      Promise.reject(new EverstepError("expression_invalid", "Bad if.")),
    );
    expect((await post(server, "/fn/register", REGISTER)).status).toBe(400);
    expect(failures).toMatchObject([{ code: "invalid_function", message: "Bad if." }]);
  });

  it("refuses SDK versions with the known vulnerability", async () => {
    const { server, failures } = await startForSync();
    const response = await post(server, "/fn/register", { ...REGISTER, sdk: "js:v3.30.0" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "sdk_version_denied", status: 400 });
    expect(failures).toMatchObject([{ code: "sdk_version_denied" }]);
  });

  it("refuses broken JSON, naming where", async () => {
    const { server } = await startForSync();
    const response = await post(server, "/fn/register", '{"appName":x}');
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("position 11");
  });
});

describe("the other routes of SDKs", () => {
  it("removes an app by its URL", async () => {
    const removed: string[] = [];
    const server = await start({
      engine: {
        removeApp: (url) => {
          removed.push(url);
          return Promise.resolve();
        },
      },
    });
    const url = "http://127.0.0.1:3000/api/inngest";
    const remove = (query: string): Promise<Response> =>
      server.fetch(`/fn/remove${query}`, { method: "DELETE" });
    expect((await remove(`?url=${encodeURIComponent(url)}`)).status).toBe(200);
    expect((await remove("")).status).toBe(400);
    expect(removed).toEqual(["http://localhost:3000/api/inngest"]);
  });

  it("describes the dev server as JSON", async () => {
    const server = await start({
      version: "1.2.3",
      startOptions: { port: 8288 },
      engine: { apps: () => [anApp({ error: "down" })], functions: () => [aFunction()] },
    });
    const response = await server.fetch("/dev");
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(await response.json()).toMatchObject({
      version: "1.2.3",
      authed: false,
      startOpts: { port: 8288 },
      functions: [{ slug: "shop-order", triggers: [{ event: "shop/order.placed" }] }],
      handlers: [{ sdk: { appName: "shop", functions: ["shop-order"] }, errors: ["down"] }],
      isSingleNodeService: true,
      isMissingSigningKey: false,
      isMissingEventKeys: false,
      features: {},
    });
  });

  it("takes telemetry", async () => {
    const server = await start({});
    expect((await post(server, "/v0/telemetry", {})).status).toBe(200);
  });

  it("serves the run-history API, and syncs apps by its mutation", async () => {
    const server = await start({
      transport: createScriptedTransport(() => transportError("unreachable", "ECONNREFUSED")),
      engine: { apps: () => [anApp()], recordSyncFailure: () => Promise.resolve() },
    });
    const ask = async (query: string): Promise<unknown> =>
      (await post(server, "/v0/gql", { query })).json();
    expect(await ask("{ apps { externalID } }")).toEqual({
      data: { apps: [{ externalID: "shop" }] },
    });
    const failed = await ask('mutation { createApp(input: { url: "http://a.test/x" }) { id } }');
    expect(JSON.stringify(failed)).toContain("cannot be reached");
  });

  it("takes GraphQL as JSON only, which pages cannot send without asking", async () => {
    const server = await start({});
    const form = await post(server, "/v0/gql", "query={x}", { "content-type": "text/plain" });
    expect(form.status).toBe(400);
  });
});
