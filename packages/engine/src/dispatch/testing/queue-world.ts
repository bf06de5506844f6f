// A dispatcher over a store and runs in memory, on a clock that the test moves, with a plain model beside it that says after
// each step which limits hold and which call should have gone out. The model knows no lanes, heaps or windows.
import {
  bucketsOf,
  decideThrottle,
  readThrottle,
  throttleLimiterId,
  type Bucket,
  type BucketRun,
  type Limiter,
  type LoadedRun,
  type RunHead,
  type Slot,
  type Timer,
} from "@everstep/core";
import type { FunctionConfig } from "@everstep/protocol";
import { createRunCache } from "../../partition/run-cache.ts";
import type { Clock } from "../../ports.ts";
import type { Dispatcher, Flight, FunctionRules } from "../contract.ts";
import { createDispatcher } from "../dispatcher.ts";
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
}

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
  readonly #alarms = new Set<{ readonly atMs: number; readonly fire: () => void }>();
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
      appId: "app",
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

  /** The engine dies and another one takes over: calls that were out are made again. */
  restart(): void {
    this.open.clear();
    this.#alarms.clear();
    this.dispatcher = this.#create();
    for (const functionId of this.rules.keys()) this.dispatcher.open(functionId);
    this.#isAwake = true;
  }

  /** Fires what is due and pumps until nothing changes. */
  async settle(): Promise<void> {
    let pumps = 0;
    for (let quiet = 0; quiet < 3;) {
      for (const alarm of [...this.#alarms].filter(({ atMs }) => atMs <= this.nowMs)) {
        if (this.#alarms.delete(alarm)) alarm.fire();
      }
      if (this.#isAwake) {
        this.#isAwake = false;
        pumps += 1;
        if (pumps > PUMPS_MAX) throw new Error("The dispatcher asks for another round without end");
        this.dispatcher.pump();
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

  /** What is held against the limits of a bucket. */
  heldOf(bucket: Bucket): number {
    if (bucket.level === "fn")
      return this.slots.filter(({ bucket: id }) => id === bucket.id).length;
    let held = 0;
    for (const { timer, run } of this.open.values()) {
      const buckets = this.#bucketsOf(timer.functionId, run, false);
      if (buckets.some(({ id, level }) => level === "step" && id === bucket.id)) held += 1;
    }
    return held;
  }

  /** Calls that could go out now although they did not: nothing that they need is missing. */
  idle(): readonly Timer[] {
    const room = (this.#options.callsInFlightPerAppMax ?? Infinity) - this.open.size;
    if (room <= 0) return [];
    return [...this.timers.values()].filter(
      (timer) => !this.open.has(timer.id) && this.#isFree(timer),
    );
  }

  #isFree(timer: Timer): boolean {
    const run = this.runs.get(timer.runId ?? "");
    const rules = this.rules.get(timer.functionId);
    if (run === undefined || rules === undefined || rules.isPaused) return false;
    const isStart = timer.isStart === true;
    const isFull = this.#bucketsOf(timer.functionId, run, isStart).some(
      (bucket) => this.heldOf(bucket) >= bucket.limit,
    );
    if (isFull) return false;
    const { throttle } = rules.config;
    if (!isStart || throttle === undefined) return true;
    const id = throttleLimiterId(rules.config, this.#sourceOf(timer.functionId, run));
    const kept = readThrottle(id === undefined ? undefined : this.limiters.get(limiterName(id)));
    return decideThrottle(throttle, kept, this.nowMs).isAllowed;
  }

  #bucketsOf(functionId: string, run: LoadedRun, isStart: boolean): readonly Bucket[] {
    const rules = this.rules.get(functionId);
    if (rules === undefined) return [];
    return bucketsOf(rules.config, this.#sourceOf(functionId, run), isStart);
  }

  #sourceOf(functionId: string, run: LoadedRun): BucketRun {
    const { flow } = run.state.head;
    return { functionId, flow, nowMs: this.nowMs, readEvent: () => ({}) };
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
        callTimeoutMs: 1,
      },
      crowdedLanes: this.#options.crowdedLanes,
      nextGeneration: () => (generation.value += 1),
      make: (timer, run, flight) => {
        if (dispatcher === this.dispatcher) this.#make(timer, run, flight);
      },
      wake: () => {
        if (dispatcher === this.dispatcher) this.#isAwake = true;
      },
    });
    return dispatcher;
  }

  /** Each function compares what is held with its own limit, at the moment at which a call of it goes out. */
  #noteViolations(timer: Timer, run: LoadedRun): void {
    for (const bucket of this.#bucketsOf(timer.functionId, run, timer.isStart === true)) {
      const held = this.heldOf(bucket);
      if (held > bucket.limit) {
        this.violations.push(`${bucket.level} ${bucket.id}: ${held} of ${bucket.limit}`);
      }
    }
  }

  #make(timer: Timer, run: LoadedRun, flight: Flight): void {
    this.open.set(timer.id, { timer, run, flight });
    this.#noteRun(timer, run, flight);
    this.#noteViolations(timer, run);
  }

  #noteRun(timer: Timer, run: LoadedRun, flight: Flight): void {
    const { head } = run.state;
    if (head.startedAtMs !== undefined) return;
    run.state.head = { ...head, status: "running", startedAtMs: this.nowMs };
    const { functionId, id: runId } = head;
    this.started.push({ runId, functionId, key: head.flow?.keys[KEY] ?? "", atMs: this.nowMs });
    this.#noteStart(timer, run, flight);
    for (const bucket of flight.start?.slots ?? []) this.slots.push({ bucket, runId, functionId });
    const limiter = flight.start?.throttle;
    if (limiter === undefined) return;
    this.limiters.set(limiterName(limiter), limiter);
  }

  /** As `decideStarted` does. */
  #noteStart(timer: Timer, run: LoadedRun, { start }: Flight): void {
    if (start?.throttle === undefined && (start?.slots ?? []).length === 0) return;
    const { isStart: _started, ...later } = timer;
    this.timers.set(timer.id, later);
    run.state.timers.set(timer.id, later);
  }
}
