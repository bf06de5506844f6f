// The part of a long, ordered list of timers that is held in memory: everything up to a frontier. What lies behind the
// frontier is on disk only and is loaded when memory runs low, so a million timers cost rows, not memory.
import type { Timer } from "@everstep/core";
import { createHeap, type Keyed } from "./heap.ts";

export interface TimerWindowOptions {
  readonly orderOf: (timer: Timer) => Keyed;
  /** Timers held before new ones are left on disk; asked anew each time. */
  readonly countMax: () => number;
  /** Everything up to here is already known (exclusive start of the first load). Absent: nothing is on disk. */
  readonly startAfter?: Keyed;
}

export interface TimerWindow {
  readonly size: number;
  /** Where the next load starts; undefined when everything on disk is in memory. */
  readonly frontier: Keyed | undefined;
  /** Ignores timers behind the frontier (they will be loaded) and timers it already holds. */
  add(timer: Timer): void;
  peek(): Timer | undefined;
  pop(): Timer | undefined;
  /** A page is about to be loaded: timers added meanwhile may or may not be in it. */
  beginLoad(): void;
  /**
   * Takes the page that was loaded from the frontier on.
   * @param isLast Nothing is left on disk behind it.
   * @param last Where the page ends, if it was longer than what is taken of it.
   */
  take(page: readonly Timer[], isLast: boolean, last?: Timer): void;
  /** The page could not be loaded. */
  abortLoad(): void;
}

/** Before every timer. */
export const FIRST_PLACE: Keyed = { key: Number.NEGATIVE_INFINITY, id: 0 };

export function createTimerWindow(options: TimerWindowOptions): TimerWindow {
  const { orderOf, countMax } = options;
  let heap = createHeap(orderOf);
  const held = new Set<number>();
  let frontier: Keyed | undefined = options.startAfter;
  let largest: Keyed = options.startAfter ?? FIRST_PLACE;
  let late: Timer[] | undefined;
  const hold = (timer: Timer): void => {
    if (held.has(timer.id)) return;
    held.add(timer.id);
    heap.push(timer);
    const order = orderOf(timer);
    if (isAfter(order, largest)) largest = order;
  };
  /**
   * Timers in front of the frontier may come without end (short ones after many long ones). The later half goes back to disk
   * then. Not during a load: its page starts at the frontier of before.
   */
  const shrink = (): void => {
    const kept = createHeap(orderOf);
    while (kept.size < countMax()) {
      const timer = heap.pop();
      if (timer === undefined) break;
      kept.push(timer);
      frontier = orderOf(timer);
    }
    for (let timer = heap.pop(); timer !== undefined; timer = heap.pop()) held.delete(timer.id);
    heap = kept;
  };
  return {
    get size() {
      return heap.size;
    },
    get frontier() {
      return frontier;
    },
    add(timer) {
      if (frontier !== undefined && isAfter(orderOf(timer), frontier)) {
        late?.push(timer);
        return;
      }
      hold(timer);
      // From now on later timers stay on disk; those that are held already stay held.
      if (frontier === undefined && heap.size >= countMax()) frontier = largest;
      if (heap.size >= 2 * countMax() && late === undefined) shrink();
    },
    peek: () => heap.peek(),
    pop() {
      const timer = heap.pop();
      if (timer !== undefined) held.delete(timer.id);
      return timer;
    },
    beginLoad() {
      late = [];
    },
    abortLoad() {
      late = undefined;
    },
    take(page, isLast, end) {
      for (const timer of page) hold(timer);
      const last = end ?? page.at(-1);
      if (isLast) frontier = undefined;
      else if (last !== undefined) frontier = orderOf(last);
      const missed = late ?? [];
      late = undefined;
      for (const timer of missed) this.add(timer);
    },
  };
}

function isAfter(left: Keyed, right: Keyed): boolean {
  return left.key > right.key || (left.key === right.key && left.id > right.id);
}
