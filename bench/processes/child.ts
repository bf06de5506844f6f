// A child process of the benchmark: what it reports over IPC is kept until somebody takes it, what it prints is kept for the
// message of an error. No child outlives the process that started it.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import type { ChildMessage, ExpectMessage, GateMessage, StubJob } from "../messages.ts";

const LOG_CHARS_KEPT = 20_000;
const STOP_TIMEOUT_MS = 15_000;
/** Longest wait for a single report unless told. */
const REPORT_TIMEOUT_MS = 600_000;

export interface ChildOptions {
  /** For messages: "engine", "app v3". */
  readonly name: string;
  /** Node's own flags, the script and its arguments. */
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly hasChannel: boolean;
}

interface Waiter {
  readonly look: () => boolean;
  readonly fail: (reason: string) => void;
}

const alive = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

export class Child {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #inbox: ChildMessage[] = [];
  readonly #waiters = new Set<Waiter>();
  #log = "";

  constructor(options: ChildOptions) {
    this.#name = options.name;
    const child = spawn(process.execPath, options.argv, {
      cwd: options.cwd,
      // Nothing of the developer's own settings may reach what is measured.
      env: { PATH: process.env["PATH"], ...options.env },
      stdio: ["ignore", "pipe", "pipe", ...(options.hasChannel ? (["ipc"] as const) : [])],
    });
    this.#process = child;
    alive.add(child);
    this.#keepLog(child.stdout);
    this.#keepLog(child.stderr);
    child.on("message", (message) => {
      this.#inbox.push(message as ChildMessage);
      this.#look();
    });
    child.on("exit", (code, signal) => {
      alive.delete(child);
      for (const waiter of this.#waiters) waiter.fail(`it ended (${code ?? signal})`);
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  get log(): string {
    return this.#log;
  }

  send(message: ExpectMessage | GateMessage | StubJob): void {
    this.#process.send?.(message);
  }

  /** Takes the first report that `pick` recognises, now or later. @throws when the child ends or the time is over. */
  take<T>(
    pick: (message: ChildMessage) => T | undefined,
    what: string,
    timeoutMs: number = REPORT_TIMEOUT_MS,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): boolean => {
        for (const [index, message] of this.#inbox.entries()) {
          const found = pick(message);
          if (found === undefined) continue;
          this.#inbox.splice(index, 1);
          finish();
          resolve(found);
          return true;
        }
        return false;
      };
      const fail = (reason: string): void => {
        finish();
        reject(new Error(`${this.#name}: ${reason} before ${what}\n${this.#log}`));
      };
      const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
      const waiter: Waiter = { look, fail };
      const finish = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      if (this.hasEnded) fail("it has ended");
      else if (!look()) this.#waiters.add(waiter);
    });
  }

  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (this.hasEnded) return;
    const exited = once(this.#process, "exit");
    this.#process.kill(signal);
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }

  #look(): void {
    for (const waiter of this.#waiters) waiter.look();
  }

  #keepLog(stream: Readable | null): void {
    stream?.setEncoding("utf8");
    stream?.on("data", (chunk: string) => {
      this.#log = (this.#log + chunk).slice(-LOG_CHARS_KEPT);
    });
  }
}

export function pickListening(message: ChildMessage): number | undefined {
  return message.kind === "listening" ? message.port : undefined;
}
