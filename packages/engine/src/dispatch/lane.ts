// A lane: the ready calls of one function whose runs share every flow-control key, so that what holds one of them back holds
// the next one back too. Starts of runs wait apart from later calls, because only they are throttled.
import type { Timer } from "@everstep/core";
import {
  createTimerWindow,
  type TimerWindow,
  type TimerWindowOptions,
} from "../timers/timer-window.ts";
import type { CallNeeds } from "./call-needs.ts";

export interface Lane {
  readonly key: string;
  readonly functionId: string;
  readonly starts: TimerWindow;
  readonly later: TimerWindow;
  /** Its place among the function's lanes (start-time fair queueing): each call served moves it one turn on. */
  turn: number;
  /**
   * Waits for its turn, with starts alone or with what may be more. Undefined: it is empty, waits for a read, or for what its
   * first calls lack.
   */
  readyWith: "starts" | "any" | undefined;
  /**
   * All that it has waits for something that wakes it, so that another call of this kind changes nothing: any call, or only
   * starts, which alone are throttled and take a place for their whole run.
   */
  parked: "all" | "starts" | undefined;
  /** Had its turn and waits for a read. */
  isReading: boolean;
  /** The order key of its oldest call on disk when it was taken up from there. */
  firstOrderKey: number;
  /** What its calls need, as long as the function's rules are these. */
  needs: { readonly start: CallNeeds; readonly later: CallNeeds } | undefined;
}

export interface LaneOptions {
  readonly key: string;
  readonly functionId: string;
  /** The same objects for every lane. */
  readonly starts: TimerWindowOptions;
  readonly later: TimerWindowOptions;
}

export function createLane({ key, functionId, starts, later }: LaneOptions): Lane {
  return {
    key,
    functionId,
    starts: createTimerWindow(starts),
    later: createTimerWindow(later),
    turn: 0,
    readyWith: undefined,
    parked: undefined,
    isReading: false,
    firstOrderKey: 0,
    needs: undefined,
  };
}

export function isParkedFor(lane: Lane, timer: Timer): boolean {
  return lane.parked === "all" || (lane.parked === "starts" && timer.isStart === true);
}

export function isLoading({ starts, later }: Lane): boolean {
  return starts.isLoading || later.isLoading;
}

/** Has a lane that waits for others hold nothing in memory. */
export function forgetCalls(lane: Lane): void {
  for (const window of [lane.starts, lane.later]) if (!isEmpty(window)) window.forget();
  lane.needs = undefined;
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
