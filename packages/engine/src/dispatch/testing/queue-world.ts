// A dispatcher over a store and runs in memory, on a clock that the test moves, with a plain model beside it.
import type { Limiter, LoadedRun, RunHead, Slot, Timer } from "@everstep/core";
import type { FunctionConfig } from "@everstep/protocol";
import { createRunCache } from "../../partition/run-cache.ts";
import type { Clock } from "../../ports.ts";
import type { Dispatcher, Flight, FunctionRules } from "../contract.ts";
import { createDispatcher } from "../dispatcher.ts";
import { findExceeded, findIdle } from "./queue-model.ts";
import { createQueueStore, limiterName } from "./queue-store.ts";

export interface OpenCall {
  readonly timer: Timer;
  readonly run: LoadedRun;
  readonly flight: Flight;
}

export interface QueueWorldOptions {
  readonly callsInFlightPerAppMax?: number;
  /** Reads answer later, as a store over a network does. */
  readonly isSlow?: boolean;
  readonly crowdedLanes?: number;
  readonly readyLanes?: number;
  /** All functions are of one app unless given. */
  readonly appOf?: (functionId: string) => string;
}

/** Longer than any test. */
export const CALL_TIMEOUT_MS = 1_000_000;

/** Rounds without a change from outside, far above what any state needs. */
const PUMPS_MAX = 2_000;

export const KEY = "event.data.k";

export class QueueWorld {
  nowMs = 1_000_000;
  readonly timers = new Map<number, Timer>();
  readonly runs = new Map<string, LoadedRun>();
  readonly slots: Slot[] = [];
  readonly limiters = new Map<string, Limiter>();
  readonly rules = new Map<string, FunctionRules>();
  readonly open = new Map<number, OpenCall>();
  /** Calls that were out when the engine died and have not been made again: the app may be running them. */
  readonly left = new Map<number, Omit<OpenCall, "flight">>();
  /** Runs in the order in which their first calls went out. */
  readonly started: {
    readonly runId: string;
    readonly functionId: string;
    readonly key: string;
    readonly atMs: number;
  }[] = [];
  /** Limits that a call exceeded when it went out. */
  readonly violations: string[] = [];
  /** Reads of the store by name. */
  readonly reads = new Map<string, number>();
  /** Once for each turn that a function gets, and about once for whoever is woken. */
  rulesAsked = 0;
  dispatcher: Dispatcher;
  readonly #options: QueueWorldOptions;
  readonly #firsts = new Set<string>();
  readonly #alarms = new Set<{ readonly atMs: number; readonly fire: () => void }>();
  /** What is to be put on record before calls are made. */
  readonly #bookings: { readonly commit: () => void; readonly booked: () => void }[] = [];
  #isTakenUp = false;
  #serial = 0;
  #isAwake = true;

  constructor(
    rules: Readonly<Record<string, Partial<FunctionConfig>>>,
    options: QueueWorldOptions = {},
  ) {
    this.#options = options;
    for (const [functionId, config] of Object.entries(rules)) this.setRules(functionId, config);
    this.dispatcher = this.#create();
    for (const functionId of this.rules.keys()) this.dispatcher.open(functionId);
  }

  get clock(): Clock {
    return {
      nowMs: () => this.nowMs,
      at: (atMs, fire) => {
        const alarm = { atMs, fire };
        this.#alarms.add(alarm);
        return () => void this.#alarms.delete(alarm);
      },
    };
  }

  setRules(functionId: string, config: Partial<FunctionConfig>, isPaused = false): void {
    this.rules.set(functionId, {
      appId: this.#options.appOf?.(functionId) ?? "app",
      isPaused,
      config: {
        slug: functionId,
        name: functionId,
        triggers: [],
        url: "http://localhost",
        maxAttempts: 1,
        concurrency: [],
        cancel: [],
        ...config,
      },
    });
  }

  /** A new run of the function, with its first call due now. */
  addRun(functionId: string, key: string, orderKey = this.#serial + 1): Timer {
    const serial = (this.#serial += 1);
    const head: RunHead = {
      id: `run-${serial}`,
      functionId,
      functionVersion: 1,
      status: "queued",
      eventIds: ["e"],
      eventName: "e",
      orderKey,
      createdAtMs: this.nowMs,
      flow: { keys: { [KEY]: key }, lane: key },
      requestVersion: -1,
      pendingStepIds: [],
      stepCount: 0,
      stateBytes: 0,
    };
    const state = {
      head,
      stack: [],
      outputs: new Map(),
      inputs: new Map(),
      timers: new Map<number, Timer>(),
      waits: new Map(),
    };
    const run: LoadedRun = { state, events: [] };
    this.runs.set(head.id, run);
    return this.addCall(run, true);
  }

  addCall(run: LoadedRun, isStart = false): Timer {
    const { head } = run.state;
    const timer: Timer = {
      id: (this.#serial += 1),
      kind: "call",
      runId: head.id,
      functionId: head.functionId,
      dueAtMs: this.nowMs,
      orderKey: head.orderKey,
      lane: head.flow?.lane ?? "",
      ...(isStart ? { isStart: true as const } : {}),
      attempt: 0,
      queuedAtMs: this.nowMs,
    };
    run.state.timers.set(timer.id, timer);
    this.timers.set(timer.id, timer);
    this.dispatcher.add(timer);
    this.#isAwake = true;
    return timer;
  }

  /** The call ends; its run goes on with `next` calls, or ends without any. */
  endCall(call: OpenCall, next: number): void {
    this.open.delete(call.timer.id);
    this.timers.delete(call.timer.id);
    call.run.state.timers.delete(call.timer.id);
    for (let n = 0; n < next; n += 1) this.addCall(call.run);
    if (call.run.state.timers.size === 0) this.#endRun(call.run);
    this.dispatcher.land(call.timer.id);
    this.#isAwake = true;
  }

  /** A run that waits for its first call is taken away. */
  cancel(run: LoadedRun): void {
    for (const id of run.state.timers.keys()) this.timers.delete(id);
    run.state.timers.clear();
    this.#endRun(run);
  }

  #endRun(run: LoadedRun): void {
    const { head } = run.state;
    run.state.head = { ...head, status: "completed", endedAtMs: this.nowMs };
    for (let index = this.slots.length - 1; index >= 0; index -= 1) {
      if (this.slots[index]?.runId === head.id) this.slots.splice(index, 1);
    }
    this.dispatcher.runEnded(head.id);
  }

  /** The engine dies and another one takes over: calls that were out are made again, and the app goes on with the old ones. */
  restart(): void {
    for (const timer of this.timers.values()) {
      const run = this.runs.get(timer.runId ?? "");
      if (timer.calledAtMs !== undefined && run !== undefined) {
        this.left.set(timer.id, { timer, run });
      }
    }
    this.#bookings.length = 0;
    this.open.clear();
    this.#alarms.clear();
    this.dispatcher = this.#create();
    for (const functionId of this.rules.keys()) this.dispatcher.open(functionId);
    this.#isTakenUp = false;
    this.#isAwake = true;
  }

  /** Fires what is due and pumps until nothing changes. */
  async settle(): Promise<void> {
    let pumps = 0;
    if (!this.#isTakenUp) {
      this.#isTakenUp = true;
      await this.dispatcher.takeUp();
    }
    for (let quiet = 0; quiet < 3;) {
      for (const alarm of [...this.#alarms].filter(({ atMs }) => atMs <= this.nowMs)) {
        if (this.#alarms.delete(alarm)) alarm.fire();
      }
      if (this.#isAwake) {
        this.#isAwake = false;
        pumps += 1;
        if (pumps > PUMPS_MAX) throw new Error("The dispatcher asks for another round without end");
        this.dispatcher.pump();
        this.commit();
        quiet = 0;
      } else quiet += 1;
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const next = Math.min(...[...this.#alarms].map(({ atMs }) => atMs));
      if (next > untilMs) break;
      this.nowMs = Math.max(this.nowMs, next);
      await this.settle();
    }
    this.nowMs = untilMs;
    await this.settle();
  }

  get nextAlarmMs(): number {
    return Math.min(...[...this.#alarms].map(({ atMs }) => atMs));
  }

  /** Calls that could go out now although they did not. */
  idle(): readonly Timer[] {
    const { callsInFlightPerAppMax: callsMax = Infinity } = this.#options;
    const appOf = ({ functionId }: Timer): string => this.rules.get(functionId)?.appId ?? "";
    return findIdle(this).filter((timer) => this.openOfApp(appOf(timer)) < callsMax);
  }

  openOfApp(appId: string): number {
    return [...this.open.values()].filter(({ flight }) => flight.appId === appId).length;
  }

  #create(): Dispatcher {
    const generation = { value: 0 };
    const dispatcher: Dispatcher = createDispatcher({
      store: createQueueStore(this, this.#options.isSlow === true),
      cache: createRunCache({
        loadRuns: (ids: readonly string[]) => ids.flatMap((id) => this.runs.get(id) ?? []),
      }),
      rulesOf: (functionId) => {
        this.rulesAsked += 1;
        return this.rules.get(functionId);
      },
      clock: this.clock,
      log: () => undefined,
      limits: {
        callsInFlightPerAppMax: this.#options.callsInFlightPerAppMax ?? 1_000_000,
        stepsPerRunMax: 1,
        callTimeoutMs: CALL_TIMEOUT_MS,
      },
      crowdedLanes: this.#options.crowdedLanes,
      readyLanes: this.#options.readyLanes,
      nextGeneration: () => (generation.value += 1),
      book: (flight, isHolding, booked) => {
        if (dispatcher !== this.dispatcher) return;
        this.#bookings.push({ commit: () => this.#book(flight, isHolding), booked });
        this.#isAwake = true;
      },
      make: (timer, run, flight) => {
        if (dispatcher === this.dispatcher) this.#make(timer, run, flight);
      },
      wake: () => {
        if (dispatcher === this.dispatcher) this.#isAwake = true;
      },
    });
    return dispatcher;
  }

  #make(timer: Timer, run: LoadedRun, flight: Flight): void {
    this.open.set(timer.id, { timer, run, flight });
    const wasLeft = this.left.delete(timer.id);
    if (flight.start !== undefined) this.#noteStart(run, flight);
    const { functionId } = timer;
    if (!this.#firsts.has(flight.runId)) {
      this.#firsts.add(flight.runId);
      const key = run.state.head.flow?.keys[KEY] ?? "";
      this.started.push({ runId: flight.runId, functionId, key, atMs: this.nowMs });
    }
    const how = { wasLeft, isStart: flight.start !== undefined };
    this.violations.push(...findExceeded(this, { timer, run }, how));
  }

  /** Has calls picked that take something, and leaves them before that is on record. */
  async pick(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      this.dispatcher.pump();
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  /** Puts on record what was taken, and makes the calls. @param isCut The engine dies before they are made. */
  commit(isCut = false): void {
    // One after the other, so that each call is judged by what was out when it was picked.
    for (const { commit, booked } of this.#bookings.splice(0)) {
      commit();
      if (!isCut) booked();
    }
  }

  #book(flight: Flight, isHolding: boolean): void {
    const run = this.runs.get(flight.runId);
    if (run === undefined || run.state.head.endedAtMs !== undefined) return;
    if (flight.start !== undefined) this.#noteStart(run, flight);
    const timer = run.state.timers.get(flight.timerId);
    if (isHolding && timer !== undefined) this.#put(run, { ...timer, calledAtMs: this.nowMs });
  }

  /** As `decideStarted` does. */
  #noteStart(run: LoadedRun, { start = {} }: Flight): void {
    const { head } = run.state;
    if (head.startedAtMs !== undefined) return;
    run.state.head = { ...head, status: "running", startedAtMs: this.nowMs };
    const { functionId, id: runId } = head;
    const { slots = [], throttle } = start;
    for (const bucket of slots) this.slots.push({ bucket, runId, functionId });
    if (throttle !== undefined) this.limiters.set(limiterName(throttle), throttle);
    if (throttle === undefined && slots.length === 0) return;
    for (const { isStart: _started, ...later } of run.state.timers.values()) this.#put(run, later);
  }

  #put(run: LoadedRun, timer: Timer): void {
    this.timers.set(timer.id, timer);
    run.state.timers.set(timer.id, timer);
  }
}
