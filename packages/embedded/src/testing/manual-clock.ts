// A clock that only a test moves, and waiting for what happens without time: rounds of the task queue.
import type { Clock } from "@everstep/engine";

export interface ManualClock extends Clock {
  /** Fires what is due on the way, in its order. */
  advance(ms: number): void;
}

const START_MS = 1_790_000_000_000;
/** Enough for thousands of steps in memory; a condition that is not met by then never will be. */
const ROUNDS_MAX = 20_000;

export function createManualClock(startMs: number = START_MS): ManualClock {
  let nowMs = startMs;
  const alarms = new Set<{ readonly atMs: number; readonly fire: () => void }>();
  const fireDue = (): boolean => {
    const due = [...alarms].toSorted((a, b) => a.atMs - b.atMs).find(({ atMs }) => atMs <= nowMs);
    if (due === undefined) return false;
    alarms.delete(due);
    due.fire();
    return true;
  };
  return {
    nowMs: () => nowMs,
    at(atMs, fire) {
      const alarm = { atMs, fire };
      alarms.add(alarm);
      // Never within the call that sets it, as a real timer.
      if (atMs <= nowMs) setImmediate(() => void (alarms.delete(alarm) && fire()));
      return () => alarms.delete(alarm);
    },
    advance(ms) {
      nowMs += ms;
      while (fireDue());
    },
  };
}

/** Waits until a condition holds. @throws Error naming it when it never does. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if (await holds()) return;
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
  throw new Error(`This never came about: ${what}`);
}
