// The apps and functions of the partition in memory, with the indexes that routing needs. A batch that fails is rolled back.
import {
  createTriggerIndex,
  type AppRecord,
  type Catalog as StoredCatalog,
  type Change,
  type FunctionRecord,
  type Timer,
  type TriggerIndex,
  type Wait,
} from "@everstep/core";

interface Tables {
  apps: Map<string, AppRecord>;
  functions: Map<string, FunctionRecord>;
  cronTimers: Map<number, Timer>;
}

export interface Catalog {
  apps(): readonly AppRecord[];
  functions(): readonly FunctionRecord[];
  /** Archived ones included: their runs still go on. */
  allFunctions(): readonly FunctionRecord[];
  functionsOfApp(appId: string): readonly FunctionRecord[];
  cronTimers(): readonly Timer[];
  hasCronTimer(timerId: number): boolean;
  app(id: string): AppRecord | undefined;
  /** Archived ones included. */
  function(id: string): FunctionRecord | undefined;
  /** Live functions only, by slug or id. */
  findLive(slugOrId: string): FunctionRecord | undefined;
  triggers(): TriggerIndex;
  /** Paths that waits for this event name ever used; undefined when none ever waited for it. */
  matchPaths(eventName: string): ReadonlySet<string> | undefined;
  noteWait(wait: Wait): void;
  apply(change: Change): void;
  /** The batch is durable: what it changed stays. */
  keep(): void;
  /** The batch failed: back to what was durable. */
  rollback(): void;
}

export function createCatalog(stored: StoredCatalog, cronTimers: readonly Timer[]): Catalog {
  let tables: Tables = {
    apps: new Map(stored.apps.map((app) => [app.id, app])),
    functions: new Map(stored.functions.map((fn) => [fn.id, fn])),
    cronTimers: new Map(cronTimers.map((timer) => [timer.id, timer])),
  };
  let durable: Tables | undefined;
  let index: TriggerIndex | undefined;
  let liveBySlug: Map<string, FunctionRecord> | undefined;
  const paths = new Map<string, Set<string>>();
  const notePath = (eventName: string, path: string): void => {
    const known = paths.get(eventName);
    if (known === undefined) paths.set(eventName, new Set([path]));
    else known.add(path);
  };
  for (const { eventName, path } of stored.matchPaths) notePath(eventName, path);

  const live = (): FunctionRecord[] =>
    [...tables.functions.values()].filter((fn) => fn.archivedAtMs === undefined);
  const edit = (): Tables => {
    durable ??= {
      apps: new Map(tables.apps),
      functions: new Map(tables.functions),
      cronTimers: new Map(tables.cronTimers),
    };
    return tables;
  };
  const forgetIndexes = (): void => {
    index = undefined;
    liveBySlug = undefined;
  };
  const slugs = (): Map<string, FunctionRecord> => {
    liveBySlug ??= new Map(live().map((fn) => [fn.config.slug, fn]));
    return liveBySlug;
  };

  return {
    apps: () => [...tables.apps.values()].filter((app) => app.archivedAtMs === undefined),
    functions: live,
    allFunctions: () => [...tables.functions.values()],
    functionsOfApp: (appId) => [...tables.functions.values()].filter((fn) => fn.appId === appId),
    cronTimers: () => [...tables.cronTimers.values()],
    hasCronTimer: (timerId) => tables.cronTimers.has(timerId),
    app: (id) => tables.apps.get(id),
    function: (id) => tables.functions.get(id),
    findLive(slugOrId) {
      const byId = tables.functions.get(slugOrId);
      return byId !== undefined && byId.archivedAtMs === undefined ? byId : slugs().get(slugOrId);
    },
    triggers() {
      index ??= createTriggerIndex(
        live().map((fn) => ({ id: fn.id, triggers: fn.config.triggers })),
      );
      return index;
    },
    matchPaths: (eventName) => paths.get(eventName),
    noteWait(wait) {
      if (wait.matchPath !== undefined) notePath(wait.eventName, wait.matchPath);
    },
    apply(change) {
      switch (change.type) {
        case "app_saved":
          edit().apps.set(change.app.id, change.app);
          return;
        case "function_saved":
          edit().functions.set(change.function.id, change.function);
          forgetIndexes();
          return;
        case "timer_added":
          if (change.timer.kind === "cron") edit().cronTimers.set(change.timer.id, change.timer);
          return;
        case "timer_removed":
          if (change.runId === undefined) edit().cronTimers.delete(change.timerId);
          return;
        default:
          return;
      }
    },
    keep() {
      durable = undefined;
    },
    rollback() {
      if (durable === undefined) return;
      tables = durable;
      durable = undefined;
      forgetIndexes();
    },
  };
}
