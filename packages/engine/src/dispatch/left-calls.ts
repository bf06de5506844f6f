// Calls that a former owner had out: their apps may be running them still. Each holds its places until it has been made again,
// in those places and before every other call, or until it is older than a call may take. Invariant: an app has no more calls
// that hold a place than the limit, counting what a crash left behind.
import type { LoadedRun, Store, Timer } from "@everstep/core";
import type { RunCache } from "../partition/run-cache.ts";
import type { Clock } from "../ports.ts";
import type { BucketTable, Holder } from "./bucket-table.ts";
import { isStepBucket, needsOf, type CallNeeds } from "./call-needs.ts";
import type { FunctionRules } from "./contract.ts";

/** Runs that are loaded at a time. */
const LOAD_MAX = 256;

export interface LeftCall {
  readonly timer: Timer;
  readonly run: LoadedRun;
  readonly holder: Holder;
  needs: CallNeeds;
  readonly stopWaiting: () => void;
}

export interface LeftCallsOptions {
  readonly store: Pick<Store, "listCalled">;
  readonly cache: RunCache;
  readonly clock: Clock;
  readonly buckets: BucketTable;
  readonly rulesOf: (functionId: string) => FunctionRules | undefined;
  /** How long a call may take: an older one is not waited for. */
  readonly callTimeoutMs: number;
  readonly wake: () => void;
}

export class LeftCalls {
  readonly #options: LeftCallsOptions;
  readonly #calls = new Map<number, LeftCall>();
  /** The same; most of the time there are none, and this is asked in each round. */
  readonly #ofFunction = new Map<string, Map<number, LeftCall>>();
  #isTakenUp = false;

  constructor(options: LeftCallsOptions) {
    this.#options = options;
  }

  /** Before this no call may go out: nobody knows what is held. */
  get isTakenUp(): boolean {
    return this.#isTakenUp;
  }

  /** Reads what the former owner has left. @throws What the store throws; may be called again then. */
  async takeUp(): Promise<void> {
    const { store, cache } = this.#options;
    const timers = (await store.listCalled()).filter(({ runId }) => runId !== undefined);
    for (let from = 0; from < timers.length; from += LOAD_MAX) {
      const page = timers.slice(from, from + LOAD_MAX);
      await cache.load([...new Set(page.map(({ runId = "" }) => runId))]);
      for (const timer of page) this.#hold(timer, cache.peek(timer.runId ?? ""));
    }
    this.#isTakenUp = true;
  }

  /**
   * Those that may be made again now, oldest first. A limit that was lowered since lets out only as many as it allows.
   * @param mayRun Whether the function may make a call at all.
   */
  *ready(mayRun: (functionId: string) => boolean): Iterable<LeftCall> {
    for (const [functionId, calls] of this.#ofFunction) {
      const full = new Set<string>();
      for (const call of calls.values()) {
        if (!mayRun(functionId)) break;
        if (!this.#isShutOut(call.needs, full)) yield call;
      }
    }
  }

  has(timerId: number): boolean {
    return this.#calls.has(timerId);
  }

  /** It is made again: from now on its places are held by a call that is out. */
  handOver(timerId: number): void {
    const call = this.#calls.get(timerId);
    if (call === undefined) return;
    call.stopWaiting();
    this.#calls.delete(timerId);
    const { functionId } = call.timer;
    const ofFunction = this.#ofFunction.get(functionId);
    ofFunction?.delete(timerId);
    if (ofFunction?.size === 0) this.#ofFunction.delete(functionId);
  }

  /** Nobody waits for it any more. */
  giveUp(timerId: number): void {
    const call = this.#calls.get(timerId);
    if (call === undefined) return;
    this.handOver(timerId);
    this.#options.buckets.move({ from: call.needs.buckets, to: [] }, timerId, call.holder);
  }

  rulesChanged(functionId: string, rules: FunctionRules): void {
    const { buckets, clock } = this.#options;
    for (const [timerId, call] of this.#ofFunction.get(functionId) ?? []) {
      const { needs: old } = call;
      call.needs = needsOf(rules.config, call.run, clock.nowMs()).later;
      buckets.move({ from: old.buckets, to: call.needs.buckets }, timerId, call.holder);
    }
  }

  stop(): void {
    for (const { stopWaiting } of this.#calls.values()) stopWaiting();
  }

  #hold(timer: Timer, run: LoadedRun | undefined): void {
    const { clock, buckets, rulesOf, callTimeoutMs, wake } = this.#options;
    const rules = rulesOf(timer.functionId);
    if (run === undefined || rules === undefined || this.#calls.has(timer.id)) return;
    const nowMs = clock.nowMs();
    // A clock that was set back must not make it older than it is allowed to get.
    const sinceMs = Math.min(timer.calledAtMs ?? nowMs, nowMs);
    const untilMs = sinceMs + callTimeoutMs;
    if (untilMs <= nowMs) return;
    const { runId = "", op } = timer;
    const stepId = op?.stepId;
    const holder = { runId, sinceMs, ...(stepId === undefined ? {} : { stepId }) };
    // Its run has started, so what starts need was charged.
    const needs = needsOf(rules.config, run, nowMs).later;
    const stopWaiting = clock.at(untilMs, () => {
      this.giveUp(timer.id);
      wake();
    });
    const call = { timer, run, holder, needs, stopWaiting };
    this.#calls.set(timer.id, call);
    const ofFunction = this.#ofFunction.get(timer.functionId);
    if (ofFunction === undefined) {
      this.#ofFunction.set(timer.functionId, new Map([[timer.id, call]]));
    } else ofFunction.set(timer.id, call);
    buckets.move({ from: [], to: needs.buckets }, timer.id, holder);
  }

  /** @param full Buckets that are known to be full; grows. */
  #isShutOut({ buckets: needed }: CallNeeds, full: Set<string>): boolean {
    const isOut = (key: number | string): boolean => typeof key !== "number" || !this.has(key);
    for (const bucket of needed) {
      if (!isStepBucket(bucket) || full.has(bucket.id)) continue;
      if (this.#options.buckets.countHeld(bucket, isOut) >= bucket.limit) full.add(bucket.id);
    }
    return needed.some((bucket) => isStepBucket(bucket) && full.has(bucket.id));
  }
}
