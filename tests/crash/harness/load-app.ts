// Runs one app of the load as a child process that outlives the engine.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LogTail } from "../../protocol/harness/log-tail.ts";
import { waitUntil } from "../../protocol/harness/wait-until.ts";
import type { JournalRecord } from "../apps/journal.ts";
import type { AppSettings, FromApp, Mood, ToApp } from "../apps/messages.ts";
import type { Keys } from "./engine-life.ts";

const APP_FILES = {
  3: new URL("../apps/app-v3.ts", import.meta.url),
  4: new URL("../apps/app-v4.ts", import.meta.url),
} as const;

const ALIAS_FILE = new URL("../../protocol/harness/alias-everstep.ts", import.meta.url);

export interface LoadAppOptions {
  readonly version: 3 | 4;
  /** Runs the app on our SDK under the official one's name. */
  readonly isOurs: boolean;
  readonly enginePort: number;
  readonly keys: Keys;
  /** Where the journal goes. */
  readonly directory: string;
}

export class LoadApp {
  readonly version: 3 | 4;
  readonly appId: string;
  readonly log: LogTail;
  readonly #child: ChildProcess;
  readonly #journalPath: string;
  #port = 0;
  #isOpen = false;
  #misbehaved = 0;

  private constructor(options: LoadAppOptions) {
    this.version = options.version;
    this.appId = `load-v${options.version}`;
    this.#journalPath = join(options.directory, `${this.appId}.jsonl`);
    const settings: AppSettings = { appId: this.appId, journalPath: this.#journalPath };
    const alias = options.isOurs ? ["--import", ALIAS_FILE.href] : [];
    this.#child = spawn(process.execPath, [...alias, APP_FILES[options.version].pathname], {
      env: {
        PATH: process.env["PATH"],
        TEST_APP_SETTINGS: JSON.stringify(settings),
        INNGEST_DEV: "0",
        INNGEST_BASE_URL: `http://127.0.0.1:${options.enginePort}`,
        INNGEST_SIGNING_KEY: `signkey-test-${options.keys.signingKey}`,
        INNGEST_EVENT_KEY: options.keys.eventKey,
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.log = new LogTail([this.#child.stdout, this.#child.stderr]);
    this.#child.on("message", (message: FromApp) => this.#receive(message));
  }

  static async start(options: LoadAppOptions): Promise<LoadApp> {
    const app = new LoadApp(options);
    await app.#until("to listen", () => app.#isOpen);
    return app;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/api/inngest`;
  }

  tell(message: ToApp): void {
    this.#child.send(message);
  }

  /** Puts the app out of reach, or back on its port. */
  async setReachable(open: boolean): Promise<void> {
    this.tell({ kind: "port", open });
    await this.#until(open ? "to listen again" : "to close its port", () => this.#isOpen === open);
  }

  /** Has the app answer calls wrongly until `count` calls have met that. */
  async misbehave(mood: Mood, count: number): Promise<void> {
    const target = this.#misbehaved + count;
    this.tell({ kind: "mood", mood });
    await this.#until(`to answer ${count} calls ${mood}`, () => this.#misbehaved >= target);
  }

  journal(): JournalRecord[] {
    const lines = readFileSync(this.#journalPath, "utf8").split("\n");
    return lines.slice(0, -1).map((line) => JSON.parse(line) as JournalRecord);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }

  #receive(message: FromApp): void {
    if (message.kind === "listening") this.#port = message.port;
    if (message.kind === "misbehaved") this.#misbehaved += 1;
    else this.#isOpen = message.kind === "listening";
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    await waitUntil(
      async () => {
        if (this.#child.exitCode !== null) throw new Error(`the app ended\n${this.log.last(40)}`);
        return isSo() ? true : undefined;
      },
      { what: `app ${this.appId} ${what}`, timeoutMs: 100_000, explain: () => this.log.last(40) },
    );
  }
}
