// What an app says about itself when it syncs: `POST /fn/register` and the answer to an in-band sync (protocol.md 1.2, 1.3),
// both read into one AppConfig. All or nothing: one invalid function refuses the whole app, with every error listed.
import { createHash } from "node:crypto";
import { normalizeAppUrl, parseAppUrl } from "./app-url.ts";
import { canonicalJson } from "./canonical-json.ts";
import {
  addConfigError,
  showValue,
  throwIfInvalid,
  type ConfigError,
  type ConfigReport,
} from "./config-report.ts";
import { EverstepError } from "./errors.ts";
import { foldKeys, isJsonObject, knownKeys } from "./fold-keys.ts";
import type { AppConfig, FunctionConfig } from "./function-config.ts";
import { readFunctionConfig } from "./parse-function-config.ts";
import { isDeniedSdkVersion, parseSdkVersion } from "./sdk-version.ts";

const REGISTER_KEYS = knownKeys([
  "appName",
  "appVersion",
  "url",
  "deployType",
  "framework",
  "functions",
  "sdk",
  "headers",
  "platform",
  "deployId",
]);
const IN_BAND_KEYS = knownKeys([
  "app_id",
  "appVersion",
  "url",
  "framework",
  "functions",
  "sdk",
  "sdk_language",
  "sdk_version",
  "platform",
]);
const HEADER_KEYS = knownKeys(["platform"]);

/** The parts of both messages, before anything is checked. */
interface RawApp {
  readonly name: unknown;
  readonly nameField: string;
  readonly url: unknown;
  readonly version: unknown;
  readonly framework: unknown;
  readonly platform: unknown;
  readonly sdk: unknown;
  readonly functions: unknown;
  readonly method: AppConfig["method"];
  readonly deployId?: unknown;
}

/**
 * The app that a register request describes.
 * @param context.deployId From the request's query; wins over the body's.
 * @throws EverstepError `body_invalid`, `sdk_version_denied` or `config_invalid` (every error in `data.errors`).
 */
export function parseRegisterRequest(
  body: unknown,
  context: { readonly deployId?: string } = {},
): AppConfig {
  const raw = readObject(body, REGISTER_KEYS, "The sync request");
  const { headers } = raw;
  return readApp({
    name: raw["appName"],
    nameField: "appName",
    url: raw["url"],
    version: raw["appVersion"],
    framework: raw["framework"],
    platform:
      raw["platform"] ??
      (isJsonObject(headers) ? foldKeys(headers, HEADER_KEYS)["platform"] : undefined),
    sdk: raw["sdk"],
    functions: raw["functions"],
    method: raw["deployType"] === "connect" ? "connect" : "serve",
    deployId: context.deployId ?? raw["deployId"],
  });
}

/**
 * The app that an in-band sync's answer describes.
 * @throws as parseRegisterRequest.
 */
export function parseInBandResponse(body: unknown): AppConfig {
  const raw = readObject(body, IN_BAND_KEYS, "The app's answer to the sync");
  const { sdk_language: language, sdk_version: version } = raw;
  const isNamed = typeof language === "string" && typeof version === "string";
  return readApp({
    name: raw["app_id"],
    nameField: "app_id",
    url: raw["url"],
    version: raw["appVersion"],
    framework: raw["framework"],
    platform: raw["platform"],
    sdk: raw["sdk"] ?? (isNamed ? `${language}:v${version.replace(/^v/, "")}` : undefined),
    functions: raw["functions"],
    method: "serve",
  });
}

function readApp(raw: RawApp): AppConfig {
  const sdk = textOf(raw.sdk) ?? "unknown";
  refuseDeniedSdk(sdk);
  const errors: ConfigError[] = [];
  const report: ConfigReport = { function: "", errors };
  const name = textOf(raw.name);
  if (name === undefined) {
    addConfigError(
      { report, name: raw.nameField },
      `is ${showValue(raw.name)}: an app needs an id, a non-empty string.`,
    );
  }
  const url = readAppUrl(raw.url, report);
  const functions = readFunctions(raw.functions, report);
  throwIfInvalid(errors);
  const version = textOf(raw.version);
  const framework = textOf(raw.framework);
  const platform = textOf(raw.platform);
  const deployId = textOf(raw.deployId);
  const facts = {
    name: name ?? "",
    url,
    ...(version !== undefined && { version }),
    ...(framework !== undefined && { framework }),
    ...(platform !== undefined && { platform }),
    sdk,
    method: raw.method,
  };
  // Over what decides behaviour, so that both ways to sync agree and a mere redeployment changes nothing.
  const checksum = sha256(canonicalJson({ ...facts, functions: raw.functions ?? [] }));
  return { ...facts, functions, checksum, ...(deployId !== undefined && { deployId }) };
}

function readFunctions(value: unknown, report: ConfigReport): FunctionConfig[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    addConfigError({ report, name: "functions" }, `is ${showValue(value)}: it must be an array.`);
    return [];
  }
  const functions = value.flatMap(
    (item: unknown, index) => readFunctionConfig(item, `functions[${index}]`, report.errors) ?? [],
  );
  const seen = new Set<string>();
  for (const { slug } of functions) {
    if (seen.has(slug)) {
      const duplicate: ConfigReport = { function: slug, errors: report.errors };
      addConfigError(
        { report: duplicate, name: "id" },
        "is used by two functions of the app: give each its own id.",
      );
    }
    seen.add(slug);
  }
  return functions;
}

function readAppUrl(value: unknown, report: ConfigReport): string {
  if (typeof value === "string" && parseAppUrl(value) !== undefined) return normalizeAppUrl(value);
  addConfigError(
    { report, name: "url" },
    `is ${showValue(value)}: it must be the app's absolute URL, such as http://localhost:3000/api/inngest.`,
  );
  return "";
}

function refuseDeniedSdk(sdk: string): void {
  const version = parseSdkVersion(sdk);
  if (version === undefined || !isDeniedSdkVersion(version)) return;
  throw new EverstepError(
    "sdk_version_denied",
    `The app uses ${sdk}, and JS SDK versions 3.22.0 to 3.53.1 have a known vulnerability: upgrade to 3.54.0 or newer.`,
  );
}

function readObject(
  body: unknown,
  keys: ReturnType<typeof knownKeys>,
  what: string,
): Record<string, unknown> {
  if (isJsonObject(body)) return foldKeys(body, keys);
  throw new EverstepError(
    "body_invalid",
    `${what} is ${showValue(body)}: it must be a JSON object.`,
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
