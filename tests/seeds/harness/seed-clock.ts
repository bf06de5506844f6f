// Time of a seed world: it begins at a fixed moment and goes on as the machine's does, plus what the test has skipped. One
// offset for the engine's clock and, once installed, for `Date` and long timers of the app, so that both sides agree on what
// time it is after a jump of seven days.
import type { Clock } from "@everstep/engine";

export interface SeedClock extends Clock {
  /** When the next alarm of the engine is due; undefined when none is set. */
  nextAlarmAtMs(): number | undefined;
  /** Skips time and fires what has become due, in order. */
  advance(ms: number): void;
  /** Makes `Date` and timers of 10 s and more follow this clock. Returns what undoes it. */
  install(): () => void;
}

interface Alarm {
  readonly atMs: number;
  readonly fire: () => void;
  handle: NodeJS.Timeout | undefined;
}

/** Shorter timers are pauses of sockets and tests, which no jump may cut short. */
const LONG_TIMER_MS = 10_000;
/** setTimeout takes at most 2^31 - 1 ms. */
const TIMEOUT_MS_MAX = 2_000_000_000;

/** No cron of the samples is due soon: a test that began just before nine o'clock saw the tick of a day in an hour's time. */
const STARTS_AT_MS = Date.UTC(2026, 8, 16, 12, 30);

const RealDate = Date;
const realSetTimeout = setTimeout;
const realClearTimeout = clearTimeout;

export function createSeedClock(): SeedClock {
  let offsetMs = STARTS_AT_MS - RealDate.now();
  const alarms = new Set<Alarm>();
  const appTimers = new Set<Alarm>();
  const nowMs = (): number => RealDate.now() + offsetMs;

  const arm = (alarm: Alarm, among: Set<Alarm>): void => {
    const delayMs = Math.min(Math.max(alarm.atMs - nowMs(), 0), TIMEOUT_MS_MAX);
    alarm.handle = realSetTimeout(() => {
      // Node fires up to a millisecond early, and far alarms take several turns.
      if (nowMs() < alarm.atMs) arm(alarm, among);
      else if (among.delete(alarm)) alarm.fire();
    }, delayMs);
  };
  const add = (among: Set<Alarm>, atMs: number, fire: () => void): Alarm => {
    const alarm: Alarm = { atMs, fire, handle: undefined };
    among.add(alarm);
    arm(alarm, among);
    return alarm;
  };
  const cancel = (among: Set<Alarm>, alarm: Alarm): boolean => {
    realClearTimeout(alarm.handle);
    return among.delete(alarm);
  };
  const fireDue = (among: Set<Alarm>): void => {
    for (const alarm of [...among].toSorted((left, right) => left.atMs - right.atMs)) {
      if (alarm.atMs <= nowMs() && cancel(among, alarm)) alarm.fire();
    }
  };

  return {
    nowMs,
    at(atMs, fire) {
      const alarm = add(alarms, atMs, fire);
      return () => cancel(alarms, alarm);
    },
    nextAlarmAtMs: () =>
      alarms.size === 0 ? undefined : Math.min(...[...alarms].map(({ atMs }) => atMs)),
    advance(ms) {
      offsetMs += ms;
      fireDue(appTimers);
      fireDue(alarms);
    },
    install() {
      const uninstallDate = installDate(nowMs);
      const uninstallTimers = installTimers({
        start: (ms, fire) => add(appTimers, nowMs() + ms, fire),
        stop: (alarm) => cancel(appTimers, alarm),
      });
      return () => {
        uninstallDate();
        uninstallTimers();
        for (const alarm of [...appTimers, ...alarms]) realClearTimeout(alarm.handle);
      };
    },
  };
}

/** A `Date` that reads the given clock; dates made before and after are instances of it alike. */
function installDate(nowMs: () => number): () => void {
  class SeedDate extends RealDate {
    constructor(...given: unknown[]) {
      if (given.length === 0) super(nowMs());
      else super(...(given as ConstructorParameters<typeof Date>));
    }

    static override now(): number {
      return nowMs();
    }

    static override [Symbol.hasInstance](value: unknown): boolean {
      return Object.prototype.toString.call(value) === "[object Date]";
    }
  }
  globalThis.Date = SeedDate as DateConstructor;
  return () => {
    globalThis.Date = RealDate;
  };
}

function installTimers(long: {
  readonly start: (ms: number, fire: () => void) => Alarm;
  readonly stop: (alarm: Alarm) => boolean;
}): () => void {
  const byHandle = new WeakMap<object, Alarm>();
  const start = (fire: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): unknown => {
    if (ms < LONG_TIMER_MS || ms > TIMEOUT_MS_MAX) return realSetTimeout(fire, ms, ...args);
    const alarm = long.start(ms, () => fire(...args));
    // The handle of the real timer underneath: `unref()` and the like work on it.
    const handle = alarm.handle as NodeJS.Timeout;
    byHandle.set(handle, alarm);
    return handle;
  };
  const stop = (handle?: unknown): void => {
    const alarm = typeof handle === "object" && handle !== null ? byHandle.get(handle) : undefined;
    if (alarm === undefined) realClearTimeout(handle as NodeJS.Timeout);
    else long.stop(alarm);
  };
  globalThis.setTimeout = Object.assign(start, realSetTimeout);
  globalThis.clearTimeout = stop;
  return () => {
    globalThis.setTimeout = realSetTimeout;
    globalThis.clearTimeout = realClearTimeout;
  };
}
