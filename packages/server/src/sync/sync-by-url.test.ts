// Pings (protocol.md 1.1, 1.2): what is sent to the app, in band and out of band, and each way it can go wrong.
import { describe, expect, it } from "vitest";
import type { AppRecord } from "@everstep/core";
import type { Engine, LogEntry } from "@everstep/engine";
import {
  EverstepError,
  signBody,
  verifySignature,
  type AppConfig,
  type ServerKind,
} from "@everstep/protocol";
import { anApp } from "../testing/records.ts";
import {
  createScriptedTransport,
  transportError,
  type Answer,
  type ScriptedTransport,
} from "../testing/scripted-transport.ts";
import { createManualClock, only } from "../testing/test-server.ts";
import { createSyncByUrl, type SyncByUrl } from "./sync-by-url.ts";

const APP_URL = "http://localhost:3000/api/inngest";
const SDK = { "x-inngest-sdk": "inngest-js:v4.24.0" };
const IN_BAND_BODY = JSON.stringify({
  app_id: "shop",
  framework: "express",
  functions: [],
  sdk: "js:v4.24.0",
  url: APP_URL,
});
const IN_BAND = { headers: { ...SDK, "x-inngest-sync-kind": "in_band" }, bodyText: IN_BAND_BODY };
const OUT_OF_BAND = { headers: { ...SDK, "x-inngest-sync-kind": "out_of_band" } };

interface Bench {
  readonly sync: SyncByUrl;
  readonly transport: ScriptedTransport;
  readonly synced: AppConfig[];
  readonly failures: Parameters<Engine["recordSyncFailure"]>[0][];
  readonly logged: LogEntry[];
  readonly apps: AppRecord[];
}

const clock = createManualClock();

function setUp(
  answer: (request: ScriptedTransport["requests"][number], index: number) => Answer,
  given: { serverKind?: ServerKind; signingKeys?: string[]; syncApp?: Engine["syncApp"] } = {},
): Bench {
  const transport = createScriptedTransport(answer);
  const bench = { transport, synced: [], failures: [], logged: [], apps: [] } as Omit<
    Bench,
    "sync"
  >;
  const take: Engine["syncApp"] = (config) => {
    bench.synced.push(config);
    return Promise.resolve({ appId: "A", syncId: "S", modified: true });
  };
  const sync = createSyncByUrl({
    transport,
    clock,
    serverKind: given.serverKind ?? "dev",
    signingKeys: given.signingKeys ?? [],
    log: (entry) => bench.logged.push(entry),
    engine: only<Engine>("engine", {
      apps: () => bench.apps,
      syncApp: given.syncApp ?? take,
      recordSyncFailure: (failure) => {
        bench.failures.push(failure);
        const { url, code, message } = failure;
        if (bench.apps.every((app) => app.url !== url)) {
          bench.apps.push(anApp({ url, errorCode: code, error: message }));
        }
        return Promise.resolve();
      },
    }),
  });
  return { ...bench, sync };
}

describe("a sync that works", () => {
  it("of an app that was elsewhere says so, because two apps may have one id", async () => {
    const { sync, logged, apps } = setUp(() => IN_BAND);
    apps.push(anApp({ url: "http://localhost:3001/api/inngest" }));
    await sync(APP_URL);
    apps.splice(0, 1, anApp({ url: APP_URL }));
    await sync(APP_URL);
    expect(logged.map(({ message }) => message)).toEqual([
      `Synced app "shop", which was at http://localhost:3001/api/inngest: calls go to ${APP_URL} now. If both run, give them two ids`,
      'Synced app "shop"',
    ]);
  });

  it("asks in band and takes the configuration from the answer", async () => {
    const { sync, transport, synced, logged, failures } = setUp(() => IN_BAND);
    expect(await sync("http://127.0.0.1:3000/api/inngest?deployId=x")).toEqual({ ok: true });
    expect(transport.requests).toEqual([
      {
        url: APP_URL,
        method: "PUT",
        headers: {
          "content-type": "application/json",
          "x-inngest-server-kind": "dev",
          "x-inngest-sync-kind": "in_band",
        },
        body: `{"url":"${APP_URL}"}`,
        timeoutMs: 10_000,
        responseBytesMax: 8 * 1024 * 1024,
      },
    ]);
    expect(synced).toMatchObject([{ name: "shop", url: APP_URL, method: "serve" }]);
    expect(logged).toMatchObject([{ level: "info", fields: { app: "shop" } }]);
    expect(failures).toEqual([]);
  });

  it("is content with an app that registers out of band", async () => {
    const { sync, transport } = setUp(() => OUT_OF_BAND);
    expect(await sync(APP_URL)).toEqual({ ok: true });
    expect(transport.requests).toHaveLength(1);
  });

  it("asks again without in band when the app refuses that", async () => {
    const { sync, transport } = setUp((_, index) =>
      index === 0 ? { status: 401, bodyText: '{"message":"Unauthorized"}' } : { headers: SDK },
    );
    expect(await sync(APP_URL)).toEqual({ ok: true });
    expect(transport.requests.map((request) => request.headers["x-inngest-sync-kind"])).toEqual([
      "in_band",
      undefined,
    ]);
  });

  it("signs with the first key, and with the next when the app refuses it", async () => {
    const keys = ["signkey-prod-00aa", "signkey-prod-11bb"];
    const { sync, transport } = setUp(
      (request) => {
        const header = request.headers["x-inngest-signature"];
        const nowMs = clock.nowMs();
        const check = verifySignature({ keys: ["11bb"], body: request.body, header, nowMs });
        return check.ok ? OUT_OF_BAND : { status: 401 };
      },
      { serverKind: "cloud", signingKeys: keys },
    );
    expect(await sync(APP_URL)).toEqual({ ok: true });
    expect(transport.requests).toHaveLength(3);
    expect(transport.requests[0]?.headers["x-inngest-server-kind"]).toBe("cloud");
  });

  it("takes an answer in band only with the app's signature when it has keys", async () => {
    const key = "signkey-prod-00aa";
    const signature = signBody({ key, body: IN_BAND_BODY, atMs: clock.nowMs() });
    const given = { serverKind: "cloud", signingKeys: [key] } as const;
    const signed = {
      ...IN_BAND,
      headers: { ...IN_BAND.headers, "x-inngest-signature": signature },
    };
    const trusted = setUp(() => signed, { ...given, signingKeys: [key] });
    expect(await trusted.sync(APP_URL)).toEqual({ ok: true });
    expect(trusted.synced).toHaveLength(1);

    const forged = setUp((_, index) => (index === 0 ? IN_BAND : OUT_OF_BAND), {
      ...given,
      signingKeys: [key],
    });
    expect(await forged.sync(APP_URL)).toEqual({ ok: true });
    expect(forged.synced).toEqual([]);
    expect(forged.transport.requests).toHaveLength(2);
  });
});

describe("a sync that fails", () => {
  const refuse = (status: number, message = "", headers = {}): Answer => ({
    status,
    bodyText: JSON.stringify({ message }),
    headers,
  });
  it.each<[string, Answer, string, string]>([
    ["no connection", transportError("unreachable", "ECONNREFUSED"), "unreachable", "start it"],
    ["a time-out", transportError("timed_out", "no answer in 10 s"), "unreachable", "10 s"],
    [
      "TLS to a plain port",
      transportError("unreachable", "EPROTO"),
      "unsupported_protocol",
      "https",
    ],
    ["401", refuse(401), "unauthorized", "INNGEST_DEV=1"],
    ["403", refuse(403, "no entry"), "forbidden", "no entry"],
    ["404", refuse(404), "url_not_found", "/api/inngest"],
    ["500", refuse(500, "boom"), "internal_server_error", "boom"],
    ["another page", { bodyText: "<html>" }, "url_not_found", "not as an SDK"],
    ["a bad key", refuse(400, "Your signing key is invalid"), "invalid_signing_key", "SIGNING_KEY"],
    [
      "a missing key",
      refuse(400, "You didn't specify your workspace's signing key"),
      "missing_signing_key",
      "INNGEST_SIGNING_KEY",
    ],
    [
      "no functions",
      refuse(400, "No functions registered within your app"),
      "no_functions",
      "serve()",
    ],
    [
      "a bad function",
      refuse(400, "At least one function is invalid"),
      "invalid_function",
      "correct",
    ],
    [
      "no branch",
      refuse(400, "No INNGEST_ENV branch name found"),
      "missing_branch_env_name",
      "INNGEST_ENV",
    ],
    ["a refusal of its own", refuse(400, "not on Sundays"), "app_refused", "not on Sundays"],
    ["broken JSON in band", { ...IN_BAND, bodyText: "{" }, "app_refused", "broken JSON"],
  ])("says what to do about %s", async (_what, answer, code, words) => {
    const { sync, failures, logged } = setUp(() => answer);
    const result = await sync(APP_URL);
    expect(result).toMatchObject({ ok: false, code });
    const message = result.ok ? "" : result.message;
    expect(message).toContain(words);
    expect(message).toContain(APP_URL);
    expect(failures).toEqual([{ url: APP_URL, code, message, create: true }]);
    expect(logged).toMatchObject([{ level: "warn", message, fields: { code } }]);
  });

  it.each(["not a url", "ftp://localhost/x", "ws://localhost:3000/x"])(
    "refuses the URL %s without asking anyone",
    async (url) => {
      const { sync, transport, failures } = setUp(() => IN_BAND);
      expect(await sync(url)).toMatchObject({ ok: false, code: "unsupported_protocol" });
      expect(transport.requests).toEqual([]);
      expect(failures).toEqual([]);
    },
  );

  it("cannot ask in cloud mode without a key of its own", async () => {
    const { sync, transport } = setUp(() => IN_BAND, { serverKind: "cloud" });
    expect(await sync(APP_URL)).toMatchObject({ ok: false, code: "missing_server_signing_key" });
    expect(transport.requests).toEqual([]);
  });

  it("names what is wrong with a function that came in band", async () => {
    const { sync, failures } = setUp(() => ({
      ...IN_BAND,
      bodyText: JSON.stringify({ app_id: "shop", url: APP_URL, sdk: "js:v4.24.0", functions: [7] }),
    }));
    expect(await sync(APP_URL)).toMatchObject({ ok: false, code: "invalid_function" });
    expect(failures).toHaveLength(1);
  });

  it("keeps and logs the same failure once, and again after the app was well", async () => {
    let isDown = true;
    const { sync, failures, logged, apps } = setUp(() =>
      isDown ? transportError("unreachable", "ECONNREFUSED") : OUT_OF_BAND,
    );
    await sync(APP_URL);
    await sync(APP_URL);
    expect(failures).toHaveLength(1);
    expect(logged).toHaveLength(1);
    isDown = false;
    await sync(APP_URL);
    apps.splice(0);
    isDown = true;
    await sync(APP_URL);
    expect(failures).toHaveLength(2);
    expect(logged).toHaveLength(2);
  });

  it("keeps nothing of a URL that no app has, when told so", async () => {
    const { sync, failures, logged } = setUp(() => transportError("unreachable", "ECONNREFUSED"));
    expect(await sync(APP_URL, { create: false })).toMatchObject({ ok: false });
    expect(failures).toEqual([]);
    expect(logged).toHaveLength(1);
  });

  it("answers with the reason that the registration was refused for, not with its echo", async () => {
    const { sync, apps, failures } = setUp(() => {
      apps.push(anApp({ url: APP_URL, errorCode: "invalid_function", error: "The cron is bad." }));
      return refuse(400, "The cron is bad.", OUT_OF_BAND.headers);
    });
    expect(await sync(APP_URL)).toEqual({
      ok: false,
      code: "invalid_function",
      message: "The cron is bad.",
    });
    expect(failures).toEqual([]);
  });

  it("keeps nothing when the server is shutting down", async () => {
    const stopping = setUp(() => transportError("shutting_down", "closed"));
    expect(await stopping.sync(APP_URL)).toMatchObject({ ok: false });
    expect([stopping.failures, stopping.logged]).toEqual([[], []]);
    const draining = setUp(() => IN_BAND, {
      syncApp: () => Promise.reject(new EverstepError("shutting_down", "Draining.")),
    });
    expect(await draining.sync(APP_URL)).toMatchObject({ ok: false });
    expect([draining.failures, draining.logged]).toEqual([[], []]);
  });
});
