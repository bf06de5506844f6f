// How a call leaves: it takes everything that it needs at once, and where that is something that others wait for, it is on
// record before the call is made. So a crash at any moment leaves nothing that was taken and is not known.
import { isEnded, type LoadedRun, type Timer } from "@everstep/core";
import type { RunCache } from "../partition/run-cache.ts";
import type { Clock } from "../ports.ts";
import type { AirborneCall, AirborneCalls } from "./airborne-calls.ts";
import { holderOf, type BucketTable } from "./bucket-table.ts";
import { isStartOf, isStepBucket, needsOf, type CallNeeds } from "./call-needs.ts";
import type { DispatcherOptions, Flight, FunctionRules } from "./contract.ts";
import type { Places } from "./places.ts";

export interface Departing {
  readonly timer: Timer;
  readonly run: LoadedRun;
  readonly needs: CallNeeds;
  readonly rules: FunctionRules;
  /** A former owner made it before. Its run may have gone on since it was loaded, so that it is looked at again in any case. */
  readonly isAgain?: boolean;
}

export interface DeparturesOptions extends Pick<
  DispatcherOptions,
  "rulesOf" | "nextGeneration" | "book" | "make" | "wake"
> {
  readonly clock: Clock;
  readonly cache: RunCache;
  readonly calls: AirborneCalls;
  readonly buckets: BucketTable;
  readonly places: Places;
  /** The call waits in its queue again. */
  readonly putBack: (timer: Timer) => void;
  readonly onError: (message: string, error: unknown, retry: () => void) => void;
}

export class Departures {
  readonly #options: DeparturesOptions;
  #isStopping = false;

  constructor(options: DeparturesOptions) {
    this.#options = options;
  }

  /** @returns false: the timer was taken away since it became ready, because its run was cancelled or has ended. */
  depart({ timer, run, needs, rules, isAgain = false }: Departing): boolean {
    const { clock, nextGeneration, places, calls, buckets } = this.#options;
    const current = run.state.timers.get(timer.id);
    if (current === undefined || isEnded(run.state)) return false;
    const runId = run.state.head.id;
    const stepId = timer.op?.stepId;
    const flight: Flight = {
      runId,
      timerId: timer.id,
      functionId: timer.functionId,
      appId: rules.appId,
      generation: nextGeneration(),
      startedAtMs: clock.nowMs(),
      ...(stepId === undefined ? {} : { stepId }),
      ...(run.state.head.startedAtMs === undefined ? { start: places.startOf(needs) } : {}),
    };
    for (const bucket of needs.buckets) {
      buckets.take(bucket, isStepBucket(bucket) ? timer.id : runId, holderOf(flight));
    }
    const isPlain = !isAgain && needs.buckets.length === 0 && needs.throttle === undefined;
    const isStart = isStartOf(timer, run);
    const call: AirborneCall = { flight, run, needs, isStart, isMade: isPlain };
    calls.add(call);
    if (isPlain) this.#options.make(current, run, flight);
    else this.#options.book(flight, needs.buckets.some(isStepBucket), () => this.#go(call));
    return true;
  }

  /** The call is over, or is not made after all. */
  land(timerId: number): void {
    const { calls, buckets } = this.#options;
    for (const bucket of calls.remove(timerId)?.needs.buckets ?? []) {
      if (isStepBucket(bucket)) buckets.free(bucket, timerId);
    }
  }

  /** Calls that went out under other rules count under the new ones too. */
  countAgain(functionId: string, rules: FunctionRules): void {
    const { calls, buckets, clock } = this.#options;
    for (const call of calls.values()) {
      const { flight, run, isStart, needs: old } = call;
      if (flight.functionId !== functionId) continue;
      const found = needsOf(rules.config, run, clock.nowMs());
      call.needs = isStart ? found.start : found.later;
      buckets.move({ from: old.buckets, to: call.needs.buckets }, flight.timerId, holderOf(flight));
    }
  }

  /** Calls that have not been made yet are made by the next owner. */
  stop(): void {
    this.#isStopping = true;
  }

  /** What the call takes is durable. Meanwhile its run may have gone on, or ended. */
  #go(call: AirborneCall): void {
    const { calls, cache, places, rulesOf, nextGeneration, make, putBack, wake } = this.#options;
    const { flight } = call;
    if (calls.get(flight.timerId) !== call) return;
    const run = cache.peek(flight.runId);
    if (run === undefined) {
      this.#goLater(call);
      return;
    }
    const timer = run.state.timers.get(flight.timerId);
    if (this.#isStopping || timer === undefined || isEnded(run.state)) {
      const isUncounted = flight.start !== undefined && run.state.head.startedAtMs === undefined;
      if (isUncounted) places.giveBack(call.needs);
      this.land(flight.timerId);
      wake();
      return;
    }
    if (rulesOf(flight.functionId)?.isPaused === true) {
      // The pause is in force by now.
      this.land(flight.timerId);
      putBack(timer);
      return;
    }
    call.isMade = true;
    // Generations are in the order in which calls leave, and others have left meanwhile.
    call.flight = { ...flight, generation: nextGeneration() };
    make(timer, run, call.flight);
  }

  #goLater(call: AirborneCall): void {
    const { cache, onError, wake } = this.#options;
    const { runId, timerId } = call.flight;
    const go = async (): Promise<void> => {
      await cache.load([runId]);
      if (cache.peek(runId) !== undefined) this.#go(call);
      else {
        this.land(timerId);
        wake();
      }
    };
    go().catch((error: unknown) =>
      onError("A run could not be loaded for its call.", error, () => this.#goLater(call)),
    );
  }
}
