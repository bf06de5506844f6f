// Opens what an embedded engine runs on, in the only order that is safe: the file is owned before the engine looks at it, clients
// reach the engine before functions run, and functions are registered last, when the engine takes commands. Closing is the reverse.
import type { History } from "@everstep/core";
import {
  createEngine,
  createHttpTransport,
  systemChance,
  type Clock,
  type Engine,
  type Log,
} from "@everstep/engine";
import { openSqliteStore, type SqliteStore } from "@everstep/store-sqlite";
import { attachEngine } from "everstep/in-process";
import { createClientPort } from "./client-port.ts";
import { retryIntervalMsOf, type EmbeddedOptions } from "./embedded-options.ts";
import { createInProcessTransport } from "./in-process-transport.ts";
import { isInProcessUrl, type ServedFunctions } from "./served-functions.ts";

/** Calls of one app at the same time. They cost memory only, and steps that run together share commits. */
const CALLS_IN_FLIGHT_MAX = 1_000;

export interface OpenedEngine {
  readonly engine: Engine;
  readonly history: History;
  /** Waits up to `graceMs` for calls that are out. */
  close(graceMs: number): Promise<void>;
}

export interface EngineParts {
  readonly options: EmbeddedOptions;
  readonly functions: ServedFunctions;
  readonly clock: Clock;
  readonly onRunEnded: (runId: string) => void;
}

/** @throws EverstepError store_unavailable; nothing is left open then. */
export async function openEngine(parts: EngineParts): Promise<OpenedEngine> {
  const sqlite = openSqliteStore({ path: parts.options.data });
  const engine = buildEngine(parts, sqlite);
  let detach = (): void => undefined;
  const close = async (graceMs: number): Promise<void> => {
    await engine.stop({ graceMs });
    detach();
    await sqlite.close();
  };
  try {
    const starting = startWhenAsked(engine);
    detach = attachClients(parts, starting.ready);
    await starting.start();
    await register(engine, parts.functions);
    return { engine, history: sqlite.history, close };
  } catch (error) {
    await close(0);
    throw error;
  }
}

function buildEngine(parts: EngineParts, { store, history }: SqliteStore): Engine {
  const { options, functions, clock, onRunEnded } = parts;
  const retryIntervalMs = retryIntervalMsOf(options);
  const engine: Engine = createEngine({
    store,
    history,
    clock,
    chance: options.chance ?? systemChance,
    log: createLog(parts),
    transport: createInProcessTransport({
      functions,
      clock,
      http: createHttpTransport({ denyMetadata: true }),
      engine: () => engine,
    }),
    limits: { callsInFlightPerAppMax: CALLS_IN_FLIGHT_MAX, ...options.limits },
    ...(retryIntervalMs === undefined ? {} : { retryIntervalMs }),
    onRunEnded,
  });
  return engine;
}

/** A function that runs at once may send before the start is over: what it sends waits. */
function startWhenAsked(engine: Engine): {
  readonly start: () => Promise<void>;
  readonly ready: () => Promise<Engine>;
} {
  let started: Promise<void> | undefined;
  return {
    start: () => (started = engine.start()),
    async ready() {
      if (engine.status().state === "starting") await started;
      return engine;
    },
  };
}

function attachClients(
  { functions, options, clock }: EngineParts,
  ready: () => Promise<Engine>,
): () => void {
  const port = createClientPort(ready, () => clock.nowMs());
  const clients = new Set<{ readonly id: string }>(functions.clients);
  if (options.client !== undefined) clients.add(options.client);
  const detachers: (() => void)[] = [];
  const detach = (): void => {
    for (const undo of detachers) undo();
  };
  try {
    for (const client of clients) detachers.push(attachEngine(client, port));
  } catch (error) {
    detach();
    throw error;
  }
  return detach;
}

async function register(engine: Engine, { apps }: ServedFunctions): Promise<void> {
  for (const app of apps) await engine.syncApp(app);
  const isHere = new Set(apps.map(({ url }) => url));
  for (const { url } of engine.apps()) {
    if (isInProcessUrl(url) && !isHere.has(url)) await engine.removeApp(url);
  }
}

function createLog({ options, functions }: EngineParts): Log {
  const { logger } = options;
  const target = logger ?? functions.clients[0]?.logger ?? console;
  return ({ level, message, fields }) => {
    const isHeard = logger !== undefined || level === "warn" || level === "error";
    if (isHeard) target[level](message, fields);
  };
}
