// A server on a free loopback port, around an engine and a history of which a test defines just what it expects to be
// asked. Anything else that is asked throws, so a route cannot pass by asking for something it should not need.
import type { History } from "@everstep/core";
import type { Clock, Engine, LogEntry, Transport } from "@everstep/engine";
import { createServer, type Server } from "../create-server.ts";
import type { ServerOptions } from "../server-options.ts";

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  readonly logged: LogEntry[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

export async function startTestServer(
  given: Partial<Omit<ServerOptions, "engine" | "history">> & {
    readonly engine?: Partial<Engine>;
    readonly history?: Partial<History>;
  } = {},
): Promise<TestServer> {
  const logged: LogEntry[] = [];
  const server = createServer({
    log: (entry) => logged.push(entry),
    clock: createManualClock(),
    transport: only<Transport>("transport", {}),
    serverKind: "dev",
    signingKeys: [],
    host: "127.0.0.1",
    port: 0,
    version: "0.0.0-test",
    poll: { enabled: false, intervalMs: 5_000 },
    discovery: { enabled: false },
    ...given,
    engine: only<Engine>("engine", { apps: () => [], functions: () => [], ...given.engine }),
    history: only<History>("history", given.history ?? {}),
  });
  const { url, port } = await server.listen();
  return {
    url,
    port,
    server,
    logged,
    fetch: (path, init) => fetch(url + path, init),
    close: () => server.close({ graceMs: 0 }),
  };
}

/** The parts that a test defined; every other one throws when it is called. */
export function only<Face extends object>(name: string, parts: Partial<Face>): Face {
  return new Proxy(parts as Face, {
    get: (target, key) => {
      if (key in target) return target[key as keyof Face];
      return () => {
        throw new Error(`${name}.${String(key)} was not expected to be called`);
      };
    },
  });
}

export interface ManualClock extends Clock {
  /** Moves time and fires what is due, in order; waits until what was fired has run. */
  advance(ms: number): Promise<void>;
}

export function createManualClock(startMs = 1_750_000_000_000): ManualClock {
  let nowMs = startMs;
  const timers = new Set<{ readonly atMs: number; readonly fire: () => void }>();
  return {
    nowMs: () => nowMs,
    at(atMs, fire) {
      const timer = { atMs, fire };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const endMs = nowMs + ms;
      await settle();
      for (;;) {
        const [next] = [...timers].toSorted((left, right) => left.atMs - right.atMs);
        if (next === undefined || next.atMs > endMs) break;
        timers.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.fire();
        await settle();
      }
      nowMs = endMs;
    },
  };
}

/** Lets every promise that needs no I/O come to its end. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
