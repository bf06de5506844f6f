// Watches the timers that wait for their time: holds the next ones in memory and fires each once it is due, never early.
import type { Store, Timer, TimerKind } from "@everstep/core";
import type { Clock, Log } from "../ports.ts";
import { createTimerWindow, type TimerWindow } from "./timer-window.ts";

/** Timers held before later ones are left on disk, and how many are loaded or fired at a time. */
const HELD_MAX = 10_000;
const PAGE = 1_000;

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
  const { store, clock, log } = options;
  let window: TimerWindow | undefined;
  let cancelWake: (() => void) | undefined;
  let wakeAtMs = Number.POSITIVE_INFINITY;
  let pending = 0;
  let isLoading = false;
  let isStopped = false;

  const load = async (): Promise<void> => {
    const after = window?.frontier;
    if (window === undefined || after === undefined || isLoading) return;
    isLoading = true;
    window.beginLoad();
    try {
      const page = await store.listTimers({
        kinds: options.kinds,
        dueAtMsMax: Number.MAX_SAFE_INTEGER,
        after: { key: after.key, id: after.id },
        limit: PAGE,
      });
      window.take(page, page.length < PAGE);
    } catch (error) {
      window.abortLoad();
      throw error;
    } finally {
      isLoading = false;
    }
  };

  const fire = (): void => {
    if (window === undefined || isStopped) return;
    const nowMs = clock.nowMs();
    // Bounded, so that a million timers due at once are decided page by page.
    while (pending < PAGE) {
      const next = window.peek();
      if (next === undefined || next.dueAtMs > nowMs) break;
      window.pop();
      pending += 1;
      options.onDue(next, () => {
        pending -= 1;
        if (pending === 0) schedule(clock.nowMs());
      });
    }
    if (window.frontier !== undefined && window.size < PAGE) {
      load().then(fire, (error: unknown) => {
        log({
          level: "error",
          message: "Timers could not be loaded.",
          fields: { error: String(error) },
        });
        schedule(clock.nowMs() + 1_000);
      });
      return;
    }
    const next = window.peek();
    if (next !== undefined && pending < PAGE) schedule(next.dueAtMs);
  };

  const schedule = (atMs: number): void => {
    if (isStopped || atMs >= wakeAtMs) return;
    cancelWake?.();
    wakeAtMs = atMs;
    cancelWake = clock.at(atMs, () => {
      wakeAtMs = Number.POSITIVE_INFINITY;
      fire();
    });
  };

  return {
    async start() {
      window = createTimerWindow({
        orderOf,
        countMax: HELD_MAX,
        startAfter: { key: options.afterMs, id: Number.MAX_SAFE_INTEGER },
      });
      await load();
      fire();
    },
    add(timer) {
      if (window === undefined) return;
      window.add(timer);
      schedule(timer.dueAtMs);
    },
    stop() {
      isStopped = true;
      cancelWake?.();
    },
  };
}
