// The calls that are out: what each of them holds, how many each app has, and when none is left.
import type { LoadedRun, Timer } from "@everstep/core";
import type { CallNeeds } from "./call-needs.ts";
import type { Flight } from "./contract.ts";

export interface AirborneCall {
  flight: Flight;
  readonly run: LoadedRun;
  readonly isStart: boolean;
  /** What it holds. */
  needs: CallNeeds;
  /** It has left; before, what it takes is being put on record. */
  isMade: boolean;
}

export class AirborneCalls {
  readonly #calls = new Map<number, AirborneCall>();
  readonly #perApp = new Map<string, number>();
  #drainWaiters: (() => void)[] = [];

  get size(): number {
    return this.#calls.size;
  }

  has(timerId: number): boolean {
    return this.#calls.has(timerId);
  }

  get(timerId: number): AirborneCall | undefined {
    return this.#calls.get(timerId);
  }

  values(): Iterable<AirborneCall> {
    return this.#calls.values();
  }

  countOfApp(appId: string): number {
    return this.#perApp.get(appId) ?? 0;
  }

  add(call: AirborneCall): void {
    const { timerId, appId } = call.flight;
    this.#calls.set(timerId, call);
    this.#perApp.set(appId, this.countOfApp(appId) + 1);
  }

  /** The call is over. @returns undefined when it was over before. */
  remove(timerId: number): AirborneCall | undefined {
    const call = this.#calls.get(timerId);
    if (call === undefined) return undefined;
    this.#calls.delete(timerId);
    const { appId } = call.flight;
    this.#perApp.set(appId, this.countOfApp(appId) - 1);
    if (this.#calls.size === 0) for (const resolve of this.#drainWaiters.splice(0)) resolve();
    return call;
  }

  /** Calls that are out and stand before this one in its queue: the store has their timers until they end. */
  countBefore(timer: Timer): number {
    let count = 0;
    for (const { flight, run } of this.#calls.values()) {
      const other = run.state.timers.get(flight.timerId);
      if (other !== undefined && isSameQueue(other, timer) && isBefore(other, timer)) count += 1;
    }
    return count;
  }

  drained(): Promise<void> {
    if (this.#calls.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drainWaiters.push(resolve));
  }
}

function isSameQueue(a: Timer, b: Timer): boolean {
  const isSameLane = (a.lane ?? "") === (b.lane ?? "");
  return a.functionId === b.functionId && isSameLane && a.isStart === b.isStart;
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.orderKey < b.orderKey || (a.orderKey === b.orderKey && a.id < b.id);
}
