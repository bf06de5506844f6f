// The apps: registering them, and remembering why one could not be.
import type { AppRecord } from "@everstep/core";
import { EverstepError, normalizeAppUrl, uuidFrom } from "@everstep/protocol";
import type { EngineOptions } from "../create-engine.ts";
import type { Engine, SyncOutcome } from "../engine.ts";
import type { Partition } from "../partition/open-partition.ts";

const STRANGERS_MAX = 100;

type Apps = Pick<
  Engine,
  "syncApp" | "recordSyncFailure" | "removeApp" | "apps" | "functions" | "findFunction"
>;

/** @param peek The partition if it is open, for reads. */
export function createApps(
  { clock }: EngineOptions,
  opened: () => Partition,
  peek: () => Partition | undefined,
): Apps {
  /** Apps whose address is known but that never synced: shown with their error, not stored. */
  const strangers = new Map<string, AppRecord>();
  return {
    async syncApp(config) {
      const outcome = await opened().ask<SyncOutcome>({ type: "sync", config });
      strangers.delete(normalizeAppUrl(config.url));
      return outcome;
    },
    async recordSyncFailure({ url, code, message, create }) {
      const partition = opened();
      const app = appByUrl(partition, url);
      if (app !== undefined) {
        await partition.ask({ type: "app_error", appId: app.id, code, message });
      } else if (create === true) {
        // Only what --sdk-url and people name comes here; the bound is against a loop that does.
        const [oldest] = strangers.keys();
        if (strangers.size >= STRANGERS_MAX && oldest !== undefined) strangers.delete(oldest);
        strangers.set(normalizeAppUrl(url), strangerApp(url, { code, message }, clock.nowMs()));
      }
    },
    async removeApp(url) {
      const partition = opened();
      if (strangers.delete(normalizeAppUrl(url))) return;
      const app = appByUrl(partition, url);
      if (app === undefined) {
        throw new EverstepError("app_not_found", `No app is registered with the URL "${url}".`);
      }
      await partition.ask({ type: "remove_app", appId: app.id });
    },
    apps: () => [...(peek()?.catalog.apps() ?? []), ...strangers.values()],
    functions: () => peek()?.catalog.functions() ?? [],
    findFunction: (functionId) => peek()?.catalog.function(functionId),
  };
}

function appByUrl(partition: Partition, url: string): AppRecord | undefined {
  const wanted = normalizeAppUrl(url);
  return partition.catalog.apps().find((app) => normalizeAppUrl(app.url) === wanted);
}

function strangerApp(
  url: string,
  failure: { code: string; message: string },
  nowMs: number,
): AppRecord {
  return {
    id: uuidFrom("stranger", url),
    name: url,
    url,
    sdk: "",
    method: "serve",
    checksum: "",
    error: failure.message,
    errorCode: failure.code,
    createdAtMs: nowMs,
    syncedAtMs: nowMs,
  };
}
