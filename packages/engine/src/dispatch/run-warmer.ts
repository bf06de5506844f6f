// Loads the runs of calls that could go out, many at a time; their lanes wait for them. Runs that come next in a lane are
// loaded with them, or each call of a lane would cost a read and a wait of its own.
import type { Timer } from "@everstep/core";
import type { RunCache } from "../partition/run-cache.ts";
import type { TimerWindow } from "../timers/timer-window.ts";
import { windowOf, type Lane } from "./lane.ts";

/** Runs that are loaded at a time. */
const WARM_MAX = 256;

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
  readonly #ahead = new Set<string>();

  constructor(options: RunWarmerOptions) {
    this.#options = options;
  }

  /** Runs that wait to be loaded. */
  get wantedCount(): number {
    return this.#wanted.size;
  }

  /** As much waits as should be loaded at a time. */
  get isBusy(): boolean {
    return this.#wanted.size >= WARM_MAX;
  }

  /** The lane waits for the run of its next call. */
  want(lane: Lane, timer: Timer): void {
    this.#wanted.set(timer.runId ?? "", { lane, timer });
  }

  /** The runs of the window's next calls are loaded along, as far as there is place. */
  lookAhead(window: TimerWindow, count: number): void {
    const { cache } = this.#options;
    for (const { runId = "" } of window.head(count)) {
      if (this.#ahead.size >= WARM_MAX) return;
      if (cache.peek(runId) === undefined) this.#ahead.add(runId);
    }
  }

  /** Begins to load what is wanted. */
  load(): void {
    if (this.#wanted.size === 0) return;
    const wanted = this.#wanted;
    this.#wanted = new Map();
    const runIds = [...new Set([...wanted.keys(), ...this.#ahead])];
    this.#ahead.clear();
    this.#take(wanted, runIds).catch((error: unknown) => {
      const retry = (): void => this.#resume(wanted);
      this.#options.onError("Runs could not be loaded for their calls.", error, retry);
    });
  }

  async #take(wanted: ReadonlyMap<string, Wanted>, runIds: readonly string[]): Promise<void> {
    const { cache, wake } = this.#options;
    await cache.load(runIds);
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
