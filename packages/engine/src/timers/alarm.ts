// Watches the timers that wait for their time: holds the next ones in memory and fires each once it is due, never early.
import type { Store, Timer, TimerKind } from "@everstep/core";
import type { Clock, Log } from "../ports.ts";
import { createTimerWindow, type TimerWindow } from "./timer-window.ts";

/** Timers held before later ones are left on disk, and how many are loaded or fired at a time. */
const HELD_MAX = 10_000;
const PAGE = 1_000;
/** Pause after a page could not be loaded. */
const RELOAD_MS = 1_000;

export interface AlarmOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Kinds it watches. */
  readonly kinds: readonly TimerKind[];
  /** Timers due at or before this are somebody else's, epoch ms. */
  readonly afterMs: number;
  /** A timer has become due; `settled` is called once that was taken care of. */
  readonly onDue: (timer: Timer, settled: () => void) => void;
}

export interface Alarm {
  /** Loads what the last owner left. */
  start(): Promise<void>;
  add(timer: Timer): void;
  stop(): void;
}

const orderOf = (timer: Timer): { key: number; id: number } => ({
  key: timer.dueAtMs,
  id: timer.id,
});

export function createAlarm(options: AlarmOptions): Alarm {
  return new WindowedAlarm(options);
}

class WindowedAlarm implements Alarm {
  readonly #options: AlarmOptions;
  #window: TimerWindow | undefined;
  #cancelWake: (() => void) | undefined;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  /** Fired and not settled yet. */
  #pending = 0;
  #isLoading = false;
  #isStopped = false;

  constructor(options: AlarmOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#window = createTimerWindow({
      orderOf,
      countMax: () => HELD_MAX,
      startAfter: { key: this.#options.afterMs, id: Number.MAX_SAFE_INTEGER },
    });
    await this.#load(this.#window);
    this.#fire(this.#window);
  }

  add(timer: Timer): void {
    if (this.#window === undefined) return;
    this.#window.add(timer);
    this.#schedule(this.#window, timer.dueAtMs);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelWake?.();
  }

  async #load(window: TimerWindow): Promise<void> {
    const after = window.frontier;
    if (after === undefined) return;
    this.#isLoading = true;
    window.beginLoad();
    try {
      const page = await this.#options.store.listTimers({
        kinds: this.#options.kinds,
        dueAtMsMax: Number.MAX_SAFE_INTEGER,
        after: { key: after.key, id: after.id },
        limit: PAGE,
      });
      window.take(page, page.length < PAGE);
    } catch (error) {
      window.abortLoad();
      throw error;
    } finally {
      this.#isLoading = false;
    }
  }

  /** Bounded, so that a million timers due at once are decided page by page. */
  #fire(window: TimerWindow): void {
    if (this.#isStopped) return;
    const nowMs = this.#options.clock.nowMs();
    while (this.#pending < PAGE) {
      const next = window.peek();
      if (next === undefined || next.dueAtMs > nowMs) break;
      window.pop();
      this.#pending += 1;
      this.#options.onDue(next, () => this.#settle(window));
    }
    if (window.frontier !== undefined && window.size < PAGE) {
      this.#refill(window);
      return;
    }
    const next = window.peek();
    if (next !== undefined && this.#pending < PAGE) this.#schedule(window, next.dueAtMs);
  }

  #settle(window: TimerWindow): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#schedule(window, this.#options.clock.nowMs());
  }

  #refill(window: TimerWindow): void {
    // The load that is under way fires when it is done.
    if (this.#isLoading) return;
    const { clock, log } = this.#options;
    this.#load(window).then(
      () => this.#fire(window),
      (error: unknown) => {
        const fields = { error: String(error) };
        log({ level: "error", message: "Timers could not be loaded.", fields });
        this.#schedule(window, clock.nowMs() + RELOAD_MS);
      },
    );
  }

  #schedule(window: TimerWindow, atMs: number): void {
    if (this.#isStopped || atMs >= this.#wakeAtMs) return;
    this.#cancelWake?.();
    this.#wakeAtMs = atMs;
    this.#cancelWake = this.#options.clock.at(atMs, () => {
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      this.#fire(window);
    });
  }
}
