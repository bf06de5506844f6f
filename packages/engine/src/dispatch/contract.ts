// What the partition asks of the dispatcher and what it gives it: the shapes that callers and explanations share.
import type { LoadedRun, StartCharge, Store, Timer } from "@everstep/core";
import type { FunctionConfig, Limits } from "@everstep/protocol";
import type { InFlightCall } from "../engine.ts";
import type { RunCache } from "../partition/run-cache.ts";
import type { Clock, Log } from "../ports.ts";
import type { LaneBounds } from "./lane-set.ts";
import type { QueueState } from "./queue-state.ts";

export interface Flight extends InFlightCall {
  /** Unique, increasing over restarts: tells a call from later calls for the same timer. */
  readonly generation: number;
  readonly appId: string;
  /** Present when the call starts its run: what is to be committed with the start. */
  readonly start?: StartCharge;
}

/** The rules of a function as they are at this moment. The same object until they change. */
export interface FunctionRules {
  readonly appId: string;
  /** The effective config: code and overrides. */
  readonly config: FunctionConfig;
  readonly isPaused: boolean;
}

export interface DispatcherOptions extends LaneBounds {
  readonly store: Pick<
    Store,
    "listTimers" | "listCalled" | "listLanes" | "findSlots" | "findLimiters" | "countTimersBefore"
  >;
  readonly cache: RunCache;
  readonly rulesOf: (functionId: string) => FunctionRules | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  readonly nextGeneration: () => number;
  /**
   * Puts on record what a call takes, before it is made.
   * @param isHolding It holds places for as long as it is out (`Timer.calledAtMs`).
   * @param booked Once that is durable.
   */
  readonly book: (flight: Flight, isHolding: boolean, booked: () => void) => void;
  /** Makes the call; `land` once it has been settled. Everything it reads is durable when this is called. */
  readonly make: (timer: Timer, run: LoadedRun, flight: Flight) => void;
  /** Asks for another pump once nothing undurable is in memory. */
  readonly wake: () => void;
}

export interface Dispatcher {
  /** Takes up the calls that a former owner had out. Nothing is made before. @throws What the store throws. */
  takeUp(): Promise<void>;
  /** Takes up what a function may have left on disk. */
  open(functionId: string): void;
  /** A durable timer of kind call or request that is due. */
  add(timer: Timer): void;
  /** Makes what may be made now. Only called when everything in memory is durable. */
  pump(): void;
  /** The call of this timer is over. */
  land(timerId: number): void;
  /** A run has ended, durably. */
  runEnded(runId: string): void;
  /** The rules of a function have changed, or it was paused or resumed. */
  rulesChanged(functionId: string): void;
  /** The call that is out for the timer, or about to be. */
  current(timerId: number): Flight | undefined;
  /** Its call is out, and sees nothing of what happens now. */
  hasLeft(timerId: number): boolean;
  inFlight(): readonly InFlightCall[];
  readonly inFlightCount: number;
  /** What holds a call back, as of now. */
  queueStateOf(timer: Timer, run: LoadedRun): Promise<QueueState>;
  /** Makes nothing new from now on. */
  pause(): void;
  /** Resolves when no call is out. */
  drained(): Promise<void>;
}
