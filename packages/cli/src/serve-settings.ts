// What `dev` and `start` run with, as typed values from the resolved settings.
import { resolve } from "node:path";
import type { Limits } from "@everstep/protocol";
import { keysMissingText } from "./keys.ts";
import type { LogLevel } from "./log.ts";
import { findText, getNumber, getText, isOn, texts, type Settings } from "./settings.ts";
import { UsageError } from "./usage-error.ts";

export interface ServeSettings {
  /** dev: no keys. cloud: keys guard everything; the protocol's word for production. */
  readonly serverKind: "dev" | "cloud";
  readonly host: string;
  readonly port: number;
  /** True: take the next free port when this one is busy. */
  readonly mayMovePort: boolean;
  readonly allowedHosts: readonly string[];
  /** Absolute path of the data folder; undefined: in memory. */
  readonly dataDir: string | undefined;
  readonly signingKey: string | undefined;
  readonly eventKeys: readonly string[];
  readonly sdkUrls: readonly string[];
  readonly discovers: boolean;
  readonly polls: boolean;
  readonly pollIntervalMs: number;
  /** 0: the protocol's growing delays. */
  readonly retryIntervalMs: number;
  readonly shutdownGraceMs: number;
  /** Bounds that differ from the defaults. */
  readonly limits?: Partial<Limits>;
}

export interface OutputSettings {
  readonly json: boolean;
  readonly level: LogLevel;
}

const POLL_INTERVAL_SECONDS_DEFAULT = 5;

/** @throws UsageError when `start` has no keys. */
export function toServeSettings(settings: Settings, cwd: string): ServeSettings {
  const isDev = settings.command === "dev";
  const signingKey = findText(settings, "signing-key");
  const eventKeys = texts(settings, "event-key");
  if (!isDev) {
    requireKeys(signingKey, eventKeys);
  }
  const inMemory = isDev && !isOn(settings, "persist");
  const pollSeconds = getNumber(settings, "poll-interval") || POLL_INTERVAL_SECONDS_DEFAULT;
  return {
    serverKind: isDev ? "dev" : "cloud",
    host: getText(settings, "host"),
    port: getNumber(settings, "port"),
    mayMovePort: isDev,
    allowedHosts: texts(settings, "allowed-host"),
    dataDir: inMemory ? undefined : resolve(cwd, getText(settings, "sqlite-dir")),
    signingKey,
    eventKeys,
    sdkUrls: texts(settings, "sdk-url"),
    discovers: isDev && !isOn(settings, "no-discovery"),
    polls: !isOn(settings, "no-poll"),
    pollIntervalMs: pollSeconds * 1_000,
    retryIntervalMs: getNumber(settings, "retry-interval") * 1_000,
    shutdownGraceMs: getNumber(settings, "shutdown-grace") * 1_000,
    limits: {
      stepsPerRunMax: getNumber(settings, "max-steps"),
      callsInFlightPerAppMax: getNumber(settings, "max-calls"),
      callTimeoutMs: getNumber(settings, "call-timeout") * 1_000,
    },
  };
}

/** Logs are JSON whenever no person is at the other end. */
export function toOutputSettings(settings: Settings, isTerminal: boolean): OutputSettings {
  const level = isOn(settings, "verbose") ? "debug" : (getText(settings, "log-level") as LogLevel);
  return { json: isOn(settings, "json") || !isTerminal, level };
}

function requireKeys(signingKey: string | undefined, eventKeys: readonly string[]): void {
  const missing = [
    signingKey === undefined ? "--signing-key" : undefined,
    eventKeys.length === 0 ? "--event-key" : undefined,
  ].filter((name) => name !== undefined);
  if (missing.length > 0) {
    throw new UsageError(keysMissingText(missing));
  }
}
