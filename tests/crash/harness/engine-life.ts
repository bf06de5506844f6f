// One life of the real engine: a process over a data folder that outlives it, from its start to whatever ends it.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { LogTail } from "../../protocol/harness/log-tail.ts";
import { waitUntil } from "../../protocol/harness/wait-until.ts";

const COMMAND = fileURLToPath(new URL("../../../packages/cli/bin/everstep.js", import.meta.url));
const START_TIMEOUT_MS = 100_000;

export interface Keys {
  /** Hex, without prefix. */
  readonly signingKey: string;
  readonly eventKey: string;
}

export interface LifeOptions {
  readonly dataDir: string;
  /** Working folder and HOME: shared, so that Node's compile cache serves every life, and apart from the data. */
  readonly home: string;
  readonly port: number;
  readonly appUrls: readonly string[];
  readonly keys: Keys;
  /** `<name>:<n>`, see packages/store-sqlite/src/failpoints.ts. */
  readonly failAt?: string;
  readonly args?: readonly string[];
  /**
   * Largest size of any file that this process may write, in KiB; beyond it writes fail, as on a full disk. A soft limit:
   * prlimit can lift it.
   */
  readonly fileSizeMaxKib?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class EngineLife {
  readonly log: LogTail;
  readonly exited: Promise<Exit>;
  readonly #url: string;
  readonly #child: ChildProcess;

  constructor(options: LifeOptions) {
    this.#url = `http://127.0.0.1:${options.port}`;
    const [program, args] = commandLine(options);
    this.#child = spawn(program, args, {
      cwd: options.home,
      // Nothing of the developer's own settings may reach the engine under test.
      env: {
        PATH: process.env["PATH"],
        HOME: options.home,
        ...(options.failAt === undefined ? {} : { EVERSTEP_FAIL_AT: options.failAt }),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.log = new LogTail([this.#child.stdout, this.#child.stderr]);
    this.exited = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      // `close` and not `exit`: the last lines of the log have then been read.
      this.#child.once("close", (code, signal) => resolve({ code, signal }));
    });
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error("the engine could not be spawned");
    return pid;
  }

  get isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves with whether the engine came to be healthy before it ended. */
  ready(): Promise<boolean> {
    return waitUntil(
      async () => {
        if (this.isOver) return false;
        try {
          const response = await fetch(`${this.#url}/health`);
          await response.body?.cancel();
          return response.status === 200 ? true : undefined;
        } catch {
          return undefined;
        }
      },
      {
        what: "the engine to be healthy",
        timeoutMs: START_TIMEOUT_MS,
        explain: () => this.log.last(60),
      },
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with how the engine ended. @throws when it still runs after `timeoutMs`; it is killed then. */
  async ended(timeoutMs: number): Promise<Exit> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      this.signal("SIGKILL");
      late.reject(new Error(`the engine runs on after ${timeoutMs} ms\n${this.log.last(60)}`));
    }, timeoutMs);
    try {
      return await Promise.race([this.exited, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function commandLine(options: LifeOptions): [program: string, args: string[]] {
  const { dataDir, port, keys, appUrls, fileSizeMaxKib } = options;
  const args = [COMMAND, "start", "--host", "127.0.0.1", "--port", String(port)];
  args.push("--sqlite-dir", dataDir, "--retry-interval", "1", "--poll-interval", "1");
  args.push("--signing-key", keys.signingKey, "--event-key", keys.eventKey);
  args.push(...appUrls.flatMap((url) => ["--sdk-url", url]), ...(options.args ?? []));
  if (fileSizeMaxKib === undefined) return [process.execPath, args];
  const shell = `ulimit -S -f ${fileSizeMaxKib} && exec "$0" "$@"`;
  return ["/bin/bash", ["-c", shell, process.execPath, ...args]];
}
