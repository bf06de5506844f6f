// History whose reads of many rows run in a thread of their own, so that nobody's question holds up the engine's loop. Reads of
// single rows stay on the calling thread, where they cost less than a message. One call is out at a time; the same question asked
// by many who wait is read once. A call is handed over after it was made, so it sees every commit that had resolved by then.
import { Worker } from "node:worker_threads";
import type { History } from "@everstep/core";
import { EverstepError } from "@everstep/protocol";

/** Their cost grows with what is stored. */
const OFFLOADED = [
  "listEvents",
  "countEvents",
  "listRuns",
  "countRuns",
  "countRunsBySlice",
  "countRunsByStatus",
  "summarizeEndedRuns",
  "summarizeLiveRuns",
  "listFailureGroups",
  "listFailedRuns",
  "countFailedRuns",
  "listLastFailures",
  "countEventNames",
] as const satisfies readonly (keyof History)[];
type Offloaded = (typeof OFFLOADED)[number];

export interface HistoryCall {
  readonly method: Offloaded;
  readonly args: readonly unknown[];
}

/** "ready" once; then one for each call, in order. Errors lose their class between threads. */
export type HistoryReply = "ready" | { readonly value: unknown } | { readonly error: string };

export interface ThreadHistory {
  readonly history: History;
  /** Calls that wait are refused. */
  readonly close: () => Promise<void>;
}

interface Waiting {
  readonly key: string;
  readonly call: HistoryCall;
  readonly answers: {
    readonly resolve: (value: unknown) => void;
    readonly reject: (error: Error) => void;
  }[];
}

/** @param local Answers while the thread starts, which the first call asks for, and what is not offloaded. */
export function createThreadHistory(path: string, local: History): ThreadHistory {
  const thread = new ReadingThread(path);
  const offloaded = OFFLOADED.map((method) => [
    method,
    (...args: readonly unknown[]): unknown => {
      if (thread.isReady()) return thread.ask({ method, args });
      return (local[method] as (...given: readonly unknown[]) => unknown)(...args);
    },
  ]);
  return {
    history: { ...local, ...(Object.fromEntries(offloaded) as Pick<History, Offloaded>) },
    close: () => thread.close(),
  };
}

class ReadingThread {
  readonly #path: string;
  #worker: Worker | undefined;
  #isReady = false;
  #isClosed = false;
  #out: Waiting | undefined;
  readonly #queue: Waiting[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** Starts the thread when there is none. */
  isReady(): boolean {
    if (this.#worker === undefined && !this.#isClosed) this.#start();
    return this.#isReady;
  }

  ask(call: HistoryCall): Promise<unknown> {
    const key = JSON.stringify([call.method, call.args]);
    return new Promise((resolve, reject) => {
      // The one that is out may have begun to read before a commit that this caller knows of.
      const same = this.#queue.find((each) => each.key === key);
      if (same === undefined) this.#queue.push({ key, call, answers: [{ resolve, reject }] });
      else same.answers.push({ resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#refuse();
    await this.#worker?.terminate();
  }

  #start(): void {
    // No inherited flags: the parent may run under a test runner whose loaders do not belong into this thread.
    const worker = new Worker(new URL("./history-thread.ts", import.meta.url), {
      workerData: this.#path,
      execArgv: [],
    });
    this.#worker = worker;
    worker.on("message", (reply: HistoryReply) => this.#take(reply));
    // Without the thread the calling thread reads; the next call starts another one.
    worker.on("error", () => undefined);
    worker.once("exit", () => {
      this.#worker = undefined;
      this.#refuse();
    });
    worker.unref();
  }

  #take(reply: HistoryReply): void {
    if (reply === "ready") {
      this.#isReady = true;
      return;
    }
    const done = this.#out;
    this.#out = undefined;
    this.#worker?.unref();
    for (const { resolve, reject } of done?.answers ?? []) {
      if ("error" in reply) reject(new Error(reply.error));
      else resolve(reply.value);
    }
    this.#next();
  }

  #next(): void {
    if (this.#out !== undefined) return;
    this.#out = this.#queue.shift();
    if (this.#out === undefined) return;
    // An idle thread keeps no process alive; a call that is out does.
    this.#worker?.ref();
    this.#worker?.postMessage(this.#out.call);
  }

  #refuse(): void {
    this.#isReady = false;
    const error = new EverstepError(
      "store_unavailable",
      `Reading "${this.#path}" was broken off. Ask again.`,
    );
    const waiting = [...(this.#out === undefined ? [] : [this.#out]), ...this.#queue.splice(0)];
    this.#out = undefined;
    for (const { answers } of waiting) for (const { reject } of answers) reject(error);
  }
}
