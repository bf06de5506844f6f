// The settings that hold for one request: options of serve first, then the environment, then the client. What the process's
// environment says is read once, at the first request, for reading it is slow and dotenv may fill it late.
import type { ClientDefinition, Logger } from "../functions/definition.ts";
import { atLevel } from "../logging/console-logger.ts";
import {
  findPlatform,
  findVariable,
  parseFlag,
  readEnvironment,
  type Environment,
} from "./environment.ts";
import type { AdapterFacts, ServeOptions } from "./serve-options.ts";

export interface ServeSettings {
  readonly appId: string;
  readonly mode: ClientDefinition["mode"];
  /** Signing key and fallback, as far as they are set. */
  readonly signingKey: string | undefined;
  readonly signingKeyFallback: string | undefined;
  readonly apiBaseUrl: string;
  readonly fetch: typeof fetch;
  readonly env: string | undefined;
  readonly platform: string | undefined;
  readonly serveOrigin: string | undefined;
  readonly servePath: string | undefined;
  readonly isStreaming: boolean;
  readonly isInBandAllowed: boolean;
  readonly isUnsignedSyncAllowed: boolean;
  /** For what serving itself has to say; functions log with the client's. */
  readonly logger: Logger;
}

/** What the environment decides. */
interface Variables {
  readonly serveOrigin: string | undefined;
  readonly servePath: string | undefined;
  readonly streaming: StreamingWish;
  readonly isInBandAllowed: boolean;
  readonly isUnsignedSyncAllowed: boolean;
  readonly platform: string | undefined;
  readonly logLevel: string | undefined;
}

type StreamingWish = "no" | "allow" | "force";

/** @throws Error when streaming is demanded of a framework that cannot stream, by option now, by variable at a request. */
export function createSettingsReader(
  options: ServeOptions,
  facts: AdapterFacts,
): (environment: Environment | undefined) => ServeSettings {
  const wish = wishOfOption(options.streaming);
  isStreamed(wish ?? "no", facts);
  if (options.signingKey !== undefined || options.signingKeyFallback !== undefined) {
    options.client.takeKeys?.(options);
  }
  let fromProcess: Variables | undefined;
  return (environment) => {
    if (environment !== undefined) options.client.setEnvVars(environment);
    const variables =
      environment === undefined
        ? (fromProcess ??= readVariables([readEnvironment()]))
        : readVariables([environment, readEnvironment()]);
    const { client } = options;
    return {
      appId: options.id ?? client.id,
      mode: client.mode,
      signingKey: keyOf(options.signingKey) ?? keyOf(client.signingKey),
      signingKeyFallback: keyOf(options.signingKeyFallback) ?? keyOf(client.signingKeyFallback),
      apiBaseUrl: keyOf(options.baseUrl) ?? client.apiBaseUrl,
      fetch: options.fetch ?? client.fetch,
      env: client.env,
      platform: variables.platform,
      serveOrigin: options.serveOrigin ?? options.serveHost ?? variables.serveOrigin,
      servePath: options.servePath ?? variables.servePath,
      isStreaming: isStreamed(wish ?? variables.streaming, facts),
      isInBandAllowed: variables.isInBandAllowed,
      isUnsignedSyncAllowed: options.enableUnauthedSync ?? variables.isUnsignedSyncAllowed,
      logger: atLevel(client.logger, options.logLevel ?? variables.logLevel),
    };
  };
}

function readVariables(environments: readonly Environment[]): Variables {
  const find = (name: string): string | undefined => findVariable(name, environments);
  return {
    serveOrigin: find("SERVE_ORIGIN") ?? find("SERVE_HOST"),
    servePath: find("SERVE_PATH"),
    streaming: wishOfText(find("STREAMING")),
    isInBandAllowed: parseFlag(find("ALLOW_IN_BAND_SYNC")) ?? true,
    isUnsignedSyncAllowed: parseFlag(find("ENABLE_UNAUTHED_SYNC")) ?? true,
    logLevel: find("LOG_LEVEL"),
    platform: environments.map(findPlatform).find((name) => name !== undefined),
  };
}

/** Undefined when the option says nothing, so that the environment decides. */
function wishOfOption(value: ServeOptions["streaming"]): StreamingWish | undefined {
  if (value === undefined) return undefined;
  if (value === true) return "force";
  if (value === false) return "no";
  if (value === "allow" || value === "force") return value;
  throw new Error(
    `serve: streaming is ${JSON.stringify(value)}: it must be true, false, "allow" or "force".`,
  );
}

function wishOfText(text: string | undefined): StreamingWish {
  if (text === "allow" || text === "force") return text;
  return parseFlag(text) === true ? "force" : "no";
}

function isStreamed(wish: StreamingWish, facts: AdapterFacts): boolean {
  if (wish === "force" && !facts.canStream) {
    throw new Error(
      `serve: streaming is asked for, but responses of ${facts.frameworkName} cannot be streamed: leave the option out, or set it to "allow" to stream only where it works.`,
    );
  }
  return wish !== "no" && facts.canStream;
}

/** An empty text means not set. */
function keyOf(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}
