// When apps are asked to sync without anyone calling: URLs given at start, polling, discovery. Time is moved by hand.
import { describe, expect, it } from "vitest";
import type { AppRecord } from "@everstep/core";
import type { Engine, LogEntry } from "@everstep/engine";
import { anApp } from "../testing/records.ts";
import {
  createScriptedTransport,
  transportError,
  type Answer,
  type ScriptedTransport,
} from "../testing/scripted-transport.ts";
import { createManualClock, only, type ManualClock } from "../testing/test-server.ts";
import { createAppWatcher, type AppWatcher, type AppWatcherOptions } from "./app-watcher.ts";
import type { SyncResult } from "./sync-by-url.ts";

interface Bench {
  readonly watcher: AppWatcher;
  readonly clock: ManualClock;
  readonly apps: AppRecord[];
  /** URL and `create` of each sync, in order. */
  readonly syncs: [string, boolean | undefined][];
  readonly transport: ScriptedTransport;
  readonly logged: LogEntry[];
}

const DOWN: SyncResult = { ok: false, code: "unreachable", message: "down" };

function setUp(
  given: Partial<AppWatcherOptions> & {
    answer?: (url: string) => Answer;
    result?: (url: string, index: number) => SyncResult;
  },
): Bench {
  const {
    answer = () => transportError("unreachable", "ECONNREFUSED"),
    result,
    ...options
  } = given;
  const clock = createManualClock();
  const apps: AppRecord[] = [];
  const syncs: Bench["syncs"] = [];
  const logged: LogEntry[] = [];
  const transport = createScriptedTransport((request) => answer(request.url));
  const watcher = createAppWatcher({
    clock,
    transport,
    log: (entry) => logged.push(entry),
    serverKind: "dev",
    poll: { enabled: false, intervalMs: 5_000 },
    discovery: { enabled: false },
    engine: only<Engine>("engine", { apps: () => apps }),
    syncByUrl: (url, { create } = {}) => {
      syncs.push([url, create]);
      return Promise.resolve(result?.(url, syncs.length - 1) ?? { ok: true });
    },
    ...options,
  });
  return { watcher, clock, apps, syncs, transport, logged };
}

describe("the SDK URLs given at start", () => {
  it("are synced at once, and about every second until each was there once", async () => {
    const { watcher, clock, syncs } = setUp({
      sdkUrls: ["http://a/", "http://b/"],
      result: (url, index) => (url === "http://a/" || index > 4 ? { ok: true } : DOWN),
    });
    watcher.start(8288);
    await clock.advance(0);
    expect(syncs.map(([url]) => url)).toEqual(["http://a/", "http://b/"]);
    await clock.advance(1_000);
    expect(syncs.map(([url]) => url)).toEqual(["http://a/", "http://b/", "http://b/"]);
    await clock.advance(60_000);
    expect(syncs).toHaveLength(6);
  });

  it("become an app in error only when they stay away for a while", async () => {
    const { watcher, clock, syncs } = setUp({ sdkUrls: ["http://a/"], result: () => DOWN });
    watcher.start(8288);
    await clock.advance(5_000);
    expect(syncs.map(([, create]) => create)).toEqual([false, false, false, false, true, true]);
    watcher.stop();
    await clock.advance(60_000);
    expect(syncs).toHaveLength(6);
  });

  it("are tried on after a sync that threw", async () => {
    let tries = 0;
    const { watcher, clock, logged } = setUp({
      sdkUrls: ["http://a/"],
      syncByUrl: () => {
        tries += 1;
        return tries === 1 ? Promise.reject(new Error("a bug")) : Promise.resolve({ ok: true });
      },
    });
    watcher.start(8288);
    await clock.advance(30_000);
    expect(tries).toBe(2);
    expect(logged).toMatchObject([
      { level: "error", message: expect.stringContaining("a bug") as string },
    ]);
  });
});

describe("polling", () => {
  const poll = { enabled: true, intervalMs: 5_000 };

  it("pings every known app of a dev server, not those that connect to us", async () => {
    const { watcher, clock, apps, syncs } = setUp({ poll });
    apps.push(anApp({ url: "http://a/" }), anApp({ url: "http://b/", method: "connect" }));
    watcher.start(8288);
    await clock.advance(4_999);
    expect(syncs).toEqual([]);
    await clock.advance(1);
    expect(syncs).toEqual([["http://a/", false]]);
    await clock.advance(10_000);
    expect(syncs).toHaveLength(3);
  });

  it("pings only apps in error of a cloud server", async () => {
    const { watcher, clock, apps, syncs } = setUp({ poll, serverKind: "cloud" });
    apps.push(anApp({ url: "http://a/" }), anApp({ url: "http://b/", error: "down" }));
    watcher.start(8288);
    await clock.advance(5_000);
    expect(syncs.map(([url]) => url)).toEqual(["http://b/"]);
  });

  it("does not happen when it is off", async () => {
    const { watcher, clock, apps, syncs } = setUp({});
    apps.push(anApp({}));
    watcher.start(8288);
    await clock.advance(60_000);
    expect(syncs).toEqual([]);
  });
});

describe("discovery", () => {
  const found = "http://localhost:3001/x/inngest";
  const answer = (url: string): Answer => {
    if (url === found) return { headers: { "x-inngest-sdk": "inngest-js:v4.24.0" } };
    return url.includes(":3001/") ? { status: 404 } : transportError("unreachable", "refused");
  };

  it("syncs what answers as an SDK, asking silent ports once and never its own", async () => {
    const { watcher, clock, syncs, transport } = setUp({
      answer,
      discovery: { enabled: true, ports: [4444] },
    });
    watcher.start(3000);
    await clock.advance(0);
    expect(syncs).toEqual([[found, undefined]]);
    const urls = transport.requests.map((request) => request.url);
    expect(urls).toContain("http://localhost:4444/api/inngest");
    expect(urls.filter((url) => url.includes(":4444/"))).toHaveLength(1);
    expect(urls.filter((url) => url.includes(":3001/"))).toHaveLength(4);
    expect(urls.some((url) => url.includes(":3000/"))).toBe(false);
    expect(
      transport.requests.every(({ timeoutMs, method }) => timeoutMs === 2_000 && method === "GET"),
    ).toBe(true);
  });

  it("rests while there is an app, begins again when there is none, and never hurries", async () => {
    const { watcher, clock, apps, transport } = setUp({ discovery: { enabled: true } });
    apps.push(anApp());
    watcher.start(8288);
    await clock.advance(20_000);
    expect(transport.requests).toEqual([]);
    apps.splice(0);
    await clock.advance(5_000);
    const scan = transport.requests.length;
    expect(scan).toBe(27);
    await clock.advance(4_999);
    expect(transport.requests).toHaveLength(scan);
    await clock.advance(1);
    expect(transport.requests).toHaveLength(2 * scan);
  });

  it("asks at most 8 ports at once", async () => {
    let open = 0;
    let openMax = 0;
    const { watcher, clock } = setUp({
      discovery: { enabled: true },
      transport: {
        send: async () => {
          open += 1;
          openMax = Math.max(openMax, open);
          await Promise.resolve();
          open -= 1;
          throw transportError("unreachable", "refused");
        },
        close: () => Promise.resolve(),
      },
    });
    watcher.start(8288);
    await clock.advance(0);
    expect(openMax).toBe(8);
  });

  it("does not happen in cloud mode", async () => {
    const { watcher, clock, transport } = setUp({
      serverKind: "cloud",
      discovery: { enabled: true },
    });
    watcher.start(8288);
    await clock.advance(20_000);
    expect(transport.requests).toEqual([]);
  });
});
