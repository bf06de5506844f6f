// R21: an app that registers itself, and when it does not.
import { describe, expect, it, vi } from "vitest";
import type { ClientDefinition } from "../functions/definition.ts";
import { createServeHandler } from "./serve-core.ts";
import type { ServeOptions } from "./serve-options.ts";
import { makeClient, makeFunction, makeRuntime, SIGNING_KEY } from "./testing/hand-made-app.ts";

const APP_URL = "http://app.test:4567/api/inngest";
const CLOUD = { mode: "cloud", signingKey: SIGNING_KEY } as const;

function makeApp(given: Partial<ClientDefinition> = {}, options: Partial<ServeOptions> = {}) {
  const urls: unknown[] = [];
  let isUp = true;
  const client = makeClient({
    mode: "dev",
    fetch: (_url, init) => {
      urls.push((JSON.parse(init?.body as string) as { url: string }).url);
      if (!isUp) return Promise.reject(new Error("down"));
      return Promise.resolve(Response.json({ ok: true }));
    },
    ...given,
  });
  const handle = createServeHandler(
    { client, functions: [makeFunction(client, "hello")], ...options },
    { frameworkName: "edge", canStream: true },
    makeRuntime().execute,
  );
  const get = (headers: Record<string, string> = {}): Promise<Response> =>
    handle(new Request(APP_URL, { headers }));
  return { urls, handle, get, setUp: (up: boolean): void => void (isUp = up) };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("[seeds R21] auto-sync", () => {
  it("registers a dev app with its first request, once", async () => {
    const { urls, get } = makeApp();
    expect((await get()).status).toBe(200);
    await settle();
    await get();
    await settle();
    expect(urls).toEqual([APP_URL]);
  });

  it("leaves it to the engine when that asks or calls", async () => {
    const { urls, handle, get } = makeApp();
    await get({ "x-inngest-server-kind": "dev" });
    expect(urls).toEqual([]);
    await handle(new Request(APP_URL, { method: "PUT" }));
    await get();
    await settle();
    expect(urls).toEqual([APP_URL]);
  });

  it("tries again later when there is no engine yet, without harm", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const { urls, get, setUp } = makeApp();
      setUp(false);
      expect((await get()).status).toBe(200);
      await settle();
      setUp(true);
      await get();
      await settle();
      expect(urls).toHaveLength(1);
      vi.setSystemTime(Date.now() + 5_000);
      await get();
      await settle();
      expect(urls).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it("tells once that there is no engine, with its address and the way out", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const heard: unknown[] = [];
      const warn = (text: unknown): void => void heard.push(text);
      const logger = { info: warn, warn, error: warn, debug: warn };
      const { urls, get, setUp } = makeApp({ logger });
      setUp(false);
      for (let request = 0; request < 3; request += 1) {
        await get();
        await settle();
        vi.setSystemTime(Date.now() + 5_000);
      }
      expect(urls).toHaveLength(3);
      expect(heard).toEqual([
        expect.stringMatching(
          /^This app is in dev mode and could not register itself, so nothing runs yet: The engine at http:.* cannot be reached \(down\): start it, or correct INNGEST_DEV or INNGEST_BASE_URL\. Requests/,
        ),
      ]);
      setUp(true);
      await get();
      await settle();
      expect(heard.slice(1)).toEqual([`The engine knows the function at ${APP_URL}.`]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("registers at once when the author says where the app is", async () => {
    const place = { serveOrigin: "https://app.example", servePath: "/x" };
    const { urls } = makeApp({}, place);
    await settle();
    expect(urls).toEqual(["https://app.example/x"]);
    expect(makeApp({}, { ...place, autoSync: false }).urls).toEqual([]);
    expect(makeApp(CLOUD, { ...place, autoSync: true }).urls).toEqual(["https://app.example/x"]);
  });

  it("is off in cloud mode, and never takes the app's place from a request there", async () => {
    const silent = makeApp(CLOUD);
    await silent.get();
    const wished = makeApp(CLOUD, { autoSync: true });
    await wished.get();
    await settle();
    expect([silent.urls, wished.urls]).toEqual([[], []]);
  });
});
