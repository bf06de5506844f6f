// Decides which calls and requests are made next: functions take turns, the lanes of a function take turns, and within a lane
// the order of the runs decides. A call goes out when everything that it needs is free, and takes all of it at once; what it
// lacks wakes its lane. Works from memory; the timers on disk are its journal.
import type { LoadedRun, Timer } from "@everstep/core";
import type { InFlightCall } from "../engine.ts";
import type { TimerWindow } from "../timers/timer-window.ts";
import { AirborneCalls } from "./airborne-calls.ts";
import { Backlog } from "./backlog.ts";
import { BucketTable } from "./bucket-table.ts";
import { isStartOf, needsOf, type CallNeeds } from "./call-needs.ts";
import { Departures, type Departing } from "./departures.ts";
import { LeftCalls } from "./left-calls.ts";
import type { Dispatcher, DispatcherOptions, Flight, FunctionRules } from "./contract.ts";
import { inOrder, isEmpty, isParkedFor, type Lane } from "./lane.ts";
import { LaneSet } from "./lane-set.ts";
import { Pace } from "./pace.ts";
import { aheadOf, parkedBy, Places, type Try } from "./places.ts";
import { describeQueue, type QueueState } from "./queue-state.ts";
import { RunWarmer } from "./run-warmer.ts";
import { ThrottleTable } from "./throttle-table.ts";
import type { Waiter } from "./waiting-room.ts";

/** Pause before a read that failed is tried again. */
const RELOAD_MS = 1_000;

/** Places in a queue are counted up to here. */
const POSITIONS_MAX = 10_000;

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  return new CallDispatcher(options);
}

class CallDispatcher implements Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #sets = new Map<string, LaneSet>();
  /** Functions that may have something to do. */
  readonly #active = new Set<LaneSet>();
  readonly #calls = new AirborneCalls();
  readonly #buckets: BucketTable;
  readonly #throttles: ThrottleTable;
  readonly #places: Places;
  readonly #departures: Departures;
  readonly #left: LeftCalls;
  readonly #backlog: Backlog;
  readonly #warmer: RunWarmer;
  readonly #pace: Pace;
  #isPaused = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const { store, cache, clock, wake } = options;
    const retryLater = (message: string, error: unknown, retry: () => void): void =>
      this.#retryLater(message, error, retry);
    const onError = (error: unknown, retry: () => void): void =>
      retryLater("Who holds a place in a queue could not be read.", error, retry);
    this.#buckets = new BucketTable({ store, onError, wake });
    this.#throttles = new ThrottleTable({ store, clock, onError, wake });
    this.#places = new Places(this.#buckets, this.#throttles, clock);
    this.#departures = new Departures({
      ...options,
      calls: this.#calls,
      buckets: this.#buckets,
      places: this.#places,
      putBack: (timer) => this.add(timer),
      onError: retryLater,
    });
    this.#left = new LeftCalls({
      ...options,
      buckets: this.#buckets,
      callTimeoutMs: options.limits.callTimeoutMs,
    });
    this.#pace = new Pace(clock, wake);
    const resume = (set: LaneSet, lane: Lane): void => this.#resume(set, lane);
    const isOut = (timerId: number): boolean => this.#calls.has(timerId);
    this.#backlog = new Backlog({ store, clock, isOut, resume, onError: retryLater, wake });
    this.#warmer = new RunWarmer({
      cache,
      resume: (lane) => this.#resume(this.#setOf(lane.functionId), lane),
      onError: retryLater,
      wake,
    });
  }

  get inFlightCount(): number {
    return this.#calls.size;
  }

  async takeUp(): Promise<void> {
    await this.#left.takeUp();
  }

  open(functionId: string): void {
    this.#backlog.open(this.#setOf(functionId, true));
  }

  add(timer: Timer): void {
    const set = this.#setOf(timer.functionId);
    const lane = set.add(timer);
    if (isParkedFor(lane, timer)) return;
    set.makeReady(lane);
    this.#active.add(set);
  }

  pump(): void {
    if (this.#isPaused || this.#pace.isResting || !this.#left.isTakenUp) return;
    this.#makeLeftCalls();
    do {
      let turn = [...this.#active];
      while (turn.length > 0) turn = turn.filter((set) => this.#step(set));
    } while (!this.#pace.isResting && this.#wakeLanes());
    this.#throttles.schedule();
    this.#warmer.load();
    this.#backlog.takeUpLanes();
  }

  land(timerId: number): void {
    this.#departures.land(timerId);
  }

  runEnded(runId: string): void {
    this.#buckets.freeRun(runId);
  }

  rulesChanged(functionId: string): void {
    const set = this.#sets.get(functionId);
    const rules = this.#options.rulesOf(functionId);
    if (set === undefined || rules === undefined) return;
    this.#departures.countAgain(functionId, rules);
    this.#left.rulesChanged(functionId, rules);
    for (const lane of set.lanes()) {
      lane.needs = undefined;
      set.makeReady(lane);
    }
    this.#active.add(set);
    this.#options.wake();
  }

  current(timerId: number): Flight | undefined {
    return this.#calls.get(timerId)?.flight;
  }

  hasLeft(timerId: number): boolean {
    return this.#calls.get(timerId)?.isMade === true;
  }

  inFlight(): readonly InFlightCall[] {
    return [...this.#calls.values()].map(({ flight }) => flight);
  }

  async queueStateOf(timer: Timer, run: LoadedRun): Promise<QueueState> {
    const { store, limits, clock } = this.#options;
    const lane = { key: timer.lane ?? "", isStart: timer.isStart === true };
    const place = { functionId: timer.functionId, lane };
    const before = { key: timer.orderKey, id: timer.id };
    const out = this.#calls.countBefore(timer);
    const countMax = POSITIONS_MAX + out;
    const count = await store.countTimersBefore({ ...place, before, countMax });
    // All of this at one moment: a throttle asked later than the clock would seem to hold back until then.
    const rules = this.#options.rulesOf(timer.functionId);
    const flight = this.#calls.get(timer.id)?.flight;
    return describeQueue({
      timer,
      run,
      rules,
      flight,
      nowMs: clock.nowMs(),
      buckets: this.#buckets,
      throttles: this.#throttles,
      app: {
        callsInFlight: rules === undefined ? 0 : this.#calls.countOfApp(rules.appId),
        callsMax: limits.callsInFlightPerAppMax,
      },
      before: Math.max(0, count - out),
    });
  }

  pause(): void {
    this.#isPaused = true;
    this.#throttles.stop();
    this.#left.stop();
    this.#departures.stop();
  }

  drained(): Promise<void> {
    return this.#calls.drained();
  }

  /** A function that was not there when the engine started has left nothing on disk. */
  #setOf(functionId: string, isOnDisk = false): LaneSet {
    let set = this.#sets.get(functionId);
    if (set === undefined) {
      set = new LaneSet(functionId, isOnDisk, this.#options);
      this.#sets.set(functionId, set);
      this.#active.add(set);
    }
    return set;
  }

  /** Calls that the function's app may get beyond those that are out or about to be. */
  #roomOf(rules: FunctionRules): number {
    const { callsInFlightPerAppMax } = this.#options.limits;
    return callsInFlightPerAppMax - this.#calls.countOfApp(rules.appId) - this.#warmer.wantedCount;
  }

  #mayRun({ functionId }: Waiter): boolean {
    const rules = this.#options.rulesOf(functionId);
    return rules === undefined || rules.isPaused || this.#roomOf(rules) > 0;
  }

  /** Wakes the lanes for which there is something to have now. @returns whether there were any. */
  #wakeLanes(): boolean {
    const mayRun = (waiter: Waiter): boolean => this.#mayRun(waiter);
    const woken = [...this.#buckets.takeWoken(mayRun), ...this.#throttles.takeWoken(mayRun)];
    for (const waiter of woken) {
      if (waiter instanceof LaneSet) this.#active.add(waiter);
      else this.#resume(this.#setOf(waiter.functionId), waiter);
    }
    return woken.length > 0;
  }

  /** Gives one lane of the function its turn. @returns whether the function may have more to make now. */
  #step(set: LaneSet): boolean {
    const rules = this.#options.rulesOf(set.functionId);
    // A paused function is resumed by `rulesChanged`.
    if (rules === undefined || rules.isPaused) {
      this.#active.delete(set);
      return false;
    }
    if (this.#roomOf(rules) <= 0 || this.#isReadingEnough()) return false;
    const gate = this.#places.gateOf(set, rules.config);
    const lane = gate === "closed" ? undefined : set.next(gate === "open");
    if (lane === undefined) {
      this.#active.delete(set);
      return false;
    }
    // Whoever had a turn is last in the next round too, which may be no longer than one call.
    this.#active.delete(set);
    this.#active.add(set);
    this.#serve(set, lane, rules);
    return true;
  }

  /** What follows a turn is read before more turns are given; also, whether others are to be answered first. */
  #isReadingEnough(): boolean {
    return this.#warmer.isBusy || this.#backlog.isBusy || this.#pace.isResting;
  }

  #serve(set: LaneSet, lane: Lane, rules: FunctionRules): void {
    const tries: Try[] = [];
    for (const window of inOrder(lane)) {
      const outcome = this.#tryWindow(set, lane, window, rules);
      tries.push(outcome);
      if (outcome === "made") {
        set.served(lane);
        set.makeReady(lane);
        break;
      }
    }
    const isMade = tries.includes("made");
    this.#pace.note(isMade);
    const parked = isMade ? undefined : parkedBy(lane, tries);
    if (parked !== undefined) set.park(lane, parked);
    else if (tries.includes("gated") && tries.includes("empty")) set.awaitStarts(lane);
    else {
      this.#backlog.refill(set, lane);
      if (!isMade && !set.dropDrained(lane) && tries.includes("unloaded")) set.awaitRead(lane);
    }
  }

  #tryWindow(set: LaneSet, lane: Lane, window: TimerWindow, rules: FunctionRules): Try {
    const timer = this.#firstOf(window);
    if (timer === undefined) return isEmpty(window) ? "empty" : "unloaded";
    const run = this.#options.cache.peek(timer.runId ?? "");
    const needs = this.#needsOf(lane, timer, run, rules);
    const blocked = needs === undefined ? undefined : this.#places.findBlock(lane, needs);
    if (blocked !== undefined) return blocked;
    if (run === undefined || needs === undefined) {
      this.#warmer.want(lane, timer);
      if (needs !== undefined) this.#warmer.lookAhead(window, aheadOf(set, needs));
      return "unloaded";
    }
    window.pop();
    this.#depart({ timer, run, needs, rules });
    return "made";
  }

  /** The first call of the window that is not out already. */
  #firstOf(window: TimerWindow): Timer | undefined {
    for (let timer = window.peek(); timer !== undefined; timer = window.peek()) {
      if (!this.#calls.has(timer.id)) return timer;
      window.pop();
    }
    return undefined;
  }

  /** Undefined: the run has to be loaded to tell. */
  #needsOf(
    lane: Lane,
    timer: Timer,
    run: LoadedRun | undefined,
    rules: FunctionRules,
  ): CallNeeds | undefined {
    let { needs } = lane;
    if (needs === undefined) {
      if (run === undefined) return undefined;
      const found = needsOf(rules.config, run, this.#options.clock.nowMs());
      needs = found;
      if (found.isOfLane) lane.needs = found;
    }
    return isStartOf(timer, run) ? needs.start : needs.later;
  }

  #depart(call: Departing): void {
    const isOut = this.#departures.depart(call);
    if (!this.#left.has(call.timer.id)) return;
    if (isOut) this.#left.handOver(call.timer.id);
    else this.#left.giveUp(call.timer.id);
  }

  /** What a former owner had out goes before everything else, in the places that it holds. */
  #makeLeftCalls(): void {
    const mayRun = (functionId: string): boolean => {
      const rules = this.#options.rulesOf(functionId);
      return rules !== undefined && !rules.isPaused && this.#roomOf(rules) > 0;
    };
    for (const { timer, run, needs } of this.#left.ready(mayRun)) {
      const rules = this.#options.rulesOf(timer.functionId);
      if (rules !== undefined) this.#depart({ timer, run, needs, rules, isAgain: true });
    }
  }

  #resume(set: LaneSet, lane: Lane): void {
    if (!set.dropDrained(lane)) set.makeReady(lane);
    // Also without it: others may have waited for what it read.
    this.#active.add(set);
  }

  /** Nobody may ask for another pump soon, so a read that failed asks for it itself. */
  #retryLater(message: string, error: unknown, retry: () => void): void {
    const { clock, log, wake } = this.#options;
    log({ level: "error", message, fields: { error: String(error) } });
    clock.at(clock.nowMs() + RELOAD_MS, () => {
      retry();
      wake();
    });
  }
}
