// Runs the real `everstep dev` or `everstep start` as a child process: started on a port, awaited by /health, ended by
// SIGTERM, which must drain and exit 0.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { COMPILE_CACHE } from "./compile-cache.ts";
import { LogTail } from "./log-tail.ts";
import { waitUntil } from "./wait-until.ts";

const COMMAND = fileURLToPath(new URL("../../../packages/cli/bin/everstep.js", import.meta.url));
// Much more than a start or a stop takes, for machines that run other suites at the same time.
const START_TIMEOUT_MS = 100_000;
const STOP_TIMEOUT_MS = 60_000;

export interface EngineProcessOptions {
  readonly command: "dev" | "start";
  readonly port: number;
  readonly args?: readonly string[];
}

export class EngineProcess {
  readonly baseUrl: string;
  readonly log: LogTail;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(options: EngineProcessOptions, directory: string) {
    this.baseUrl = `http://127.0.0.1:${options.port}`;
    this.#directory = directory;
    const port = ["--port", String(options.port), "--host", "127.0.0.1"];
    this.#child = spawn(
      process.execPath,
      [COMMAND, options.command, ...port, ...(options.args ?? [])],
      {
        cwd: directory,
        // Nothing of the developer's own settings may reach the engine under test.
        env: { PATH: process.env["PATH"], HOME: directory, ...COMPILE_CACHE },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    this.log = new LogTail([this.#child.stdout, this.#child.stderr]);
  }

  /** Starts and waits until /health answers 200. */
  static async start(options: EngineProcessOptions): Promise<EngineProcess> {
    const directory = await mkdtemp(join(tmpdir(), "everstep-protocol-"));
    const engine = new EngineProcess(options, directory);
    try {
      await engine.#ready();
    } catch (error) {
      await engine.#end("SIGKILL");
      throw error;
    }
    return engine;
  }

  /** Ends by SIGTERM. @throws when it does not end in time, or not with exit code 0. */
  async stop(): Promise<void> {
    const code = await this.#end("SIGTERM");
    if (code !== 0) {
      throw new Error(`SIGTERM: exit code ${code}, expected 0\n${this.log.last(60)}`);
    }
  }

  async #ready(): Promise<void> {
    await waitUntil(
      async () => {
        if (this.#child.exitCode !== null) {
          throw new Error(`the engine ended with ${this.#child.exitCode}\n${this.log.last(60)}`);
        }
        try {
          const response = await fetch(`${this.baseUrl}/health`);
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

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, "exit");
      this.#child.kill(signal);
      const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    }
    await rm(this.#directory, { recursive: true, force: true });
    return this.#child.exitCode;
  }
}
