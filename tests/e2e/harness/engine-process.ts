// `everstep dev` as its own process on a free loopback port, with the dashboard built from the sources that are here.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BIN = fileURLToPath(new URL("../../../packages/cli/bin/everstep.js", import.meta.url));
const BUILD = fileURLToPath(
  new URL("../../../packages/dashboard/build/build-when-stale.ts", import.meta.url),
);
const READY_MAX_MS = 100_000;

export interface EngineProcess {
  readonly url: string;
  readonly port: number;
  /** Lets calls finish; resolves when the process has gone. */
  stop(): Promise<void>;
}

export async function buildDashboard(): Promise<void> {
  await promisify(execFile)(process.execPath, [BUILD]);
}

const DEV = ["dev", "--persist", "--no-discovery", "--no-poll"];

/**
 * @param folder Its working folder: the store is in `.everstep` there.
 * @param command By default a dev server, which asks for no keys.
 */
export async function startEngine(
  folder: string,
  port = 0,
  command: readonly string[] = DEV,
): Promise<EngineProcess> {
  const child = spawn(process.execPath, [BIN, ...command, "-p", String(port)], {
    cwd: folder,
    env: { ...process.env, HOME: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  let text = "";
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`the engine ${why}:\n${text}`));
    const timer = setTimeout(() => fail("was not ready in time"), READY_MAX_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (more: string) => {
        text += more;
        const found = /"url":"(http:[^"]+)"/u.exec(text)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      });
    }
    void ended.then(() => fail("ended"));
  });
  return {
    url,
    port: Number(new URL(url).port),
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
