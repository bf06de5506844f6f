// Registering an app: whole or not at all. Functions that are missing from it are archived; cron timers follow the triggers.
import {
  EverstepError,
  canonicalJson,
  uuidFrom,
  type AppConfig,
  type FunctionConfig,
} from "@everstep/protocol";
import type { AppRecord, FunctionRecord } from "../model/app.ts";
import type { Change } from "../model/change.ts";
import type { Timer } from "../model/timer.ts";
import { validateTriggers } from "../triggers/validate-triggers.ts";
import { planCronTimers } from "../cron/cron-timers.ts";

export interface SyncState {
  readonly app: AppRecord | undefined;
  /** Every function of the app, archived ones included. */
  readonly functions: readonly FunctionRecord[];
  /** Their open cron timers. */
  readonly cronTimers: readonly Timer[];
  readonly nowMs: number;
  readonly newTimerId: () => number;
}

export interface SyncDecision {
  readonly appId: string;
  readonly modified: boolean;
  readonly changes: readonly Change[];
  /** What is accepted and does nothing, in words for the app's author. */
  readonly warnings: readonly string[];
}

export function appIdOf(name: string): string {
  return uuidFrom("app", name);
}

/** @throws EverstepError config_invalid with every problem of every function. */
export function decideSync(config: AppConfig, sync: SyncState): SyncDecision {
  const appId = appIdOf(config.name);
  const { app } = sync;
  const isSame =
    app !== undefined &&
    app.archivedAtMs === undefined &&
    app.error === undefined &&
    app.checksum === config.checksum;
  if (isSame) return { appId, modified: false, changes: [], warnings: [] };
  assertValid(config);
  const changes: Change[] = [{ type: "app_saved", app: appRecord(config, appId, sync) }];
  const known = new Map(sync.functions.map((fn) => [fn.config.slug, fn]));
  for (const fnConfig of config.functions) {
    const fn = functionRecord(fnConfig, known.get(fnConfig.slug), { appId, nowMs: sync.nowMs });
    if (fn !== known.get(fnConfig.slug)) changes.push({ type: "function_saved", function: fn });
    changes.push(...planCronTimers(fn, sync));
  }
  const slugs = new Set(config.functions.map((fn) => fn.slug));
  for (const fn of sync.functions) {
    if (!slugs.has(fn.config.slug)) changes.push(...archiveFunction(fn, sync));
  }
  return { appId, modified: true, changes, warnings: config.functions.flatMap(warningsOf) };
}

/** Archives the app with all its functions. */
export function decideRemoval(app: AppRecord, sync: Omit<SyncState, "app">): readonly Change[] {
  return [
    { type: "app_saved", app: { ...app, archivedAtMs: sync.nowMs } },
    ...sync.functions.flatMap((fn) => archiveFunction(fn, sync)),
  ];
}

function assertValid(config: AppConfig): void {
  const errors = config.functions.flatMap((fn) =>
    validateTriggers(fn).map((problem) => ({
      code: codeOf(problem.field),
      function: fn.slug,
      field: problem.field,
      message: problem.message,
    })),
  );
  const first = errors[0];
  if (first === undefined) return;
  throw new EverstepError(
    "config_invalid",
    `At least one function of app "${config.name}" is invalid: ${errors.map((error) => error.message).join(" ")}`,
    { data: { errors } },
  );
}

/** The codes that tools know (server.md 4.12). */
function codeOf(field: string): string {
  if (field.includes("cron")) return "schedule_invalid";
  if (field === "batchEvents.key") return "batch_key_expression_invalid";
  if (field === "batchEvents.if") return "batch_if_expression_invalid";
  return "config_invalid";
}

function warningsOf(fn: FunctionConfig): string[] {
  if (fn.batch === undefined || fn.timeouts?.startMs === undefined) return [];
  return [
    `Function "${fn.slug}", field "timeouts.start": it does not apply to batches, only to events that "batchEvents.if" leaves out.`,
  ];
}

function appRecord(config: AppConfig, appId: string, sync: SyncState): AppRecord {
  return {
    id: appId,
    name: config.name,
    url: config.url,
    sdk: config.sdk,
    ...(config.framework === undefined ? {} : { framework: config.framework }),
    ...(config.platform === undefined ? {} : { platform: config.platform }),
    ...(config.version === undefined ? {} : { appVersion: config.version }),
    method: config.method,
    checksum: config.checksum,
    createdAtMs: sync.app?.createdAtMs ?? sync.nowMs,
    syncedAtMs: sync.nowMs,
  };
}

/** The known record itself when nothing changed. */
function functionRecord(
  config: FunctionConfig,
  known: FunctionRecord | undefined,
  facts: { appId: string; nowMs: number },
): FunctionRecord {
  if (known === undefined) {
    return {
      id: uuidFrom("function", facts.appId, config.slug),
      appId: facts.appId,
      config,
      version: 1,
      createdAtMs: facts.nowMs,
    };
  }
  const isSame =
    known.archivedAtMs === undefined && canonicalJson(known.config) === canonicalJson(config);
  if (isSame) return known;
  const { archivedAtMs: _archivedAtMs, ...kept } = known;
  return { ...kept, config, version: known.version + 1 };
}

function archiveFunction(fn: FunctionRecord, sync: Omit<SyncState, "app">): readonly Change[] {
  if (fn.archivedAtMs !== undefined) return [];
  const timers = sync.cronTimers.filter((timer) => timer.functionId === fn.id);
  return [
    { type: "function_saved", function: { ...fn, archivedAtMs: sync.nowMs } },
    ...timers.map((timer): Change => ({ type: "timer_removed", timerId: timer.id })),
  ];
}
