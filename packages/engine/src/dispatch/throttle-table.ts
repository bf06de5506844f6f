// When each throttled group may start its next run, and which lanes wait for that. What is remembered of a group comes from the
// store once; from then on memory is ahead of it: each start takes its new state along, to be committed with it.
import {
  decideThrottle,
  giveBackStart,
  startsAllowed,
  readThrottle,
  throttleLimiter,
  type Limiter,
  type Store,
  type ThrottleTat,
} from "@everstep/core";
import type { Clock } from "../ports.ts";
import { createHeap } from "../timers/heap.ts";
import type { CallNeeds } from "./call-needs.ts";
import type { Waiter } from "./waiting-room.ts";

export type ThrottleNeed = NonNullable<CallNeeds["throttle"]>;

interface ThrottleState {
  readonly name: string;
  readonly serial: number;
  tat: ThrottleTat | undefined;
  isLoaded: boolean;
  /** Longest waiting first, with the rule that held it back. */
  readonly waiters: Map<Waiter, ThrottleNeed>;
  /** When its next waiter may start, while that is noted; epoch ms. */
  wakeAtMs: number | undefined;
}

export interface ThrottleTableOptions {
  readonly store: Pick<Store, "findLimiters">;
  readonly clock: Clock;
  readonly onError: (error: unknown, retry: () => void) => void;
  readonly wake: () => void;
}

/** Groups in memory before those that remember nothing any more are dropped. */
const STATES_SWEPT_AT = 10_000;

export class ThrottleTable {
  readonly #options: ThrottleTableOptions;
  readonly #states = new Map<string, ThrottleState>();
  /** Groups with waiters by the time at which the next one may start; an entry that is not the state's own any more is stale. */
  readonly #wakes = createHeap<{
    readonly state: ThrottleState;
    readonly key: number;
    readonly id: number;
  }>((entry) => entry);
  #serial = 0;
  #sweptAt = STATES_SWEPT_AT;
  #alarm: { readonly atMs: number; readonly cancel: () => void } | undefined;

  constructor(options: ThrottleTableOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#states.size;
  }

  /** When a run of this group may start, epoch ms; not after now: it may. Undefined while what is remembered is being read. */
  allowedAtMs(need: ThrottleNeed): number | undefined {
    const state = this.#stateOf(need);
    if (!state.isLoaded) return undefined;
    return decideThrottle(need.rule, state.tat, this.#options.clock.nowMs()).allowedAtMs;
  }

  /** Counts a start that is allowed. @returns what is to be committed with it. */
  take(need: ThrottleNeed): Limiter {
    const state = this.#stateOf(need);
    const verdict = decideThrottle(need.rule, state.tat, this.#options.clock.nowMs());
    state.tat = verdict.tat;
    return throttleLimiter(need.id, verdict.tat);
  }

  /** A start that was counted does not happen. */
  giveBack(need: ThrottleNeed): void {
    const state = this.#stateOf(need);
    if (state.tat === undefined) return;
    state.tat = giveBackStart(need.rule, state.tat);
    this.#plan(state);
  }

  /** About how many runs of this group may start now; 0 while what is remembered is being read. */
  countAllowed(need: ThrottleNeed): number {
    const state = this.#stateOf(need);
    if (!state.isLoaded) return 0;
    return startsAllowed(need.rule, state.tat, this.#options.clock.nowMs());
  }

  /** The waiter waits until a run of the group may start. */
  park(waiter: Waiter, need: ThrottleNeed): void {
    const state = this.#stateOf(need);
    state.waiters.set(waiter, need);
    this.#plan(state);
  }

  /** Who has waited longest in each group that may start a run. Ask again after they were served. */
  takeWoken(mayRun: (waiter: Waiter) => boolean): readonly Waiter[] {
    const woken: Waiter[] = [];
    const later: ThrottleState[] = [];
    const nowMs = this.#options.clock.nowMs();
    for (
      let next = this.#wakes.peek();
      next !== undefined && next.key <= nowMs;
      next = this.#wakes.peek()
    ) {
      this.#wakes.pop();
      const { state } = next;
      if (state.wakeAtMs !== next.key) continue;
      state.wakeAtMs = undefined;
      const [first] = state.waiters;
      if (first === undefined) continue;
      const [waiter, need] = first;
      const verdict = decideThrottle(need.rule, state.tat, nowMs);
      if (verdict.isAllowed && mayRun(waiter)) {
        state.waiters.delete(waiter);
        woken.push(waiter);
      }
      if (state.waiters.size > 0) later.push(state);
    }
    for (const state of later) this.#plan(state);
    return woken;
  }

  /** Asks for a wake-up when the next waiter may start. To be called after each round of starts. */
  schedule(): void {
    const next = this.#wakes.peek();
    // What is due already waits for a free place of its app, and that is followed by another round.
    if (next === undefined || next.key <= this.#options.clock.nowMs()) return;
    if (this.#alarm !== undefined && this.#alarm.atMs <= next.key) return;
    this.#alarm?.cancel();
    const { clock, wake } = this.#options;
    const cancel = clock.at(next.key, () => {
      this.#alarm = undefined;
      wake();
    });
    this.#alarm = { atMs: next.key, cancel };
  }

  stop(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
  }

  #plan(state: ThrottleState): void {
    const [first] = state.waiters.values();
    if (first === undefined || !state.isLoaded) return;
    const nowMs = this.#options.clock.nowMs();
    const { allowedAtMs } = decideThrottle(first.rule, state.tat, nowMs);
    if (state.wakeAtMs === allowedAtMs) return;
    state.wakeAtMs = allowedAtMs;
    this.#wakes.push({ state, key: allowedAtMs, id: state.serial });
  }

  #stateOf(need: ThrottleNeed): ThrottleState {
    const name = `${need.id.functionId}:${need.id.key}`;
    let state = this.#states.get(name);
    if (state === undefined) {
      this.#sweep();
      const serial = (this.#serial += 1);
      state = {
        name,
        serial,
        tat: undefined,
        isLoaded: false,
        waiters: new Map(),
        wakeAtMs: undefined,
      };
      this.#states.set(name, state);
      this.#load(state, need);
    }
    return state;
  }

  #load(state: ThrottleState, need: ThrottleNeed): void {
    const found = this.#options.store.findLimiters([need.id]);
    if (!(found instanceof Promise)) {
      this.#take(state, found);
      return;
    }
    this.#takeLater(state, found).catch((error: unknown) =>
      this.#options.onError(error, () => this.#load(state, need)),
    );
  }

  async #takeLater(state: ThrottleState, found: Promise<readonly Limiter[]>): Promise<void> {
    this.#take(state, await found);
    this.#plan(state);
    this.#options.wake();
  }

  #take(state: ThrottleState, [limiter]: readonly Limiter[]): void {
    state.tat = readThrottle(limiter);
    state.isLoaded = true;
  }

  /** A group whose time has passed remembers nothing: the store would say the same. */
  #sweep(): void {
    if (this.#states.size < this.#sweptAt) return;
    const nowMs = this.#options.clock.nowMs();
    for (const [name, state] of this.#states) {
      const isOver = state.isLoaded && (state.tat === undefined || state.tat.atMs < nowMs);
      if (isOver && state.waiters.size === 0) this.#states.delete(name);
    }
    this.#sweptAt = Math.max(STATES_SWEPT_AT, this.#states.size * 2);
  }
}
