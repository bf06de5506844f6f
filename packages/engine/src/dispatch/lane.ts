// A lane: the ready calls of one function whose runs share every flow-control key, so that what holds one of them back holds
// the next one back too. Starts of runs wait apart from later calls, because only they are throttled.
import type { Timer } from "@everstep/core";
import { createTimerWindow, FIRST_PLACE, type TimerWindow } from "../timers/timer-window.ts";
import type { CallNeeds } from "./call-needs.ts";

export interface Lane {
  readonly key: string;
  readonly functionId: string;
  readonly starts: TimerWindow;
  readonly later: TimerWindow;
  /** Its place among the function's lanes (start-time fair queueing): each call served moves it one turn on. */
  turn: number;
  /** Waits for its turn. Else it is empty, waits for a read, or for what its first calls lack. */
  isReady: boolean;
  /** Pages of its windows that are being read. */
  readonly loading: Set<TimerWindow>;
  /** What its calls need, as long as the function's rules are these. */
  needs: { readonly start: CallNeeds; readonly later: CallNeeds } | undefined;
}

export interface LaneOptions {
  readonly key: string;
  readonly functionId: string;
  /** Nothing of this lane is on disk that is not about to be added. */
  readonly isKnown: boolean;
  /** Calls that one of its windows may hold. */
  readonly heldMax: () => number;
}

export function createLane({ key, functionId, isKnown, heldMax }: LaneOptions): Lane {
  const open = (): TimerWindow =>
    createTimerWindow({
      orderOf: (timer: Timer) => ({ key: timer.orderKey, id: timer.id }),
      countMax: heldMax,
      ...(isKnown ? {} : { startAfter: FIRST_PLACE }),
    });
  return {
    key,
    functionId,
    starts: open(),
    later: open(),
    turn: 0,
    isReady: false,
    loading: new Set(),
    needs: undefined,
  };
}

export function windowOf(lane: Lane, timer: Timer): TimerWindow {
  return timer.isStart === true ? lane.starts : lane.later;
}

/** Nothing in memory and nothing on disk. */
export function isDrained({ starts, later }: Lane): boolean {
  return isEmpty(starts) && isEmpty(later);
}

export function isEmpty(window: TimerWindow): boolean {
  return window.size === 0 && window.frontier === undefined;
}

/** The windows of the lane, the one whose first call is older first. */
export function inOrder({ starts, later }: Lane): readonly [TimerWindow, TimerWindow] {
  const start = starts.peek();
  const next = later.peek();
  if (start === undefined || next === undefined) {
    return start === undefined ? [later, starts] : [starts, later];
  }
  const isStartFirst =
    start.orderKey < next.orderKey || (start.orderKey === next.orderKey && start.id < next.id);
  return isStartFirst ? [starts, later] : [later, starts];
}
