// Keeps the registered apps up to date without anyone calling us: syncs the URLs given at start until each was there once,
// pings known apps for changes, and in dev looks for apps as long as there is none.
import type { AppRecord } from "@everstep/core";
import type { Clock, Engine, Log, Transport } from "@everstep/engine";
import type { ServerKind } from "@everstep/protocol";
import { discoverApps } from "./discover-apps.ts";
import { forEachBounded } from "./for-each-bounded.ts";
import { repeat } from "./repeat.ts";
import type { SyncByUrl } from "./sync-by-url.ts";

export interface AppWatcherOptions {
  readonly engine: Engine;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  readonly serverKind: ServerKind;
  readonly syncByUrl: SyncByUrl;
  readonly sdkUrls?: readonly string[];
  readonly poll: { readonly enabled: boolean; readonly intervalMs: number };
  readonly discovery: { readonly enabled: boolean; readonly ports?: readonly number[] };
}

export interface AppWatcher {
  /** @param ownPort The port that the server listens on, where no app is looked for. */
  start(ownPort: number): void;
  stop(): void;
}

const SDK_URL_RETRY_MS = 1_000;
/** From this try on an unreachable SDK URL is an app in error; before, the app may just be starting. */
const TRIES_BEFORE_ERROR = 5;
const DISCOVERY_INTERVAL_MS = 5_000;
const PINGS_PARALLEL_MAX = 8;
/** A poll interval below this would be a load test of the app. */
const POLL_INTERVAL_MS_MIN = 100;

export function createAppWatcher(options: AppWatcherOptions): AppWatcher {
  const { clock, log } = options;
  const stops: (() => void)[] = [];
  const begin = (name: string, runOnce: () => Promise<number | undefined>): void => {
    stops.push(repeat({ clock, log, name, retryMs: DISCOVERY_INTERVAL_MS, runOnce }));
  };
  return {
    start(ownPort) {
      begin("Syncing the SDK URLs", createUrlSync(options));
      if (options.poll.enabled) begin("Polling apps", createPoll(options));
      if (options.discovery.enabled && options.serverKind === "dev") {
        begin("Discovering apps", createDiscovery(options, ownPort));
      }
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}

/** Start order does not matter: an app that comes up later is synced within about a second. */
function createUrlSync({
  syncByUrl,
  sdkUrls = [],
}: AppWatcherOptions): () => Promise<number | undefined> {
  const pending = new Set(sdkUrls);
  let tries = 0;
  return async () => {
    tries += 1;
    const create = tries >= TRIES_BEFORE_ERROR;
    await forEachBounded([...pending], PINGS_PARALLEL_MAX, async (url) => {
      const result = await syncByUrl(url, { create });
      if (result.ok) pending.delete(url);
    });
    return pending.size === 0 ? undefined : SDK_URL_RETRY_MS;
  };
}

function createPoll(options: AppWatcherOptions): () => Promise<number> {
  const { engine, serverKind, syncByUrl, poll } = options;
  const intervalMs = Math.max(poll.intervalMs, POLL_INTERVAL_MS_MIN);
  const isPolled = (app: AppRecord): boolean =>
    app.method === "serve" && (serverKind === "dev" || app.error !== undefined);
  let isFirst = true;
  return async () => {
    // At start the apps of the last run may not be up yet, and the SDK URLs are being synced anyway.
    if (isFirst) isFirst = false;
    else {
      const urls = engine
        .apps()
        .filter(isPolled)
        .map((app) => app.url);
      await forEachBounded([...new Set(urls)], PINGS_PARALLEL_MAX, async (url) => {
        await syncByUrl(url, { create: false });
      });
    }
    return intervalMs;
  };
}

function createDiscovery(options: AppWatcherOptions, ownPort: number): () => Promise<number> {
  const { engine, transport, syncByUrl, discovery } = options;
  return async () => {
    if (engine.apps().length === 0) {
      const urls = await discoverApps({ transport, ownPort, extraPorts: discovery.ports ?? [] });
      for (const url of urls) await syncByUrl(url);
    }
    return DISCOVERY_INTERVAL_MS;
  };
}
