// What every adapter must do, whatever its framework: the same requests, the same answers.
import { expect, it } from "vitest";
import { canonicalJson } from "../canonical-json.ts";
import type { ServeOptions } from "../serve-options.ts";
import { signBody, verifySignature } from "../signature.ts";
import { makeCallBody, makeClient, makeFunction, SIGNING_KEY } from "./hand-made-app.ts";

/** An app that is being served. */
export interface OpenApp {
  /** Where the framework was told to serve. */
  readonly url: string;
  readonly send: (request: Request) => Promise<Response>;
  readonly close: () => Promise<void> | void;
}

export interface Scenario {
  readonly name: string;
  readonly frameworkName: string;
  readonly canStream: boolean;
  readonly open: (options: ServeOptions) => Promise<OpenApp> | OpenApp;
  readonly options?: Partial<ServeOptions>;
}

interface Sent {
  readonly url: string;
  readonly body: { readonly url: string; readonly framework: string };
}

/** More than what body parsers take when nobody sets their limit. */
const LARGE_CHARS = 1_200_000;

async function withApp(
  scenario: Scenario,
  options: Partial<ServeOptions>,
  use: (app: OpenApp, sent: Sent[]) => Promise<void>,
): Promise<void> {
  const sent: Sent[] = [];
  const client = makeClient({
    mode: "cloud",
    signingKey: SIGNING_KEY,
    fetch: (url, init) => {
      sent.push({
        url: new Request(url).url,
        body: JSON.parse(init?.body as string) as Sent["body"],
      });
      return Promise.resolve(Response.json({ ok: true, modified: true }));
    },
  });
  const functions = [
    makeFunction(client, "hello", {
      handler: ({ event }) => ({ got: (event as { data: { text: string } }).data.text }),
    }),
  ];
  const app = await scenario.open({ client, functions, ...scenario.options, ...options });
  try {
    await use(app, sent);
  } finally {
    await app.close();
  }
}

function callOf(app: OpenApp, text: string, key = SIGNING_KEY): Request {
  const event = { data: { text }, id: "01EVENT", name: "test/event", ts: 1, user: {} };
  const body = canonicalJson(makeCallBody({ event, events: [event] }));
  return new Request(`${app.url}?fnId=app-hello&stepId=step`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-inngest-signature": signBody({ key, body, atMs: Date.now() }),
    },
    body,
  });
}

/** Declares the tests of one adapter. */
export function testAdapter(scenario: Scenario): void {
  testCalls(scenario);
  testSync(scenario);
  testStreaming(scenario);
}

function testCalls(scenario: Scenario): void {
  it(`${scenario.name} runs a signed call and signs its answer`, async () => {
    await withApp(scenario, {}, async (app) => {
      const response = await app.send(callOf(app, "é☃"));
      const body = await response.text();
      expect([response.status, body]).toEqual([200, JSON.stringify({ got: "é☃" })]);
      expect(response.headers.get("content-type")).toMatch(/^application\/json/);
      expect(response.headers.get("x-inngest-framework")).toBe(scenario.frameworkName);
      const header = response.headers.get("x-inngest-signature") ?? "";
      const nowMs = Date.now();
      expect(verifySignature({ keys: [SIGNING_KEY], body, header, nowMs }).ok).toBe(true);
    });
  });

  it(`${scenario.name} refuses calls that are not signed, and other methods`, async () => {
    await withApp(scenario, {}, async (app) => {
      expect((await app.send(callOf(app, "x", "another key"))).status).toBe(401);
      const other = await app.send(new Request(app.url, { method: "DELETE" }));
      expect([404, 405]).toContain(other.status);
      expect(await other.text()).not.toContain(SIGNING_KEY);
    });
  });

  it(`${scenario.name} takes large calls`, async () => {
    await withApp(scenario, {}, async (app) => {
      const response = await app.send(callOf(app, "x".repeat(LARGE_CHARS)));
      expect([response.status, (await response.text()).length]).toEqual([200, LARGE_CHARS + 10]);
    });
  });
}

function testSync(scenario: Scenario): void {
  it(`${scenario.name} shows itself to the holder of the key`, async () => {
    await withApp(scenario, {}, async (app) => {
      const signature = signBody({ key: SIGNING_KEY, body: "", atMs: Date.now() });
      const headers = { "x-inngest-signature": signature };
      const response = await app.send(new Request(app.url, { headers }));
      expect(await response.json()).toMatchObject({
        framework: scenario.frameworkName,
        function_count: 1,
      });
    });
  });

  it(`${scenario.name} syncs with its own URL`, async () => {
    await withApp(scenario, {}, async (app, sent) => {
      const response = await app.send(new Request(`${app.url}?deployId=d`, { method: "PUT" }));
      expect([response.status, await response.json()]).toEqual([
        200,
        { message: "Successfully registered", modified: true },
      ]);
      expect(sent).toMatchObject([
        {
          url: "http://engine.test/fn/register?deployId=d",
          body: { url: app.url, framework: scenario.frameworkName },
        },
      ]);
    });
  });
}

function testStreaming(scenario: Scenario): void {
  if (scenario.canStream) {
    it(`${scenario.name} streams`, async () => {
      await withApp(scenario, { streaming: true }, async (app) => {
        const response = await app.send(callOf(app, "x"));
        expect(response.status).toBe(201);
        expect(JSON.parse(await response.text())).toMatchObject({
          status: 200,
          body: '{"got":"x"}',
        });
      });
    });
  } else {
    it(`${scenario.name} cannot stream and says so`, async () => {
      await expect(withApp(scenario, { streaming: true }, async () => {})).rejects.toThrow(
        scenario.frameworkName,
      );
    });
  }
}
