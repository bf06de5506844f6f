// PUT: how the app tells an engine about its functions, in the answer itself (in band) or by a request of its own to
// /fn/register (out of band; protocol.md 1.2, 1.3).
import type { EngineApi } from "./engine-api.ts";
import { diagnoseUnserved } from "../logging/diagnostics.ts";
import { CAPABILITIES } from "./introspection.ts";
import { SDK_AUTHOR, SDK_LANGUAGE, SDK_NAME, SDK_VERSION } from "./sdk-identity.ts";
import type { AdapterFacts, ServedConfig, ServeOptions } from "./serve-options.ts";
import type { ServeSettings } from "./serve-settings.ts";
import type { ServedFunctions } from "./served-functions.ts";

export const SYNC_KIND_HEADER = "x-inngest-sync-kind";
export const IN_BAND = "in_band";
export const OUT_OF_BAND = "out_of_band";

/** The engine that pinged waits ten seconds for the answer. */
const REGISTER_TIMEOUT_MS = 9_000;
const REGISTER_PROTOCOL = "0.1";

export interface AppDescription {
  readonly url: URL;
  readonly settings: ServeSettings;
  readonly frameworkName: string;
  readonly appVersion: string | undefined;
  readonly functions: readonly ServedConfig[];
}

/** What is served, and by what. */
export interface ServedApp {
  readonly options: ServeOptions;
  readonly facts: AdapterFacts;
  readonly functions: ServedFunctions;
}

/** The app as it is registered under a URL. */
export function describeApp(
  { options, facts, functions }: ServedApp,
  settings: ServeSettings,
  url: URL,
): AppDescription {
  const served = new Set(Array.from(functions.entries.values(), ({ definition }) => definition.id));
  diagnoseUnserved(options.client, served);
  return {
    url,
    settings,
    frameworkName: facts.frameworkName,
    appVersion: options.client.appVersion,
    functions: functions.configs(url),
  };
}

/** The body of an in-band answer. */
export function describeInBand(
  app: AppDescription,
  inspection: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { settings } = app;
  return {
    app_id: settings.appId,
    ...(app.appVersion === undefined ? {} : { appVersion: app.appVersion }),
    capabilities: CAPABILITIES,
    env: settings.env ?? null,
    framework: app.frameworkName,
    functions: app.functions,
    inspection,
    platform: settings.platform ?? null,
    sdk_author: SDK_AUTHOR,
    sdk_language: SDK_LANGUAGE,
    sdk_version: SDK_VERSION,
    sdk: SDK_NAME,
    url: app.url.href,
  };
}

/** The URL in the body of an in-band request. @throws Error when the body is anything else than `{url}`. */
export function readInBandUrl(body: unknown): URL {
  const parsed: unknown = typeof body === "string" ? JSON.parse(body) : body;
  const url = (parsed as { url?: unknown } | null | undefined)?.url;
  if (typeof url === "string" && URL.canParse(url)) return new URL(url);
  throw new Error(`An in-band sync needs the body {"url": "<the app's URL>"}.`);
}

export interface RegisterOutcome {
  readonly status: number;
  readonly message: string;
  readonly modified: boolean;
}

/** Registers the app out of band; never throws. */
export async function registerApp(
  app: AppDescription,
  exchange: {
    readonly api: EngineApi;
    readonly deployId: string | undefined;
    readonly headers: Readonly<Record<string, string>>;
  },
): Promise<RegisterOutcome> {
  const { deployId } = exchange;
  const query = deployId === undefined ? "" : `?deployId=${encodeURIComponent(deployId)}`;
  try {
    const response = await exchange.api({
      method: "POST",
      path: `/fn/register${query}`,
      headers: { ...exchange.headers, [SYNC_KIND_HEADER]: OUT_OF_BAND },
      body: JSON.stringify({
        url: app.url.href,
        deployType: "ping",
        framework: app.frameworkName,
        appName: app.settings.appId,
        ...(app.appVersion === undefined ? {} : { appVersion: app.appVersion }),
        functions: app.functions,
        sdk: SDK_NAME,
        v: REGISTER_PROTOCOL,
        capabilities: CAPABILITIES,
        ...(deployId === undefined ? {} : { deployId }),
      }),
      timeoutMs: REGISTER_TIMEOUT_MS,
    });
    return readOutcome(response.status, await response.text());
  } catch (error) {
    return {
      status: 500,
      message: `The engine at ${app.settings.apiBaseUrl} cannot be reached (${reasonOf(error)}): start it, or correct INNGEST_DEV or INNGEST_BASE_URL.`,
      modified: false,
    };
  }
}

/** The status counts that the body names; a body that is no JSON is what something between here and the engine said. */
function readOutcome(status: number, text: string): RegisterOutcome {
  let body: { status?: unknown; error?: unknown; modified?: unknown } | null;
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    return {
      status: 500,
      message: `The engine answered ${status} to the sync, and not with JSON: ${text.slice(0, 200)}`,
      modified: false,
    };
  }
  const named = body?.status;
  return {
    status: typeof named === "number" && named >= 200 && named <= 599 ? named : status,
    message: typeof body?.error === "string" ? body.error : "Successfully registered",
    modified: body?.modified === true,
  };
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== ""
    ? error.cause.message
    : error.message;
}
