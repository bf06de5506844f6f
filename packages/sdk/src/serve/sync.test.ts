// Syncs, out of band and in band, beside those of the official SDK.
import { describe, expect, it } from "vitest";
import type { ClientDefinition } from "../functions/definition.ts";
import { SDK_NAME } from "./sdk-identity.ts";
import { createServeHandler } from "./serve-core.ts";
import type { ServeOptions } from "./serve-options.ts";
import { hashSigningKey, signBody, verifySignature } from "./signature.ts";
import {
  FALLBACK_KEY,
  makeClient,
  makeFunction,
  makeRuntime,
  SIGNING_KEY,
} from "./testing/hand-made-app.ts";
import { makeOfficialApp } from "./testing/official-app.ts";

const APP_URL = "http://app.test/api/inngest";
const CLOUD = { mode: "cloud", signingKey: SIGNING_KEY } as const;

interface Sent {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

function makeApp(
  given: Partial<ClientDefinition> & { answer?: (sent: Sent) => Response } = {},
  options: Partial<ServeOptions> = {},
): { readonly sent: Sent[]; readonly handle: (request: Request) => Promise<Response> } {
  const { answer = () => Response.json({ ok: true, modified: true }), ...rest } = given;
  const sent: Sent[] = [];
  const client = makeClient({
    fetch: (url, init) => {
      const headers = new Headers(init?.headers);
      const body = JSON.parse(init?.body as string) as Record<string, unknown>;
      const one = { url: new Request(url).url, headers, body };
      sent.push(one);
      return Promise.resolve(answer(one));
    },
    ...rest,
  });
  const functions = [makeFunction(client, "hello")];
  const facts = { frameworkName: "edge", canStream: true };
  const handle = createServeHandler(
    { client, functions, ...options },
    facts,
    makeRuntime().execute,
  );
  return { sent, handle };
}

function put(url: string, headers: Record<string, string> = {}, body?: string): Request {
  return new Request(url, { method: "PUT", headers, ...(body === undefined ? {} : { body }) });
}

function putInBand(body: string, key?: string): Request {
  const signature =
    key === undefined ? {} : { "x-inngest-signature": signBody({ key, body, atMs: Date.now() }) };
  return put(APP_URL, { "x-inngest-sync-kind": "in_band", ...signature }, body);
}

describe("a sync out of band", () => {
  it("registers the app as the official SDK does, under our name", async () => {
    const { sent, handle } = makeApp(CLOUD);
    const ping = { "x-inngest-server-kind": "cloud" };
    const response = await handle(put(`${APP_URL}?deployId=d1`, ping));
    expect([response.status, await response.json()]).toEqual([
      200,
      { message: "Successfully registered", modified: true },
    ]);
    expect(response.headers.get("x-inngest-sync-kind")).toBe("out_of_band");
    const official = makeOfficialApp({ isDev: false, signingKey: SIGNING_KEY });
    await official.handle(put(`${APP_URL}?deployId=d1`, ping));
    const [theirs] = official.sent;
    const [ours] = sent;
    expect(ours?.url).toBe(theirs?.url);
    const expected = JSON.parse(theirs?.init.body as string) as Record<string, unknown>;
    // Theirs keeps ?deployId, which engines take off.
    expect(ours?.body["url"]).toBe(APP_URL);
    for (const name of ["deployType", "framework", "appName", "v", "deployId"]) {
      expect([name, ours?.body[name]]).toEqual([name, expected[name]]);
    }
    expect(ours?.body).toMatchObject({ sdk: SDK_NAME, functions: [{ id: "app-hello" }] });
    const theirHeaders = new Headers(theirs?.init.headers);
    for (const name of [
      "authorization",
      "content-type",
      "x-inngest-framework",
      "x-inngest-sync-kind",
      "x-inngest-expected-server-kind",
    ]) {
      expect([name, ours?.headers.get(name)]).toEqual([name, theirHeaders.get(name)]);
    }
    expect(ours?.headers.get("x-inngest-sdk")).toBe(SDK_NAME);
  });

  it("tries the fallback key when the first is refused", async () => {
    const { sent, handle } = makeApp({
      ...CLOUD,
      signingKeyFallback: FALLBACK_KEY,
      answer: ({ headers }) =>
        headers.get("authorization") === `Bearer ${hashSigningKey(FALLBACK_KEY)}`
          ? Response.json({ ok: true, modified: false })
          : Response.json({ error: "no" }, { status: 401 }),
    });
    expect((await handle(put(APP_URL))).status).toBe(200);
    expect(sent.map(({ headers }) => headers.get("authorization"))).toEqual([
      `Bearer ${hashSigningKey(SIGNING_KEY)}`,
      `Bearer ${hashSigningKey(FALLBACK_KEY)}`,
    ]);
  });

  it("needs no key in dev mode, and ignores one that is a placeholder", async () => {
    const { sent, handle } = makeApp({ signingKey: "changeme" });
    expect((await handle(put(APP_URL))).status).toBe(200);
    expect(sent[0]?.headers.has("authorization")).toBe(false);
  });

  it.each([
    ["what the engine said", Response.json({ error: "bad cron", status: 400 }), 400, "bad cron"],
    [
      "the status of the answer without one in its body",
      Response.json({ error: "x" }, { status: 403 }),
      403,
      "x",
    ],
    ["something else than an engine", new Response("<html>", { status: 502 }), 500, "502"],
  ])("passes on %s", async (_name, answer, status, message) => {
    const { handle } = makeApp({ answer: () => answer });
    const response = await handle(put(APP_URL));
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      message: expect.stringContaining(message) as string,
      modified: false,
    });
  });

  it("names the engine that cannot be reached, and why", async () => {
    const { handle } = makeApp({
      fetch: () =>
        Promise.reject(new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") })),
    });
    const response = await handle(put(APP_URL));
    expect(response.status).toBe(500);
    expect(JSON.stringify(await response.json())).toMatch(/engine\.test.*ECONNREFUSED/);
  });

  it("needs a signature when it was asked to", async () => {
    const { sent, handle } = makeApp(CLOUD, { enableUnauthedSync: false });
    expect((await handle(put(APP_URL))).status).toBe(401);
    const body = "{}";
    const signature = signBody({ key: SIGNING_KEY, body, atMs: Date.now() });
    const response = await handle(put(APP_URL, { "x-inngest-signature": signature }, body));
    expect([response.status, sent.length]).toEqual([200, 1]);
  });

  it("reports the URL and the id that serve() was given", async () => {
    const { sent, handle } = makeApp(
      {},
      { serveHost: "https://app.example", servePath: "/x", id: "other", baseUrl: "http://e.test" },
    );
    await handle(put(APP_URL));
    expect(sent[0]?.url).toBe("http://e.test/fn/register");
    expect(sent[0]?.body).toMatchObject({
      url: "https://app.example/x",
      appName: "other",
      functions: [
        {
          id: "other-hello",
          steps: {
            step: { runtime: { url: "https://app.example/x?fnId=other-hello&stepId=step" } },
          },
        },
      ],
    });
  });
});

describe("a sync in band", () => {
  it("answers what the official SDK answers, signed", async () => {
    const { sent, handle } = makeApp(CLOUD);
    const body = JSON.stringify({ url: APP_URL });
    const response = await handle(putInBand(body, SIGNING_KEY));
    expect(response.status).toBe(200);
    expect(response.headers.get("x-inngest-sync-kind")).toBe("in_band");
    const text = await response.text();
    const header = response.headers.get("x-inngest-signature") ?? "";
    const nowMs = Date.now();
    expect(verifySignature({ keys: [SIGNING_KEY], body: text, header, nowMs }).ok).toBe(true);
    const ours = JSON.parse(text) as Record<string, unknown>;
    const official = makeOfficialApp({ isDev: false, signingKey: SIGNING_KEY });
    const theirs = (await (await official.handle(putInBand(body, SIGNING_KEY))).json()) as Record<
      string,
      unknown
    >;
    delete theirs["featureObservations"];
    expect(Object.keys(ours)).toEqual(expect.arrayContaining(Object.keys(theirs)));
    for (const name of ["app_id", "env", "framework", "platform", "url"]) {
      expect([name, ours[name]]).toEqual([name, theirs[name] ?? null]);
    }
    expect(sent).toEqual([]);
  });

  it("needs a signature in cloud mode and none in dev mode", async () => {
    const body = JSON.stringify({ url: APP_URL });
    expect((await makeApp(CLOUD).handle(putInBand(body))).status).toBe(401);
    expect((await makeApp(CLOUD).handle(putInBand(body, FALLBACK_KEY))).status).toBe(401);
    expect((await makeApp().handle(putInBand(body))).status).toBe(200);
  });

  it.each(["", "[]", '{"url":1}', "{"])("refuses the body %j", async (body) => {
    const response = await makeApp().handle(putInBand(body));
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { code: "invalid_request" },
    ]);
  });
});
