// Runs a test app as a child process and keeps what it reports: every call it answered, every note its code left.
// Waiting for a note or a call is event-driven.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type {
  AppMessage,
  AppSettings,
  ArrivalRecord,
  CallRecord,
  NoteRecord,
} from "../apps/messages.ts";
import { COMPILE_CACHE } from "./compile-cache.ts";
import { LogTail } from "./log-tail.ts";
import { WAIT_MAX_MS } from "./wait-until.ts";

const APP_FILES = {
  3: new URL("../apps/app-v3.ts", import.meta.url),
  4: new URL("../apps/app-v4.ts", import.meta.url),
} as const;

const ALIAS_FILE = new URL("./alias-everstep.ts", import.meta.url);

/** A world starts up to nine processes at once and loads an SDK in each: on half a core that took 40 s. */
const START_TIMEOUT_MS = 100_000;

export interface AppOptions extends AppSettings {
  /** Which app: each is written for one version of the official SDK. */
  readonly version: 3 | 4;
  /** Runs the app on our SDK under the official one's name. */
  readonly isOurs?: boolean;
  /** Where the SDK finds the engine; it runs in its dev mode unless `cloud` is given. */
  readonly engineUrl: string;
  readonly cloud?: { readonly signingKey: string; readonly eventKey: string };
  readonly env?: Readonly<Record<string, string>>;
}

export class AppProcess {
  readonly options: AppOptions;
  readonly notes: NoteRecord[] = [];
  readonly calls: CallRecord[] = [];
  readonly arrivals: ArrivalRecord[] = [];
  readonly log: LogTail;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #port = 0;

  private constructor(options: AppOptions) {
    this.options = options;
    const alias = options.isOurs === true ? ["--import", ALIAS_FILE.href] : [];
    this.#child = spawn(process.execPath, [...alias, APP_FILES[options.version].pathname], {
      env: appEnvironment(options),
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.log = new LogTail([this.#child.stdout, this.#child.stderr]);
    this.#child.on("message", (message: AppMessage) => this.#receive(message));
    this.#child.on("exit", () => this.#wake());
  }

  static async start(options: AppOptions): Promise<AppProcess> {
    const app = new AppProcess(options);
    await app.#waitFor(`app ${options.appId} to listen`, START_TIMEOUT_MS, () =>
      app.#port === 0 ? undefined : app.#port,
    );
    return app;
  }

  get appId(): string {
    return this.options.appId;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/api/inngest`;
  }

  openGate(gate: string): void {
    this.#child.send({ kind: "open", gate });
  }

  /** Values of the notes on a topic, oldest first. */
  noted(topic: string): unknown[] {
    return this.notes.filter((note) => note.topic === topic).map((note) => note.value);
  }

  waitNote(
    topic: string,
    matches: (value: unknown) => boolean = () => true,
    timeoutMs = WAIT_MAX_MS,
  ): Promise<NoteRecord> {
    return this.#waitFor(`note ${topic} of ${this.appId}`, timeoutMs, () =>
      this.notes.find((note) => note.topic === topic && matches(note.value)),
    );
  }

  waitNotes(
    topic: string,
    matches: (value: unknown) => boolean,
    count: number,
  ): Promise<NoteRecord[]> {
    return this.#waitFor(`${count} notes ${topic} of ${this.appId}`, WAIT_MAX_MS, () => {
      const found = this.notes.filter((note) => note.topic === topic && matches(note.value));
      return found.length >= count ? found : undefined;
    });
  }

  /**
   * The calls of one run in the order in which they arrived, once all that arrived have been answered. The engine may have
   * an answer, and the test know of it, before this process is told that it was given.
   */
  async callsOf(runId: string): Promise<CallRecord[]> {
    const answered = (): CallRecord[] =>
      this.calls.filter((call) => call.method === "POST" && call.ctx["run_id"] === runId);
    const calls = await this.#waitFor(
      `every call of run ${runId} to be answered`,
      WAIT_MAX_MS,
      () => {
        const arrived = this.arrivals.filter((arrival) => arrival.ctx["run_id"] === runId);
        const found = answered();
        return found.length >= arrived.length ? found : undefined;
      },
    );
    return calls.toSorted((one, other) => one.atMs - other.atMs);
  }

  /** Every request of this method that was answered, once there is one: pings and syncs are PUT. */
  waitCalls(method: string): Promise<CallRecord[]> {
    return this.#waitFor(`a ${method} that ${this.appId} answered`, WAIT_MAX_MS, () => {
      const found = this.calls.filter((call) => call.method === method);
      return found.length > 0 ? found : undefined;
    });
  }

  waitArrival(runId: string): Promise<ArrivalRecord> {
    return this.#waitFor(`a call of run ${runId}`, WAIT_MAX_MS, () =>
      this.arrivals.find((arrival) => arrival.ctx["run_id"] === runId),
    );
  }

  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGKILL"): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      return;
    }
    const exited = once(this.#child, "exit");
    this.#child.kill(signal);
    await exited;
  }

  #receive(message: AppMessage): void {
    switch (message.kind) {
      case "listening":
        this.#port = message.port;
        break;
      case "note":
        this.notes.push(message);
        break;
      case "arrival":
        this.arrivals.push(message);
        break;
      case "call":
        this.calls.push(message);
        break;
    }
    this.#wake();
  }

  #wake(): void {
    for (const watcher of this.#watchers) {
      watcher();
    }
  }

  #waitFor<T>(what: string, timeoutMs: number, look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        settle();
      };
      const watcher = (): void => {
        const found = look();
        if (found !== undefined) {
          finish(() => resolve(found));
        } else if (this.#child.exitCode !== null) {
          finish(() => reject(new Error(`app ended before ${what}\n${this.log.last(40)}`)));
        }
      };
      const timer = setTimeout(() => {
        finish(() => reject(new Error(`timed out: ${what}\n${this.log.last(40)}`)));
      }, timeoutMs);
      this.#watchers.add(watcher);
      watcher();
    });
  }
}

function appEnvironment(options: AppOptions): NodeJS.ProcessEnv {
  const settings: AppSettings = {
    appId: options.appId,
    functions: options.functions,
    ...(options.checkpointing === undefined ? {} : { checkpointing: options.checkpointing }),
    ...(options.streaming === undefined ? {} : { streaming: options.streaming }),
    ...(options.port === undefined ? {} : { port: options.port }),
  };
  const mode =
    options.cloud === undefined
      ? { INNGEST_DEV: options.engineUrl }
      : {
          INNGEST_DEV: "0",
          INNGEST_BASE_URL: options.engineUrl,
          INNGEST_SIGNING_KEY: options.cloud.signingKey,
          INNGEST_EVENT_KEY: options.cloud.eventKey,
        };
  return {
    PATH: process.env["PATH"],
    ...COMPILE_CACHE,
    TEST_APP_SETTINGS: JSON.stringify(settings),
    ...mode,
    ...options.env,
  };
}
