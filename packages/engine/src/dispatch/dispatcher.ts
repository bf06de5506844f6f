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
  const { store, cache, catalog, clock, log, limits } = options;
  const queues = new Map<string, FunctionQueue>();
  /** Queues that may have something to do. */
  const active = new Set<FunctionQueue>();
  const flights = new Map<number, Flight>();
  const perApp = new Map<string, number>();
  let isPaused = false;
  let drainWaiters: (() => void)[] = [];

  const queueOf = (functionId: string): FunctionQueue => {
    let queue = queues.get(functionId);
    if (queue === undefined) {
      queue = createFunctionQueue(functionId);
      queues.set(functionId, queue);
      active.add(queue);
    }
    return queue;
  };

  const inBackground = (work: Promise<void>, what: string): void => {
    work.catch((error: unknown) => {
      log({ level: "error", message: what, fields: { error: String(error) } });
    });
  };

  /** How many calls the function may make now. */
  const capacityOf = (queue: FunctionQueue): number => {
    const fn = catalog.function(queue.functionId);
    if (fn === undefined) return 0;
    const ofFunction = concurrencyLimit(fn) - queue.executing;
    return Math.min(ofFunction, limits.callsInFlightPerAppMax - (perApp.get(fn.appId) ?? 0));
  };

  /** Loads the next page of a backlog when memory runs low. */
  const refill = async (queue: FunctionQueue): Promise<void> => {
    const after = queue.window.frontier;
    if (after === undefined || queue.isRefilling || queue.window.size > READY_MAX / 2) return;
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
      queue.window.take(
        page.filter((timer) => !flights.has(timer.id)),
        page.length < limit,
      );
    } catch (error) {
      queue.window.abortLoad();
      throw error;
    } finally {
      queue.isRefilling = false;
    }
    if (queue.window.size > 0) {
      active.add(queue);
      options.wake();
    }
  };

  /** Loads the runs of the next calls; they go back to the queue, in their order, until they are in memory. */
  const warm = async (queue: FunctionQueue): Promise<void> => {
    queue.isWarming = true;
    const timers: Timer[] = [];
    const countMax = Math.min(WARM_MAX, capacityOf(queue));
    while (timers.length < countMax) {
      const timer = queue.window.pop();
      if (timer === undefined) break;
      timers.push(timer);
    }
    try {
      await cache.load(timers.map((timer) => timer.runId ?? ""));
      // A timer whose run is gone has nothing to call.
      for (const timer of timers) {
        if (cache.peek(timer.runId ?? "") !== undefined) queue.window.add(timer);
      }
    } finally {
      queue.isWarming = false;
    }
    active.add(queue);
    options.wake();
  };

  const takeOff = (timer: Timer, run: LoadedRun): void => {
    const fn = catalog.function(timer.functionId);
    // The timer may have been taken away since it became ready: its run was cancelled or has ended.
    const current = run.state.timers.get(timer.id);
    if (fn === undefined || current === undefined || isEnded(run.state)) return;
    const flight: Flight = {
      runId: run.state.head.id,
      timerId: timer.id,
      functionId: timer.functionId,
      appId: fn.appId,
      generation: options.nextGeneration(),
      startedAtMs: clock.nowMs(),
      ...(timer.op === undefined ? {} : { stepId: timer.op.stepId }),
    };
    flights.set(timer.id, flight);
    queueOf(timer.functionId).executing += 1;
    perApp.set(fn.appId, (perApp.get(fn.appId) ?? 0) + 1);
    options.make(current, run, flight);
  };

  /** Makes one call of the queue. @returns whether it may have more to make now. */
  const step = (queue: FunctionQueue): boolean => {
    if (queue.isWarming) return false;
    const timer = queue.window.peek();
    if (timer === undefined) {
      if (queue.window.frontier === undefined) active.delete(queue);
      return false;
    }
    if (capacityOf(queue) <= 0) return false;
    if (flights.has(timer.id)) {
      queue.window.pop();
      return true;
    }
    const run = cache.peek(timer.runId ?? "");
    if (run === undefined) {
      inBackground(warm(queue), "Runs could not be loaded for their calls.");
      return false;
    }
    queue.window.pop();
    takeOff(timer, run);
    return true;
  };

  return {
    open(functionId) {
      queueOf(functionId);
    },
    add(timer) {
      const queue = queueOf(timer.functionId);
      queue.window.add(timer);
      active.add(queue);
    },
    pump() {
      if (isPaused) return;
      let turn = [...active];
      while (turn.length > 0) turn = turn.filter(step);
      for (const queue of active) {
        const isLow = queue.window.frontier !== undefined && queue.window.size <= READY_MAX / 2;
        if (isLow && !queue.isRefilling) {
          inBackground(refill(queue), "The backlog of a function could not be loaded.");
        }
      }
    },
    land(timerId) {
      const flight = flights.get(timerId);
      if (flight === undefined) return;
      flights.delete(timerId);
      queueOf(flight.functionId).executing -= 1;
      perApp.set(flight.appId, (perApp.get(flight.appId) ?? 1) - 1);
      if (flights.size === 0) for (const resolve of drainWaiters.splice(0)) resolve();
    },
    current: (timerId) => flights.get(timerId),
    inFlight: () => [...flights.values()],
    get inFlightCount() {
      return flights.size;
    },
    pause() {
      isPaused = true;
    },
    drained() {
      if (flights.size === 0) return Promise.resolve();
      return new Promise((resolve) => drainWaiters.push(resolve));
    },
  };
}
