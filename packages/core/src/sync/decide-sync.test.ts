// Registering apps: ids that stay, versions that count, schedules that neither skip nor repeat a tick.
import { EverstepError, type AppConfig, type FunctionConfig } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import type { AppRecord, FunctionRecord } from "../model/app.ts";
import type { Change } from "../model/change.ts";
import type { Timer } from "../model/timer.ts";
import { AT_MS, aFunction } from "../testing/builders.ts";
import { appIdOf, decideRemoval, decideSync, type SyncDecision } from "./decide-sync.ts";

const HOUR_MS = 3_600_000;

function aConfig(fields: Partial<AppConfig> = {}): AppConfig {
  return {
    name: "shop",
    url: "http://localhost:3000/api/inngest",
    sdk: "js:v4.24.0",
    method: "serve",
    checksum: "c1",
    functions: [config("shop-a"), config("shop-b")],
    ...fields,
  };
}

function config(slug: string, fields: Partial<FunctionConfig> = {}): FunctionConfig {
  return aFunction({ slug, ...fields }).config;
}

function cron(expression: string, jitterMs?: number): FunctionConfig["triggers"][number] {
  return { kind: "cron", cron: expression, ...(jitterMs === undefined ? {} : { jitterMs }) };
}

/** The catalogue, kept by applying what was decided. */
function aRegistry(): {
  nowMs: number;
  sync(config: AppConfig): SyncDecision;
  remove(): readonly Change[];
  apply(changes: readonly Change[]): void;
  app(): AppRecord | undefined;
  functions: Map<string, FunctionRecord>;
  timers: Map<number, Timer>;
} {
  const apps = new Map<string, AppRecord>();
  const functions = new Map<string, FunctionRecord>();
  const timers = new Map<number, Timer>();
  let ids = 0;
  const stateOf = (): Parameters<typeof decideSync>[1] => ({
    app: apps.get(appIdOf("shop")),
    functions: [...functions.values()],
    cronTimers: [...timers.values()],
    nowMs: registry.nowMs,
    newTimerId: () => ++ids,
  });
  const registry: ReturnType<typeof aRegistry> = {
    nowMs: AT_MS,
    functions,
    timers,
    app: () => apps.get(appIdOf("shop")),
    sync(given) {
      const decision = decideSync(given, stateOf());
      registry.apply(decision.changes);
      return decision;
    },
    remove() {
      const app = registry.app();
      if (app === undefined) throw new Error("There is no app.");
      const changes = decideRemoval(app, stateOf());
      registry.apply(changes);
      return changes;
    },
    apply(changes) {
      for (const change of changes) {
        if (change.type === "app_saved") apps.set(change.app.id, change.app);
        if (change.type === "function_saved")
          functions.set(change.function.config.slug, change.function);
        if (change.type === "timer_added") timers.set(change.timer.id, change.timer);
        if (change.type === "timer_removed") timers.delete(change.timerId);
      }
    },
  };
  return registry;
}

describe("decideSync", () => {
  it("[Y3] registers an app under ids that follow from its names", () => {
    const [one, other] = [aRegistry(), aRegistry()];
    expect(one.sync(aConfig())).toMatchObject({ modified: true, appId: appIdOf("shop") });
    other.nowMs += 5;
    other.sync(aConfig({ checksum: "c2", framework: "express", platform: "vercel", version: "1" }));
    expect(one.functions.get("shop-a")?.id).toBe(other.functions.get("shop-a")?.id);
    expect(one.functions.get("shop-a")?.id).not.toBe(one.functions.get("shop-b")?.id);
    expect(one.app()).not.toHaveProperty("framework");
    expect(other.app()).toMatchObject({
      framework: "express",
      platform: "vercel",
      appVersion: "1",
      createdAtMs: AT_MS + 5,
    });
  });

  it("[Y1] reports every problem and registers nothing", () => {
    const registry = aRegistry();
    const functions = [
      config("shop-a", { triggers: [cron("never")] }),
      config("shop-b", { cancel: [{ event: "x/y", expression: "now() == 1 +" }] }),
      config("shop-c"),
    ];
    const sync = (): unknown => registry.sync(aConfig({ functions }));
    expect(sync).toThrow(EverstepError);
    let data: unknown;
    try {
      sync();
    } catch (error) {
      data = (error as EverstepError).data;
    }
    expect(data).toMatchObject({
      errors: [
        { code: "schedule_invalid", function: "shop-a", field: "triggers[0].cron" },
        { code: "config_invalid", function: "shop-b", field: "cancel[0].if" },
      ],
    });
    expect(registry.app()).toBeUndefined();
  });

  it("[F41] names the field of a batch's expression by its code", () => {
    const batch = { maxSize: 2, timeoutMs: 1_000, key: "event.data.", if: "event.data." };
    let data: unknown;
    try {
      aRegistry().sync(aConfig({ functions: [config("shop-a", { batch })] }));
    } catch (error) {
      data = (error as EverstepError).data;
    }
    expect(data).toMatchObject({
      errors: [
        { code: "batch_key_expression_invalid", field: "batchEvents.key" },
        { code: "batch_if_expression_invalid", field: "batchEvents.if" },
      ],
    });
  });

  it("[F42] warns of a start timeout beside batches, and of nothing else", () => {
    const batch = { maxSize: 2, timeoutMs: 1_000 };
    const timeouts = { startMs: 1_000 };
    const functions = [config("shop-a", { batch, timeouts }), config("shop-b", { timeouts })];
    const { warnings } = aRegistry().sync(aConfig({ functions }));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('Function "shop-a", field "timeouts.start"');
  });

  it("[Y2] the same checksum changes nothing", () => {
    const registry = aRegistry();
    registry.sync(aConfig());
    expect(registry.sync(aConfig({ url: "http://elsewhere" }))).toEqual({
      appId: appIdOf("shop"),
      modified: false,
      changes: [],
      warnings: [],
    });
  });

  it.each<[string, (app: AppRecord) => AppRecord]>([
    ["failed", (app) => ({ ...app, error: "unreachable", errorCode: "unreachable" })],
    ["archived", (app) => ({ ...app, archivedAtMs: AT_MS })],
  ])("[Y2] an app that %s is registered again", (_what, spoil) => {
    const registry = aRegistry();
    registry.sync(aConfig());
    const app = registry.app();
    if (app !== undefined) registry.apply([{ type: "app_saved", app: spoil(app) }]);
    registry.nowMs += HOUR_MS;
    expect(registry.sync(aConfig()).modified).toBe(true);
    expect(registry.app()).toMatchObject({ createdAtMs: AT_MS, syncedAtMs: AT_MS + HOUR_MS });
    expect(registry.app()).not.toHaveProperty("error");
    expect(registry.app()).not.toHaveProperty("errorCode");
    expect(registry.app()).not.toHaveProperty("archivedAtMs");
  });

  it("[Y3] a changed function gets the next version, the others keep theirs", () => {
    const registry = aRegistry();
    registry.sync(aConfig());
    const functions = [config("shop-a", { maxAttempts: 9 }), config("shop-b")];
    const { changes } = registry.sync(aConfig({ checksum: "c2", functions }));
    expect(changes.filter(({ type }) => type === "function_saved")).toHaveLength(1);
    expect(registry.functions.get("shop-a")).toMatchObject({ version: 2, createdAtMs: AT_MS });
    expect(registry.functions.get("shop-b")?.version).toBe(1);
  });

  it("[Y4] a missing function is archived once and comes back under its id", () => {
    const registry = aRegistry();
    const ticking = config("shop-b", { triggers: [cron("0 * * * *")] });
    registry.sync(aConfig({ functions: [config("shop-a"), ticking] }));
    const before = registry.functions.get("shop-b");
    registry.sync(aConfig({ checksum: "c2", functions: [config("shop-a")] }));
    expect(registry.functions.get("shop-b")?.archivedAtMs).toBe(AT_MS);
    expect(registry.timers.size).toBe(0);
    const again = registry.sync(aConfig({ checksum: "c3", functions: [config("shop-a")] }));
    expect(again.changes.map(({ type }) => type)).toEqual(["app_saved"]);
    registry.sync(aConfig({ checksum: "c4", functions: [config("shop-a"), ticking] }));
    expect(registry.functions.get("shop-b")).toMatchObject({ id: before?.id, version: 2 });
    expect(registry.functions.get("shop-b")).not.toHaveProperty("archivedAtMs");
    expect(registry.timers.size).toBe(1);
  });

  it("[Y5] timers of triggers that stay survive, new ones start, old ones stop", () => {
    const registry = aRegistry();
    const ticking = (...triggers: FunctionConfig["triggers"]): readonly FunctionConfig[] => [
      config("shop-a", { triggers }),
    ];
    registry.sync(aConfig({ functions: ticking(cron("0 * * * *"), cron("5 * * * *")) }));
    const [kept, dropped] = [...registry.timers.keys()];
    registry.nowMs += 2 * HOUR_MS;
    const triggers = [cron("0 * * * *"), cron("0 * * * *", 30_000), cron("0 0 31 2 *")];
    registry.sync(aConfig({ checksum: "c2", functions: ticking(...triggers) }));
    expect(registry.timers.has(kept ?? -1)).toBe(true);
    expect(registry.timers.has(dropped ?? -1)).toBe(false);
    const added = [...registry.timers.values()].filter(({ id }) => id !== kept);
    // The 31st of February never comes, so it has no timer.
    expect(added).toHaveLength(1);
    expect(added[0]?.cron?.jitterMsMax).toBe(30_000);
    expect(added[0]?.cron?.scheduledAtMs).toBeGreaterThan(registry.nowMs);
  });

  it("[Y8] removing an app archives it with everything", () => {
    const registry = aRegistry();
    registry.sync(aConfig({ functions: [config("shop-a", { triggers: [cron("0 * * * *")] })] }));
    registry.remove();
    expect(registry.app()?.archivedAtMs).toBe(AT_MS);
    expect(registry.functions.get("shop-a")?.archivedAtMs).toBe(AT_MS);
    expect(registry.timers.size).toBe(0);
  });
});
