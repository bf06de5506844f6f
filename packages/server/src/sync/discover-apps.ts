// Finds apps on this machine by asking the usual ports and paths (server.md 8.5). Only what answers GET as an SDK counts.
import type { Transport } from "@everstep/engine";
import { forEachBounded } from "./for-each-bounded.ts";
import { isFromSdk } from "./sync-failure.ts";

const PORTS: readonly number[] = [
  80, 443, 3000, 3001, 3002, 3003, 3004, 3005, 3006, 3007, 3008, 3009, 3010, 4321, 5000, 5173, 8000,
  8080, 8081, 8787, 8888, 8910, 8911, 8912, 8913, 8914, 8915,
];
const PATHS: readonly string[] = [
  "/api/inngest",
  "/x/inngest",
  "/.netlify/functions/inngest",
  "/.redwood/functions/inngest",
];
const PROBE_TIMEOUT_MS = 2_000;
/** Introspection answers are small; anything larger is not one. */
const PROBE_BYTES_MAX = 1024 * 1024;
const PARALLEL_MAX = 8;

export interface DiscoverOptions {
  readonly transport: Transport;
  /** Tried besides the usual ones, e.g. $PORT. */
  readonly extraPorts: readonly number[];
  /** The server's own. */
  readonly ownPort: number;
}

/** URLs of the apps that answer, in the order of ports and paths. Ports where nothing listens cost one attempt. */
export async function discoverApps(options: DiscoverOptions): Promise<readonly string[]> {
  const ports = [...new Set([...options.extraPorts, ...PORTS])].filter(
    (port) => port !== options.ownPort,
  );
  const found = new Map<number, string[]>();
  await forEachBounded(ports, PARALLEL_MAX, async (port) => {
    found.set(port, await probePort(options.transport, port));
  });
  return ports.flatMap((port) => found.get(port) ?? []);
}

async function probePort(transport: Transport, port: number): Promise<string[]> {
  const base = port === 443 ? "https://localhost" : `http://localhost:${port}`;
  const urls: string[] = [];
  for (const path of PATHS) {
    const url = new URL(path, base).href;
    const verdict = await probe(transport, url);
    if (verdict === "silent") return urls;
    if (verdict === "sdk") urls.push(url);
  }
  return urls;
}

async function probe(transport: Transport, url: string): Promise<"sdk" | "other" | "silent"> {
  try {
    const response = await transport.send({
      url,
      method: "GET",
      headers: {},
      body: "",
      timeoutMs: PROBE_TIMEOUT_MS,
      responseBytesMax: PROBE_BYTES_MAX,
    });
    return isFromSdk(response) ? "sdk" : "other";
  } catch {
    // Whatever goes wrong at an address that nobody told us about is no news for anyone.
    return "silent";
  }
}
