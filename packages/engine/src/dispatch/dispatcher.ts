// Decides which calls and requests are made next: in the order of their runs within a function, in turn between functions,
// within the function's concurrency and the app's bound. Works from memory; the timers on disk are its journal.
import { isEnded, type LoadedRun, type Store, type Timer } from "@everstep/core";
import type { Limits } from "@everstep/protocol";
import type { Catalog } from "../catalog.ts";
import type { InFlightCall } from "../engine.ts";
import type { RunCache } from "../partition/run-cache.ts";
import type { Clock, Log } from "../ports.ts";
import {
  READY_MAX,
  concurrencyLimit,
  createFunctionQueue,
  type FunctionQueue,
} from "./function-queue.ts";

/** Runs loaded at a time for the next calls of a function. */
const WARM_MAX = 64;
/** Pause before a read that failed is tried again. */
const RELOAD_MS = 1_000;

export interface Flight extends InFlightCall {
  /** Unique, increasing over restarts: tells a call from later calls for the same timer. */
  readonly generation: number;
  readonly appId: string;
}

export interface DispatcherOptions {
  readonly store: Store;
  readonly cache: RunCache;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  readonly nextGeneration: () => number;
  /** Makes the call; `land` once it has been settled. Everything it reads is durable when this is called. */
  readonly make: (timer: Timer, run: LoadedRun, flight: Flight) => void;
  /** Asks for another pump once nothing undurable is in memory. */
  readonly wake: () => void;
}

export interface Dispatcher {
  /** Takes up what a function may have left on disk. */
  open(functionId: string): void;
  /** A durable timer of kind call or request that is due. */
  add(timer: Timer): void;
  /** Makes what may be made now. Only called when everything in memory is durable. */
  pump(): void;
  /** The call of this timer is over. */
  land(timerId: number): void;
  current(timerId: number): Flight | undefined;
  inFlight(): readonly InFlightCall[];
  readonly inFlightCount: number;
  /** Makes nothing new from now on. */
  pause(): void;
  /** Resolves when no call is out. */
  drained(): Promise<void>;
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  return new CallDispatcher(options);
}

class CallDispatcher implements Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #queues = new Map<string, FunctionQueue>();
  /** Queues that may have something to do. */
  readonly #active = new Set<FunctionQueue>();
  readonly #flights = new Map<number, Flight>();
  readonly #perApp = new Map<string, number>();
  #isPaused = false;
  #drainWaiters: (() => void)[] = [];

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  get inFlightCount(): number {
    return this.#flights.size;
  }

  open(functionId: string): void {
    this.#queueOf(functionId);
  }

  add(timer: Timer): void {
    const queue = this.#queueOf(timer.functionId);
    queue.window.add(timer);
    this.#active.add(queue);
  }

  pump(): void {
    if (this.#isPaused) return;
    let turn = [...this.#active];
    while (turn.length > 0) turn = turn.filter((queue) => this.#step(queue));
    for (const queue of this.#active) {
      const isLow = queue.window.frontier !== undefined && queue.window.size <= READY_MAX / 2;
      if (isLow && !queue.isRefilling) {
        this.#inBackground(this.#refill(queue), "The backlog of a function could not be loaded.");
      }
    }
  }

  land(timerId: number): void {
    const flight = this.#flights.get(timerId);
    if (flight === undefined) return;
    this.#flights.delete(timerId);
    this.#queueOf(flight.functionId).executing -= 1;
    this.#perApp.set(flight.appId, (this.#perApp.get(flight.appId) ?? 1) - 1);
    if (this.#flights.size === 0) for (const resolve of this.#drainWaiters.splice(0)) resolve();
  }

  current(timerId: number): Flight | undefined {
    return this.#flights.get(timerId);
  }

  inFlight(): readonly InFlightCall[] {
    return [...this.#flights.values()];
  }

  pause(): void {
    this.#isPaused = true;
  }

  drained(): Promise<void> {
    if (this.#flights.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drainWaiters.push(resolve));
  }

  #queueOf(functionId: string): FunctionQueue {
    let queue = this.#queues.get(functionId);
    if (queue === undefined) {
      queue = createFunctionQueue(functionId);
      this.#queues.set(functionId, queue);
      this.#active.add(queue);
    }
    return queue;
  }

  #inBackground(work: Promise<void>, what: string): void {
    work.catch((error: unknown) => {
      this.#options.log({ level: "error", message: what, fields: { error: String(error) } });
    });
  }

  /** How many calls the function may make now. */
  #capacityOf(queue: FunctionQueue): number {
    const fn = this.#options.catalog.function(queue.functionId);
    if (fn === undefined) return 0;
    const ofApp = this.#options.limits.callsInFlightPerAppMax - (this.#perApp.get(fn.appId) ?? 0);
    return Math.min(concurrencyLimit(fn) - queue.executing, ofApp);
  }

  /** Makes one call of the queue. @returns whether it may have more to make now. */
  #step(queue: FunctionQueue): boolean {
    if (queue.isWarming) return false;
    const timer = queue.window.peek();
    if (timer === undefined) {
      if (queue.window.frontier === undefined) this.#active.delete(queue);
      return false;
    }
    if (this.#capacityOf(queue) <= 0) return false;
    if (this.#flights.has(timer.id)) {
      queue.window.pop();
      return true;
    }
    const run = this.#options.cache.peek(timer.runId ?? "");
    if (run === undefined) {
      this.#inBackground(this.#warm(queue), "Runs could not be loaded for their calls.");
      return false;
    }
    queue.window.pop();
    this.#takeOff(timer, run);
    return true;
  }

  #takeOff(timer: Timer, run: LoadedRun): void {
    const { catalog, clock } = this.#options;
    const fn = catalog.function(timer.functionId);
    // The timer may have been taken away since it became ready: its run was cancelled or has ended.
    const current = run.state.timers.get(timer.id);
    if (fn === undefined || current === undefined || isEnded(run.state)) return;
    const flight: Flight = {
      runId: run.state.head.id,
      timerId: timer.id,
      functionId: timer.functionId,
      appId: fn.appId,
      generation: this.#options.nextGeneration(),
      startedAtMs: clock.nowMs(),
      ...(timer.op === undefined ? {} : { stepId: timer.op.stepId }),
    };
    this.#flights.set(timer.id, flight);
    this.#queueOf(timer.functionId).executing += 1;
    this.#perApp.set(fn.appId, (this.#perApp.get(fn.appId) ?? 0) + 1);
    this.#options.make(current, run, flight);
  }

  /** Loads the runs of the next calls; they go back to the queue, in their order, until they are in memory. */
  async #warm(queue: FunctionQueue): Promise<void> {
    const { cache, wake } = this.#options;
    queue.isWarming = true;
    const timers: Timer[] = [];
    const countMax = Math.min(WARM_MAX, this.#capacityOf(queue));
    while (timers.length < countMax) {
      const timer = queue.window.pop();
      if (timer === undefined) break;
      timers.push(timer);
    }
    try {
      await cache.load(timers.map((timer) => timer.runId ?? ""));
    } catch (error) {
      for (const timer of timers) queue.window.add(timer);
      this.#later(() => {
        queue.isWarming = false;
      });
      throw error;
    }
    queue.isWarming = false;
    // A timer whose run is gone has nothing to call.
    for (const timer of timers) {
      if (cache.peek(timer.runId ?? "") !== undefined) queue.window.add(timer);
    }
    this.#active.add(queue);
    wake();
  }

  /** Nobody may ask for another pump soon, so a read that failed asks for it itself. */
  #later(resume: () => void): void {
    const { clock, wake } = this.#options;
    clock.at(clock.nowMs() + RELOAD_MS, () => {
      resume();
      wake();
    });
  }

  /** Loads the next page of a backlog when memory runs low. */
  async #refill(queue: FunctionQueue): Promise<void> {
    const { store, clock, wake } = this.#options;
    const after = queue.window.frontier;
    if (after === undefined) return;
    queue.isRefilling = true;
    queue.window.beginLoad();
    try {
      const limit = READY_MAX / 2;
      const page = await store.listTimers({
        kinds: ["call", "request"],
        functionId: queue.functionId,
        dueAtMsMax: clock.nowMs(),
        ...(Number.isFinite(after.key) ? { after } : {}),
        limit,
      });
      const ready = page.filter((timer) => !this.#flights.has(timer.id));
      queue.window.take(ready, page.length < limit);
      queue.isRefilling = false;
    } catch (error) {
      queue.window.abortLoad();
      this.#later(() => {
        queue.isRefilling = false;
      });
      throw error;
    }
    if (queue.window.size === 0) return;
    this.#active.add(queue);
    wake();
  }
}
