// The part of a long, ordered list of timers that is held in memory: everything up to a frontier. What lies behind the
// frontier is on disk only and is loaded when memory runs low, so a million timers cost rows, not memory.
import type { Timer } from "@everstep/core";
import { createHeap, type Heap, type Keyed } from "./heap.ts";

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
  /** About the first ones, for looking ahead. */
  head(count: number): readonly Timer[];
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
  /** A page is being loaded. */
  readonly isLoading: boolean;
  /** Lets go of everything it holds, all of which is on disk: the next load begins at the front. Not during a load. */
  forget(): void;
}

/** Before every timer. */
export const FIRST_PLACE: Keyed = { key: Number.NEGATIVE_INFINITY, id: 0 };

export function createTimerWindow(options: TimerWindowOptions): TimerWindow {
  return new OrderedWindow(options);
}

/** There may be a window or two for each of very many keys, so one that holds nothing takes next to no memory. */
class OrderedWindow implements TimerWindow {
  readonly #options: TimerWindowOptions;
  #heap: Heap<Timer> | undefined;
  #held: Set<number> | undefined;
  #frontier: Keyed | undefined;
  #largest: Keyed;
  #late: Timer[] | undefined;

  constructor(options: TimerWindowOptions) {
    this.#options = options;
    this.#frontier = options.startAfter;
    this.#largest = options.startAfter ?? FIRST_PLACE;
  }

  get size(): number {
    return this.#heap?.size ?? 0;
  }

  get frontier(): Keyed | undefined {
    return this.#frontier;
  }

  get isLoading(): boolean {
    return this.#late !== undefined;
  }

  add(timer: Timer): void {
    const { orderOf, countMax } = this.#options;
    if (this.#frontier !== undefined && isAfter(orderOf(timer), this.#frontier)) {
      this.#late?.push(timer);
      return;
    }
    this.#hold(timer);
    // From now on later timers stay on disk; those that are held already stay held.
    if (this.#frontier === undefined && this.size >= countMax()) this.#frontier = this.#largest;
    if (this.size >= 2 * countMax() && !this.isLoading) this.#shrink();
  }

  peek(): Timer | undefined {
    return this.#heap?.peek();
  }

  pop(): Timer | undefined {
    const timer = this.#heap?.pop();
    if (timer !== undefined) this.#held?.delete(timer.id);
    return timer;
  }

  head(count: number): readonly Timer[] {
    return this.#heap?.head(count) ?? [];
  }

  beginLoad(): void {
    this.#late = [];
  }

  abortLoad(): void {
    this.#late = undefined;
  }

  take(page: readonly Timer[], isLast: boolean, end?: Timer): void {
    for (const timer of page) this.#hold(timer);
    const last = end ?? page.at(-1);
    if (isLast) this.#frontier = undefined;
    else if (last !== undefined) this.#frontier = this.#options.orderOf(last);
    const missed = this.#late ?? [];
    this.#late = undefined;
    for (const timer of missed) this.add(timer);
  }

  forget(): void {
    this.#heap = undefined;
    this.#held = undefined;
    this.#frontier = FIRST_PLACE;
    this.#largest = FIRST_PLACE;
  }

  #hold(timer: Timer): void {
    const { orderOf } = this.#options;
    this.#held ??= new Set();
    this.#heap ??= createHeap(orderOf);
    if (this.#held.has(timer.id)) return;
    this.#held.add(timer.id);
    this.#heap.push(timer);
    const order = orderOf(timer);
    if (isAfter(order, this.#largest)) this.#largest = order;
  }

  /**
   * Timers in front of the frontier may come without end (short ones after many long ones). The later half goes back to disk
   * then. Not during a load: its page starts at the frontier of before.
   */
  #shrink(): void {
    const { orderOf, countMax } = this.#options;
    const kept = createHeap(orderOf);
    while (kept.size < countMax()) {
      const timer = this.#heap?.pop();
      if (timer === undefined) break;
      kept.push(timer);
      this.#frontier = orderOf(timer);
    }
    for (let timer = this.#heap?.pop(); timer !== undefined; timer = this.#heap?.pop()) {
      this.#held?.delete(timer.id);
    }
    this.#heap = kept;
  }
}

function isAfter(left: Keyed, right: Keyed): boolean {
  return left.key > right.key || (left.key === right.key && left.id > right.id);
}
