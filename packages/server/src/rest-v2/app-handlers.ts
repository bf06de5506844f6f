// Handlers of apps.
import type { App } from "@everstep/api";
import type { AppRecord } from "@everstep/core";
import { EverstepError, normalizeAppUrl } from "@everstep/protocol";
import { createFunctionRefs, getApp, type ApiContext } from "./api-context.ts";
import type { Handlers } from "./handlers.ts";
import { toTime, toUpper } from "./wire.ts";

export function createAppHandlers(
  context: ApiContext,
): Handlers<"listApps" | "getApp" | "addApp" | "syncApp" | "removeApp"> {
  const { engine } = context;
  return {
    listApps: () => {
      const apps = engine.apps().toSorted((a, b) => a.name.localeCompare(b.name));
      return apps.map((app) => appView(context, app));
    },
    getApp: ({ params }) => appView(context, getApp(context, params.appId)),
    addApp: async ({ body }) => sync(context, body.url),
    syncApp: async ({ params }) => sync(context, getApp(context, params.appId).url),
    removeApp: async ({ params }) => {
      const app = getApp(context, params.appId);
      await engine.removeApp(app.url);
      return { id: app.id };
    },
  };
}

/** @throws EverstepError app_unreachable with what went wrong. */
async function sync(context: ApiContext, url: string): Promise<App> {
  const result = await context.syncByUrl(url);
  if (!result.ok) throw new EverstepError("app_unreachable", result.message);
  const wanted = normalizeAppUrl(url);
  const app = context.engine.apps().find((each) => normalizeAppUrl(each.url) === wanted);
  if (app !== undefined) return appView(context, app);
  throw new EverstepError(
    "app_unreachable",
    `The app at ${url.slice(0, 200)} synced under another URL: list the apps to find it.`,
  );
}

/** What to do, by the code of the failure; its message says what happened. */
const FIXES: Readonly<Record<string, string>> = {
  unreachable: "Start the app, or correct its URL.",
  unauthorized: "Set the app's INNGEST_SIGNING_KEY to a signing key of this server.",
  forbidden: "Let requests of this server pass to the app.",
  url_not_found: "Check the path (usually /api/inngest) and that serve() is mounted there.",
  internal_server_error: "Look into the app's log. For development set INNGEST_DEV=1.",
  missing_branch_env_name: "Set INNGEST_ENV of the app to its branch.",
  invalid_signing_key: "Set INNGEST_SIGNING_KEY of the app to a signing key of this server.",
  missing_signing_key: "Set INNGEST_SIGNING_KEY of the app.",
  missing_server_signing_key: "Start this server with --signing-key.",
  invalid_function: "Correct the function's configuration in the app's code.",
  sdk_version_denied: "Update the app's SDK.",
  no_functions: "Pass at least one function to serve().",
  unsupported_protocol: "Use a URL that begins with http:// or https://.",
};

function appView(context: ApiContext, app: AppRecord): App {
  const refOf = createFunctionRefs(context);
  const functions = context.engine.functions().filter(({ appId }) => appId === app.id);
  return {
    id: app.id,
    name: app.name,
    url: app.url,
    method: toUpper(app.method),
    sdk: app.sdk,
    framework: app.framework,
    platform: app.platform,
    appVersion: app.appVersion,
    createdAt: toTime(app.createdAtMs),
    syncedAt: toTime(app.syncedAtMs),
    status: app.error === undefined ? "CONNECTED" : "ERROR",
    error:
      app.error === undefined
        ? undefined
        : {
            code: app.errorCode ?? "app_refused",
            message: app.error,
            fix: FIXES[app.errorCode ?? ""] ?? "Look into the app's log, and sync again.",
          },
    functionCount: functions.length,
    functions: functions.map(({ id }) => refOf(id)),
  };
}
