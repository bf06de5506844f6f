// What an engine, and what anybody else, gets from a served app. Beside the official SDK where both must do the same.
import { describe, expect, it } from "vitest";
import type { ClientDefinition } from "../functions/definition.ts";
import { canonicalJson } from "./canonical-json.ts";
import { SDK_NAME } from "./sdk-identity.ts";
import { createServeHandler } from "./serve-core.ts";
import type { ServeOptions } from "./serve-options.ts";
import { signBody, verifySignature } from "./signature.ts";
import {
  FALLBACK_KEY,
  makeCallBody,
  makeClient,
  makeFunction,
  makeRuntime,
  SIGNING_KEY,
  type HandMadeClient,
  type Runtime,
} from "./testing/hand-made-app.ts";
import { makeOfficialApp } from "./testing/official-app.ts";

const URL_OF_APP = "http://app.test/api/inngest";
const CALL_URL = `${URL_OF_APP}?fnId=app-hello&stepId=step`;
const CLOUD = { mode: "cloud", signingKey: SIGNING_KEY } as const;

interface App {
  readonly client: HandMadeClient;
  readonly runtime: Runtime;
  readonly handle: (request: Request) => Promise<Response>;
}

function makeApp(
  given: Partial<ClientDefinition> = {},
  options: Partial<ServeOptions> = {},
  runtime = makeRuntime(),
): App {
  const client = makeClient(given);
  const functions = [makeFunction(client, "hello", { onFailure: () => undefined })];
  const facts = { frameworkName: "edge", canStream: true };
  const handle = createServeHandler({ client, functions, ...options }, facts, runtime.execute);
  return { client, runtime, handle };
}

interface Given {
  readonly body?: string;
  readonly key?: string | undefined;
  readonly headers?: Record<string, string>;
}

function request(method: string, url: string, { body, key, headers = {} }: Given = {}): Request {
  const signature =
    key === undefined
      ? {}
      : { "x-inngest-signature": signBody({ key, body: body ?? "", atMs: Date.now() }) };
  return new Request(url, {
    method,
    headers: { ...signature, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

const CALL_BODY = canonicalJson(makeCallBody());

describe("a call", () => {
  it("runs the function and answers with who we are", async () => {
    const { handle, runtime } = makeApp({ env: "feature-x" });
    const headers = { traceparent: "00-1-2-01", "x-inngest-server-kind": "dev" };
    const response = await handle(request("POST", CALL_URL, { body: CALL_BODY, headers }));
    expect([response.status, await response.json()]).toEqual([200, "01RUN"]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/json",
      "x-inngest-sdk": SDK_NAME,
      "x-inngest-sdk-handled": "true",
      "x-inngest-framework": "edge",
      "x-inngest-env": "feature-x",
      "x-inngest-req-version": "2",
      "x-inngest-expected-server-kind": "dev",
      "server-timing": expect.stringMatching(/^handler;dur=[\d.]+$/) as string,
      traceparent: "00-1-2-01",
    });
    expect(response.headers.has("x-inngest-signature")).toBe(false);
    expect(runtime.calls).toMatchObject([
      { isFailureHandler: false, runId: "01RUN", targetStepId: undefined },
    ]);
  });

  it("of the failure handler is told apart", async () => {
    const { handle, runtime } = makeApp();
    const url = CALL_URL.replace("hello", "hello-failure");
    await handle(request("POST", url, { body: CALL_BODY }));
    expect(runtime.calls.map((call) => call.isFailureHandler)).toEqual([true]);
  });

  it("of a function that is not served fails with its name, and may be retried", async () => {
    const { handle, client } = makeApp();
    const response = await handle(
      request("POST", CALL_URL.replace("hello", "gone"), { body: CALL_BODY }),
    );
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      type: "internal",
      message: expect.stringContaining('"app-gone"') as string,
    });
    expect(response.headers.get("x-inngest-sdk")).toBe(SDK_NAME);
    expect(response.headers.has("x-inngest-no-retry")).toBe(false);
    expect(client.lines.join()).toContain("app-gone");
  });

  it("that cannot be read, or breaks the runtime, is an internal failure", async () => {
    const broken = makeRuntime(() => Promise.reject(new Error("a bug")));
    const { handle } = makeApp({}, {}, broken);
    const bodyOf = async (body: string): Promise<unknown> =>
      (await handle(request("POST", CALL_URL, { body }))).json();
    expect(await bodyOf("{")).toMatchObject({ type: "internal", name: "Error" });
    expect(await bodyOf(CALL_BODY)).toMatchObject({ type: "internal", message: "a bug" });
  });

  it("without a body is refused, and the log says what to look at", async () => {
    const { handle, client } = makeApp();
    expect((await handle(request("POST", CALL_URL))).status).toBe(401);
    expect(client.lines.join()).toContain("express.json()");
  });
});

describe("cloud mode", () => {
  it.each([SIGNING_KEY, FALLBACK_KEY])(
    "answers what key %s signed, with its signature",
    async (key) => {
      const { handle } = makeApp({ ...CLOUD, signingKeyFallback: FALLBACK_KEY });
      const response = await handle(request("POST", CALL_URL, { body: CALL_BODY, key }));
      expect(response.status).toBe(200);
      const header = response.headers.get("x-inngest-signature") ?? "";
      const body = await response.text();
      expect(verifySignature({ keys: [key], body, header, nowMs: Date.now() }).ok).toBe(true);
    },
  );

  it.each([undefined, FALLBACK_KEY])("runs nothing that key %s signed", async (key) => {
    const { handle, runtime } = makeApp({ ...CLOUD, env: "secret-branch" });
    const response = await handle(request("POST", CALL_URL, { body: CALL_BODY, key }));
    expect([response.status, await response.json()]).toEqual([401, { message: "Unauthorized" }]);
    expect([...response.headers.keys()].filter((name) => name.startsWith("x-inngest"))).toEqual([
      "x-inngest-sdk-handled",
    ]);
    expect(runtime.calls).toEqual([]);
  });

  it.each(["GET", "PUT", "POST"])("without a key refuses %s with the way out", async (method) => {
    const { handle, runtime } = makeApp({ mode: "cloud" });
    const given = method === "GET" ? {} : { body: CALL_BODY };
    const response = await handle(request(method, CALL_URL, given));
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      code: "internal_server_error",
      message: expect.stringMatching(/INNGEST_SIGNING_KEY.*INNGEST_DEV=1/) as string,
    });
    expect(runtime.calls).toEqual([]);
  });

  it("takes the keys that serve() was given before those of the client", async () => {
    const { handle } = makeApp(CLOUD, { signingKey: FALLBACK_KEY });
    const statusOf = async (key: string): Promise<number> =>
      (await handle(request("POST", CALL_URL, { body: CALL_BODY, key }))).status;
    expect(await statusOf(FALLBACK_KEY)).toBe(200);
    expect(await statusOf(SIGNING_KEY)).toBe(401);
  });

  it("answers a trust probe that is signed, and no other", async () => {
    const { handle, runtime } = makeApp(CLOUD);
    const url = `${URL_OF_APP}?probe=trust`;
    const trusted = await handle(request("POST", url, { key: SIGNING_KEY }));
    expect([trusted.status, await trusted.text()]).toEqual([200, ""]);
    expect(trusted.headers.has("x-inngest-signature")).toBe(true);
    expect((await handle(request("POST", url))).status).toBe(401);
    const unknown = await handle(request("POST", `${URL_OF_APP}?probe=x`, { key: SIGNING_KEY }));
    expect(unknown.status).toBe(400);
    expect(runtime.calls).toEqual([]);
  });
});

describe("other methods", () => {
  it.each(["DELETE", "PATCH", "OPTIONS", "HEAD"])("%s gets an empty 405", async (method) => {
    const { handle } = makeApp({ ...CLOUD, env: "secret-branch", eventKey: "secret-key" });
    const response = await handle(request(method, CALL_URL));
    expect([response.status, await response.text()]).toEqual([405, ""]);
    expect(JSON.stringify([...response.headers])).not.toContain("secret");
    expect(response.headers.has("x-inngest-sdk")).toBe(false);
  });
});

describe("introspection", () => {
  const keys = (value: unknown): string[] => Object.keys(value as object).toSorted();

  it("shows counts and flags in dev mode, as the official SDK does", async () => {
    const { handle } = makeApp({ signingKey: SIGNING_KEY });
    const response = await handle(request("GET", URL_OF_APP));
    const body: unknown = await response.json();
    expect(body).toMatchObject({ function_count: 2, has_signing_key: true, mode: "dev" });
    expect(JSON.stringify(body)).not.toContain(SIGNING_KEY.slice(-8));
    const official = makeOfficialApp({ isDev: true, signingKey: SIGNING_KEY });
    const expected: unknown = await (await official.handle(request("GET", URL_OF_APP))).json();
    expect(keys(body)).toEqual(expect.arrayContaining(keys(expected)));
  });

  it("is for the holder of the key in cloud mode", async () => {
    const given = { ...CLOUD, signingKeyFallback: FALLBACK_KEY, eventKey: "event-key" };
    const { handle } = makeApp(given);
    expect((await handle(request("GET", URL_OF_APP))).status).toBe(401);
    const body = (await (
      await handle(request("GET", URL_OF_APP, { key: SIGNING_KEY }))
    ).json()) as Record<string, unknown>;
    const official = makeOfficialApp({ isDev: false, ...given });
    const expected = (await (
      await official.handle(request("GET", URL_OF_APP, { key: SIGNING_KEY }))
    ).json()) as Record<string, unknown>;
    expect(keys(body)).toEqual(expect.arrayContaining(keys(expected)));
    for (const name of [
      "signing_key_hash",
      "signing_key_fallback_hash",
      "event_key_hash",
      "schema_version",
      "app_id",
      "mode",
      "authentication_succeeded",
    ]) {
      expect([name, body[name]]).toEqual([name, expected[name]]);
    }
  });
});

describe("streaming", () => {
  it("answers 201 at once and the reply when there is one", async () => {
    let finish: (output: { status: 206; headers: object; body: string }) => void = () => undefined;
    const runtime = makeRuntime(
      () =>
        new Promise((resolve) => {
          finish = resolve as typeof finish;
        }),
    );
    const { handle } = makeApp(CLOUD, { streaming: true }, runtime);
    const response = await handle(request("POST", CALL_URL, { body: CALL_BODY, key: SIGNING_KEY }));
    expect(response.status).toBe(201);
    expect(response.headers.get("x-inngest-sdk")).toBe(SDK_NAME);
    finish({ status: 206, headers: { "x-inngest-req-version": "2" }, body: "[]" });
    const text = await response.text();
    expect(text).toMatch(/^ +\{/);
    expect(JSON.parse(text)).toMatchObject({
      status: 206,
      body: "[]",
      headers: {
        "x-inngest-req-version": "2",
        "x-inngest-signature": expect.stringMatching(/^t=\d+&s=/) as string,
      },
    });
  });

  it("is not for probes, syncs and callers that may not call", async () => {
    const { handle } = makeApp(CLOUD, { streaming: "force" });
    const probe = request("POST", `${URL_OF_APP}?probe=trust`, { key: SIGNING_KEY });
    expect((await handle(probe)).status).toBe(200);
    expect((await handle(request("POST", CALL_URL, { body: CALL_BODY }))).status).toBe(401);
    expect((await handle(request("GET", URL_OF_APP, { key: SIGNING_KEY }))).status).toBe(200);
  });

  it("is refused by a framework that cannot, unless it is only allowed", () => {
    const client = makeClient();
    const open = (streaming: ServeOptions["streaming"]): unknown =>
      createServeHandler(
        { client, functions: [], streaming },
        { frameworkName: "aws-lambda", canStream: false },
        makeRuntime().execute,
      );
    expect(() => open(true)).toThrow(/aws-lambda.*"allow"/);
    expect(() => open("force")).toThrow(/aws-lambda/);
    expect(() => open("allow")).not.toThrow();
    expect(() => open("maybe" as "allow")).toThrow(/streaming is "maybe"/);
  });
});

describe("serve()", () => {
  const facts = { frameworkName: "edge", canStream: true };

  it("refuses two functions of one id", () => {
    const client = makeClient();
    const functions = [makeFunction(client, "a"), makeFunction(client, "a")];
    expect(() => createServeHandler({ client, functions }, facts)).toThrow(/"app-a"/);
  });

  it("leaves out functions that are undefined and says so", () => {
    const client = makeClient();
    const functions = [makeFunction(client, "a"), undefined, makeFunction(client, "b")];
    createServeHandler({ client, functions }, facts);
    expect(client.lines.join()).toContain(
      'functions[1] (after "a", before "b") is undefined and not served',
    );
  });

  it.each([
    ["a function", () => null],
    ["an object", { default: 1 }],
    ["a function of the official SDK", { [Symbol.toStringTag]: "Inngest.Function" }],
  ])("refuses %s in place of what createFunction returned", (what, given) => {
    const functions = [given] as unknown as ServeOptions["functions"];
    expect(() => createServeHandler({ client: makeClient(), functions }, facts)).toThrow(
      `serve: functions[0] is ${what}`,
    );
  });

  it("refuses a client in the place of its options", () => {
    const client = makeClient() as unknown as ServeOptions;
    expect(() => createServeHandler(client, facts)).toThrow(/serve\(\{ client, functions/);
  });

  it.each([
    ["the default", {}, { bound: 0, option: {} }, 10_000],
    ["the function's bound", {}, { bound: 60_000, option: {} }, 60_000],
    ["the shorter bound", { streamTimeout: "30s" }, { bound: 60_000, option: {} }, 30_000],
    ["streamTimeout in ms", { streamTimeout: 30_000 }, { bound: 0, option: {} }, 30_000],
    ["no bound when asked", {}, { bound: 0, option: { maxRuntime: 0 } }, 0],
  ])("bounds a call by %s", async (_name, options, { bound, option }, expected) => {
    const client = makeClient();
    const runtime = makeRuntime();
    const given = { bufferedSteps: 1, maxIntervalMs: 0, maxRuntimeMs: bound };
    const functions = [
      makeFunction(client, "hello", { checkpointing: given, options: { checkpointing: option } }),
    ];
    const handle = createServeHandler({ client, functions, ...options }, facts, runtime.execute);
    await handle(request("POST", CALL_URL, { body: CALL_BODY }));
    expect(runtime.calls[0]?.function.checkpointing).toEqual({ ...given, maxRuntimeMs: expected });
  });

  it("refuses a streamTimeout that is no duration", () => {
    const client = makeClient();
    const options = { client, functions: [], streamTimeout: "soon" };
    expect(() => createServeHandler(options, facts)).toThrow(/streamTimeout is "soon"/);
  });

  it("hands variables of the request to the client", async () => {
    const client = makeClient();
    const functions = [makeFunction(client, "hello")];
    const handle = createServeHandler({ client, functions }, facts, makeRuntime().execute);
    const environment = { INNGEST_SERVE_PATH: "/x", EVERSTEP_SERVE_PATH: "/y", EMPTY: "" };
    await handle(request("GET", URL_OF_APP), [], environment);
    expect(client.environments).toEqual([environment]);
  });
});
