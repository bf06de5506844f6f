// One running server: store, engine and HTTP put together in the only order that is safe. Opening: the store is owned
// before the engine looks at it, the engine is ready before the port opens. Closing is the reverse, except that the port
// stays open while calls drain, because apps report their steps through it.
import { join, resolve } from "node:path";
import {
  createEngine,
  createHttpTransport,
  systemChance,
  systemClock,
  type Engine,
  type Log,
} from "@everstep/engine";
import { createServer, type Server, type ServerOptions } from "@everstep/server";
import { createFailpoint, openSqliteStore } from "@everstep/store-sqlite";
import type { ServeSettings } from "./serve-settings.ts";
import { CommandError } from "./usage-error.ts";
import { everstepVersion } from "./version.ts";

export interface OpenServer {
  /** As a browser on this machine would reach it. */
  readonly url: string;
  readonly port: number;
  /** Absolute path of the data file; undefined when everything is in memory. */
  readonly dataPath: string | undefined;
  readonly engine: Engine;
  readonly syncByUrl: Server["syncByUrl"];
  /** Stops taking work, lets calls finish for up to `graceMs`, closes everything. Idempotent. */
  close(graceMs: number): Promise<void>;
}

/** dev tries this many ports before it gives up. */
const PORTS_TRIED_MAX = 100;
const PORT_MAX = 65_535;
/** Requests that are being answered when the engine has stopped. */
const REQUEST_GRACE_MS = 2_000;

/**
 * Opens a server. Nothing is left open when it throws.
 *
 * @throws CommandError when the port is busy or cannot be had.
 * @throws EverstepError `store_unavailable` when another process owns the data file.
 */
export async function openServer(settings: ServeSettings, log: Log): Promise<OpenServer> {
  const dataPath =
    settings.dataDir === undefined ? undefined : join(resolve(settings.dataDir), "main.db");
  const { store, history, close: closeStore } = openSqliteStore({ path: dataPath ?? ":memory:" });
  // Apps may live anywhere but where clouds keep their secrets.
  const transport = createHttpTransport({ denyMetadata: true });
  const engine = createEngine({
    store,
    history,
    transport,
    clock: systemClock,
    chance: systemChance,
    log,
    // Off unless the crash suite sets EVERSTEP_FAIL_AT; the store's writer thread reads the same variable.
    failpoint: createFailpoint(process.env),
    ...(settings.limits === undefined ? {} : { limits: settings.limits }),
    ...(settings.signingKey === undefined ? {} : { signingKey: settings.signingKey }),
    ...(settings.retryIntervalMs === 0 ? {} : { retryIntervalMs: settings.retryIntervalMs }),
  });
  const closeAll = async (server: Server | undefined, graceMs: number): Promise<void> => {
    await engine.stop({ graceMs });
    await server?.close({ graceMs: REQUEST_GRACE_MS });
    await transport.close();
    await closeStore();
  };
  try {
    await engine.start();
    const parts = { ...serverOptions(settings), engine, history, transport, log };
    const { server, url, port } = await listen(parts, settings);
    let closing: Promise<void> | undefined;
    return {
      url,
      port,
      dataPath,
      engine,
      syncByUrl: server.syncByUrl,
      close: (graceMs) => (closing ??= closeAll(server, graceMs)),
    };
  } catch (error) {
    await closeAll(undefined, 0);
    throw error;
  }
}

/** All but the port, which dev may have to try several of. */
type ServerParts = Omit<ServerOptions, "port">;

function serverOptions(
  settings: ServeSettings,
): Omit<ServerParts, "engine" | "history" | "transport" | "log"> {
  const { serverKind, host, allowedHosts, sdkUrls } = settings;
  return {
    clock: systemClock,
    serverKind,
    signingKeys: settings.signingKey === undefined ? [] : [settings.signingKey],
    ...(serverKind === "cloud" ? { eventKeys: settings.eventKeys } : {}),
    host,
    allowedHosts,
    version: everstepVersion(),
    startOptions: shownOptions(settings),
    sdkUrls,
    poll: { enabled: settings.polls, intervalMs: settings.pollIntervalMs },
    discovery: { enabled: settings.discovers },
  };
}

/** What GET /dev may tell: no keys, no paths. */
function shownOptions(settings: ServeSettings): Readonly<Record<string, unknown>> {
  return {
    autodiscover: settings.discovers,
    poll: settings.polls,
    pollIntervalSeconds: settings.pollIntervalMs / 1_000,
    retryIntervalSeconds: settings.retryIntervalMs / 1_000,
    persist: settings.dataDir !== undefined,
    sdkUrls: settings.sdkUrls,
  };
}

async function listen(
  parts: ServerParts,
  settings: ServeSettings,
): Promise<{ readonly server: Server; readonly url: string; readonly port: number }> {
  const first = settings.port;
  const last =
    settings.mayMovePort && first !== 0 ? Math.min(first + PORTS_TRIED_MAX, PORT_MAX) : first;
  for (let port = first; ; port += 1) {
    const server = createServer({ ...parts, port });
    try {
      return { server, ...(await server.listen()) };
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE" || port >= last) {
        throw listenError(error, settings, last);
      }
    }
  }
}

function listenError(error: unknown, settings: ServeSettings, last: number): CommandError {
  const { host, port } = settings;
  const ports = last === port ? `port ${port}` : `ports ${port} to ${last}`;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `${ports} of ${host} ${last === port ? "is" : "are"} in use. Stop what listens there, or choose another with --port.`,
    EACCES: `port ${port} may not be used by this user. Choose one above 1023 with --port.`,
    EADDRNOTAVAIL: `${host} is no address of this machine. Choose another with --host.`,
    ENOTFOUND: `the host name ${host} is not known. Choose an address with --host.`,
  };
  const reason = reasons[codeOf(error)] ?? String(error);
  return new CommandError(`The server cannot listen: ${reason}`, { cause: error });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
