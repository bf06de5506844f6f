// Apps and functions as GraphQL shows them: source objects of graphql's default resolver, whose shape the schema checks.
// Links (app to functions and back) are functions, so that they cost nothing unless they are selected.
import type { AppRecord, FunctionControl, FunctionRecord, LimitOverrides } from "@everstep/core";
import type { FunctionConfig } from "@everstep/protocol";
import { functionConfiguration } from "./function-configuration.ts";
import type { RequestContext } from "./request-context.ts";
import type { View } from "./view.ts";

/** Apps and functions lead to each other, and each is many fields, so they weigh more than the items of a plain list. */
const COST = 10;
const NOT_READ = { ready: false, reason: "Everstep does not read this feature of the SDK" };

export function appView(context: RequestContext, app: AppRecord): View {
  const sdk = /^([^:]*):v?(.*)$/.exec(app.sdk);
  const functionsOfApp = (): readonly FunctionRecord[] =>
    context.engine.functions().filter((record) => record.appId === app.id);
  return {
    id: app.id,
    externalID: app.name,
    name: app.name,
    sdkLanguage: sdk?.[1] ?? app.sdk,
    sdkVersion: sdk?.[2] ?? "",
    framework: app.framework,
    url: app.url,
    checksum: app.checksum === "" ? null : app.checksum,
    error: app.error,
    functions: () => {
      const records = functionsOfApp();
      context.spend(records.length * COST);
      return records.map((record) => functionView(context, record));
    },
    method: app.method === "connect" ? "CONNECT" : "SERVE",
    appVersion: app.appVersion,
    sdkFeatureReadiness: { aiMetadataExtraction: NOT_READ, extendedTraces: NOT_READ },
    connected: app.error === undefined && app.archivedAtMs === undefined,
    functionCount: () => functionsOfApp().length,
    autodiscovered: false,
  };
}

/** The app with this id, or what is left of one that was removed: runs outlive their app. */
export function appViewById(context: RequestContext, appId: string): View {
  context.spend(COST);
  const app = context.findApp(appId);
  if (app !== undefined) return appView(context, app);
  return {
    id: appId,
    externalID: "",
    name: "(removed app)",
    sdkLanguage: "",
    sdkVersion: "",
    functions: [],
    method: "SERVE",
    connected: false,
    functionCount: 0,
    autodiscovered: false,
  };
}

export function functionView(context: RequestContext, record: FunctionRecord): View {
  const { config } = record;
  const control = (): FunctionControl | undefined => context.engine.control(record.id);
  return {
    id: record.id,
    name: config.name,
    slug: config.slug,
    config: () => JSON.stringify(config),
    configuration: () => functionConfiguration(effectiveConfig(context, record)),
    overriddenLimits: () => overriddenLimits(control()?.overrides ?? {}),
    isPaused: () => control()?.pausedAtMs !== undefined,
    pausedAt: () => control()?.pausedAtMs,
    concurrency: () => {
      const { concurrency } = effectiveConfig(context, record);
      return concurrency.find((rule) => rule.key === undefined)?.limit ?? 0;
    },
    triggers: config.triggers.map((trigger) =>
      trigger.kind === "event"
        ? { type: "EVENT", value: trigger.event, condition: trigger.expression }
        : { type: "CRON", value: trigger.cron },
    ),
    url: config.url,
    appID: record.appId,
    app: () => appViewById(context, record.appId),
    failureHandler: () => {
      const slug = `${config.slug}-failure`;
      const handler = context.engine.functions().find((other) => other.config.slug === slug);
      return handler === undefined ? null : { slug, name: handler.config.name };
    },
  };
}

function effectiveConfig(context: RequestContext, record: FunctionRecord): FunctionConfig {
  return context.engine.effectiveFunction(record.id)?.function.config ?? record.config;
}

/** By the names that the code gives them. */
function overriddenLimits(overrides: LimitOverrides): readonly string[] {
  return Object.keys(overrides).map((name) => (name === "maxAttempts" ? "retries" : name));
}

/** Functions are never deleted, only archived, so one is missing only when the file was changed by hand. */
export function functionViewById(context: RequestContext, functionId: string): View {
  context.spend(COST);
  const record = context.findFunction(functionId);
  if (record !== undefined) return functionView(context, record);
  throw new Error(`function ${functionId} has runs but no record`);
}
