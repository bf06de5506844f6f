// The apps and functions of the partition in memory, with the indexes that routing needs. A batch that fails is rolled back.
import {
  createTriggerIndex,
  effectiveFunction,
  type AppRecord,
  type BulkJob,
  type Catalog as StoredCatalog,
  type Change,
  type FunctionControl,
  type FunctionRecord,
  type Timer,
  type TriggerIndex,
  type Wait,
} from "@everstep/core";

interface Tables {
  apps: Map<string, AppRecord>;
  functions: Map<string, FunctionRecord>;
  cronTimers: Map<number, Timer>;
  controls: Map<string, FunctionControl>;
  bulkJobs: Map<string, BulkJob>;
}

/** A function as every decision about it reads it. The same object until something about it changes. */
export interface EffectiveFunction {
  /** With the operator's limits in place of its code's. */
  readonly function: FunctionRecord;
  readonly isPaused: boolean;
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
  /** Archived ones included. */
  rules(id: string): EffectiveFunction | undefined;
  /** What an operator decided about the function. */
  control(functionId: string): FunctionControl | undefined;
  /** Live functions only, by slug or id. */
  findLive(slugOrId: string): FunctionRecord | undefined;
  /** Running ones, and the last ones that ended; newest first. */
  bulkJobs(): readonly BulkJob[];
  bulkJob(id: string): BulkJob | undefined;
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
  return new MemoryCatalog(stored, cronTimers);
}

class MemoryCatalog implements Catalog {
  #tables: Tables;
  /** What was durable before the batch that is being decided changed it. */
  #durable: Tables | undefined;
  #index: TriggerIndex | undefined;
  #liveBySlug: Map<string, FunctionRecord> | undefined;
  readonly #rules = new Map<string, EffectiveFunction>();
  readonly #paths = new Map<string, Set<string>>();

  constructor(stored: StoredCatalog, cronTimers: readonly Timer[]) {
    this.#tables = {
      apps: new Map(stored.apps.map((app) => [app.id, app])),
      functions: new Map(stored.functions.map((fn) => [fn.id, fn])),
      cronTimers: new Map(cronTimers.map((timer) => [timer.id, timer])),
      controls: new Map(stored.controls.map((control) => [control.functionId, control])),
      bulkJobs: new Map(stored.bulkJobs.map(({ job }) => [job.id, job])),
    };
    for (const { eventName, path } of stored.matchPaths) this.#notePath(eventName, path);
  }

  apps(): readonly AppRecord[] {
    return [...this.#tables.apps.values()].filter((app) => app.archivedAtMs === undefined);
  }

  functions(): readonly FunctionRecord[] {
    return this.allFunctions().filter((fn) => fn.archivedAtMs === undefined);
  }

  allFunctions(): readonly FunctionRecord[] {
    return [...this.#tables.functions.values()];
  }

  functionsOfApp(appId: string): readonly FunctionRecord[] {
    return this.allFunctions().filter((fn) => fn.appId === appId);
  }

  cronTimers(): readonly Timer[] {
    return [...this.#tables.cronTimers.values()];
  }

  hasCronTimer(timerId: number): boolean {
    return this.#tables.cronTimers.has(timerId);
  }

  app(id: string): AppRecord | undefined {
    return this.#tables.apps.get(id);
  }

  function(id: string): FunctionRecord | undefined {
    return this.#tables.functions.get(id);
  }

  rules(id: string): EffectiveFunction | undefined {
    const known = this.#rules.get(id);
    if (known !== undefined) return known;
    const fn = this.#tables.functions.get(id);
    if (fn === undefined) return undefined;
    const control = this.#tables.controls.get(id);
    const isPaused = control?.pausedAtMs !== undefined;
    const rules = { function: effectiveFunction(fn, control), isPaused };
    this.#rules.set(id, rules);
    return rules;
  }

  control(functionId: string): FunctionControl | undefined {
    return this.#tables.controls.get(functionId);
  }

  bulkJobs(): readonly BulkJob[] {
    return [...this.#tables.bulkJobs.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
  }

  bulkJob(id: string): BulkJob | undefined {
    return this.#tables.bulkJobs.get(id);
  }

  findLive(slugOrId: string): FunctionRecord | undefined {
    const byId = this.#tables.functions.get(slugOrId);
    if (byId !== undefined && byId.archivedAtMs === undefined) return byId;
    this.#liveBySlug ??= new Map(this.functions().map((fn) => [fn.config.slug, fn]));
    return this.#liveBySlug.get(slugOrId);
  }

  triggers(): TriggerIndex {
    this.#index ??= createTriggerIndex(
      this.functions().map((fn) => ({ id: fn.id, triggers: fn.config.triggers })),
    );
    return this.#index;
  }

  matchPaths(eventName: string): ReadonlySet<string> | undefined {
    return this.#paths.get(eventName);
  }

  noteWait(wait: Wait): void {
    if (wait.matchPath !== undefined) this.#notePath(wait.eventName, wait.matchPath);
  }

  apply(change: Change): void {
    switch (change.type) {
      case "app_saved":
        this.#edit().apps.set(change.app.id, change.app);
        return;
      case "function_saved":
        this.#edit().functions.set(change.function.id, change.function);
        this.#forgetIndexes();
        return;
      case "function_control_saved":
        this.#edit().controls.set(change.control.functionId, change.control);
        this.#rules.delete(change.control.functionId);
        return;
      case "bulk_added":
      case "bulk_saved":
        this.#edit().bulkJobs.set(change.job.id, change.job);
        return;
      case "bulk_removed":
        this.#edit().bulkJobs.delete(change.jobId);
        return;
      case "timer_added":
        if (change.timer.kind === "cron")
          this.#edit().cronTimers.set(change.timer.id, change.timer);
        return;
      case "timer_removed":
        // Those of debounces and batches have no run either.
        if (change.runId === undefined && this.hasCronTimer(change.timerId)) {
          this.#edit().cronTimers.delete(change.timerId);
        }
        return;
      default:
        return;
    }
  }

  keep(): void {
    this.#durable = undefined;
  }

  rollback(): void {
    if (this.#durable === undefined) return;
    this.#tables = this.#durable;
    this.#durable = undefined;
    this.#forgetIndexes();
  }

  #edit(): Tables {
    this.#durable ??= {
      apps: new Map(this.#tables.apps),
      functions: new Map(this.#tables.functions),
      cronTimers: new Map(this.#tables.cronTimers),
      controls: new Map(this.#tables.controls),
      bulkJobs: new Map(this.#tables.bulkJobs),
    };
    return this.#tables;
  }

  #forgetIndexes(): void {
    this.#rules.clear();
    this.#index = undefined;
    this.#liveBySlug = undefined;
  }

  #notePath(eventName: string, path: string): void {
    const known = this.#paths.get(eventName);
    if (known === undefined) this.#paths.set(eventName, new Set([path]));
    else known.add(path);
  }
}
