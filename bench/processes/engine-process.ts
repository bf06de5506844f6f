// The engine as a user runs it: `everstep start` on a SQLite file, in a process of its own. It can be stopped and started
// again on the same folder and port.
import { mkdirSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sharedNowMs } from "../clock.ts";
import { Child } from "./child.ts";
import { EVENT_KEY, SIGNING_KEY } from "./keys.ts";

const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/everstep.js", import.meta.url));
const START_TIMEOUT_MS = 60_000;
const HEALTH_PAUSE_MS = 2;
const COUNT_TIMEOUT_MS = 60_000;
const COUNT_PAUSE_MS = 50;

export interface EngineOptions {
  /** Folder of its data; everything it writes stays below. */
  readonly directory: string;
  readonly port: number;
  /** Writes a CPU profile of every process life into this folder. */
  readonly profileDirectory?: string | undefined;
}

export class EngineProcess {
  readonly options: EngineOptions;
  #child: Child | undefined;

  constructor(options: EngineOptions) {
    this.options = options;
  }

  get url(): string {
    return `http://127.0.0.1:${this.options.port}`;
  }

  get pid(): number {
    if (this.#child === undefined) throw new Error("engine: it does not run");
    return this.#child.pid;
  }

  /** The file that `everstep start` keeps in its folder. */
  get databasePath(): string {
    return join(this.options.directory, "main.db");
  }

  /** @returns ms from the start of the process to the first 200 of /health. */
  async start(): Promise<number> {
    const { directory, port, profileDirectory } = this.options;
    mkdirSync(directory, { recursive: true });
    const profile =
      profileDirectory === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`];
    const place = ["--host", "127.0.0.1", "--port", String(port), "--sqlite-dir", directory];
    const keys = ["--signing-key", SIGNING_KEY, "--event-key", EVENT_KEY];
    const startedAtMs = sharedNowMs();
    const child = new Child({
      name: "engine",
      argv: [...profile, COMMAND, "start", ...place, ...keys],
      cwd: directory,
      // The compile cache of earlier starts is used, as it is on a real machine.
      env: { HOME: join(directory, "..") },
      hasChannel: false,
    });
    this.#child = child;
    while (!(await this.#isHealthy())) {
      if (child.hasEnded) throw new Error(`engine: it ended at its start\n${child.log}`);
      if (sharedNowMs() - startedAtMs > START_TIMEOUT_MS) {
        throw new Error(`engine: not healthy after ${START_TIMEOUT_MS} ms\n${child.log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, HEALTH_PAUSE_MS));
    }
    return sharedNowMs() - startedAtMs;
  }

  async stop(): Promise<void> {
    await this.#child?.stop("SIGTERM");
    this.#child = undefined;
  }

  /** Waits until this many runs of the store have completed. @throws when there are others, or too few in time. */
  async waitCompleted(count: number): Promise<void> {
    const endsAtMs = sharedNowMs() + COUNT_TIMEOUT_MS;
    for (;;) {
      const found = await this.countCompleted();
      if (found === count) return;
      if (found > count || sharedNowMs() > endsAtMs) {
        throw new Error(`engine: ${found} runs completed, expected ${count}\n${this.#child?.log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, COUNT_PAUSE_MS));
    }
  }

  async countCompleted(): Promise<number> {
    const query = `{ runs(filter: { from: "2000-01-01T00:00:00Z", status: [COMPLETED] }) { totalCount } }`;
    const response = await fetch(`${this.url}/v0/gql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${SIGNING_KEY}` },
      body: JSON.stringify({ query }),
    });
    const text = await response.text();
    const reply = JSON.parse(text) as { data?: { runs: { totalCount: number } } };
    if (reply.data == null) throw new Error(`engine: GraphQL answered ${response.status} ${text}`);
    return reply.data.runs.totalCount;
  }

  #isHealthy(): Promise<boolean> {
    return new Promise((resolve) => {
      const asked = request(`${this.url}/health`, { agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      asked.on("error", () => resolve(false));
      asked.end();
    });
  }
}
