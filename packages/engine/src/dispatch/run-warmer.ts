// Loads the runs of calls that could go out, many at a time; their lanes wait for them.
import type { Timer } from "@everstep/core";
import type { RunCache } from "../partition/run-cache.ts";
import { windowOf, type Lane } from "./lane.ts";

export interface RunWarmerOptions {
  readonly cache: RunCache;
  readonly resume: (lane: Lane) => void;
  readonly onError: (message: string, error: unknown, retry: () => void) => void;
  readonly wake: () => void;
}

interface Wanted {
  readonly lane: Lane;
  readonly timer: Timer;
}

export class RunWarmer {
  readonly #options: RunWarmerOptions;
  #wanted = new Map<string, Wanted>();

  constructor(options: RunWarmerOptions) {
    this.#options = options;
  }

  /** Runs that wait to be loaded. */
  get wantedCount(): number {
    return this.#wanted.size;
  }

  want(lane: Lane, timer: Timer): void {
    this.#wanted.set(timer.runId ?? "", { lane, timer });
  }

  /** Begins to load what is wanted. */
  load(): void {
    if (this.#wanted.size === 0) return;
    const wanted = this.#wanted;
    this.#wanted = new Map();
    this.#take(wanted).catch((error: unknown) => {
      const retry = (): void => this.#resume(wanted);
      this.#options.onError("Runs could not be loaded for their calls.", error, retry);
    });
  }

  async #take(wanted: ReadonlyMap<string, Wanted>): Promise<void> {
    const { cache, wake } = this.#options;
    await cache.load([...wanted.keys()]);
    for (const [runId, { lane, timer }] of wanted) {
      if (cache.peek(runId) !== undefined) continue;
      // A timer whose run is gone has nothing to call.
      const window = windowOf(lane, timer);
      if (window.peek()?.id === timer.id) window.pop();
    }
    this.#resume(wanted);
    wake();
  }

  #resume(wanted: ReadonlyMap<string, Wanted>): void {
    for (const { lane } of wanted.values()) this.#options.resume(lane);
  }
}
