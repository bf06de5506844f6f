// Runs whose code stays suspended in memory between two calls, so that the next call need not replay. Invariants: the number and
// the idle time of the runs are bounded; one that is put out is closed, so that nothing holds its code any longer; whoever
// cannot name the token gets nothing. What is lost here is never missed: the engine then sends the whole state.
import { durationMsOf } from "../wire/duration.ts";
import type { WireOp } from "../wire/op.ts";
import type { CallInput, CallOutput } from "./call.ts";
import type { ExecuteOptions } from "./execute.ts";
import type { StepNews } from "./step-board.ts";

const RUNS_MAX = 1_000;
const IDLE_MS = 60_000;

/** A run that waits for its next call. */
export interface ParkedRun {
  /** Of the call that parked it. */
  readonly input: CallInput;
  /** Whether a step of it is running now. */
  readonly isInUse: boolean;
  /** Goes on with what is new. To be taken out before; it may park itself again. */
  resume(news: StepNews, input: CallInput, options: ExecuteOptions): Promise<CallOutput>;
  /** Runs one step that was found. Undefined when there is no such step. The run stays where it is. */
  runStep(input: CallInput, options: ExecuteOptions): Promise<CallOutput> | undefined;
  close(): void;
}

export interface ParkedRunsOptions {
  readonly runsMax?: number;
  /** How long a run waits for its next call. */
  readonly idleMs?: number;
}

interface Entry {
  readonly run: ParkedRun;
  usedAtMs: number;
  /** A call goes on there now. Its steps can be run beside it. */
  isTaken: boolean;
}

export class ParkedRuns {
  /** By token, the one that was quiet for longest first. */
  readonly #entries = new Map<string, Entry>();
  readonly #runsMax: number;
  readonly #idleMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ runsMax = RUNS_MAX, idleMs = IDLE_MS }: ParkedRunsOptions = {}) {
    this.#runsMax = runsMax;
    this.#idleMs = idleMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @param token Of the run, when it was parked before. @returns The token under which the run is found. */
  park(run: ParkedRun, token: string = crypto.randomUUID()): string {
    this.#entries.delete(token);
    this.#entries.set(token, { run, usedAtMs: Date.now(), isTaken: false });
    if (this.#entries.size > this.#runsMax) this.#evictOldest();
    this.#watch();
    return token;
  }

  /** The run stays, and its time begins anew. */
  find(token: string): ParkedRun | undefined {
    const entry = this.#entries.get(token);
    if (entry !== undefined) this.#touch(token, entry);
    return entry?.run;
  }

  /** No other call goes on there until it is parked again. Only its found steps can still be run. */
  take(token: string): ParkedRun | undefined {
    const entry = this.#entries.get(token);
    if (entry === undefined || entry.isTaken) return undefined;
    entry.isTaken = true;
    return entry.run;
  }

  /** The run that was taken has ended or cannot wait any more. */
  drop(token: string): void {
    this.#entries.delete(token);
  }

  /** Whether all that the run waits for comes later than a run is kept; then parking it only puts out others. */
  isTooLate(ops: readonly WireOp[]): boolean {
    return ops.every(({ op, name }) => op === "Sleep" && restMsOf(name ?? "") > this.#idleMs);
  }

  /** Puts out every run that waits. */
  clear(): void {
    for (const entry of this.#entries) if (!isBusy(entry[1])) this.#evict(entry);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #touch(token: string, entry: Entry): void {
    this.#entries.delete(token);
    entry.usedAtMs = Date.now();
    this.#entries.set(token, entry);
  }

  #evictOldest(): void {
    for (const entry of this.#entries) {
      if (isBusy(entry[1])) continue;
      this.#evict(entry);
      return;
    }
  }

  #evict([token, { run }]: readonly [string, Entry]): void {
    this.#entries.delete(token);
    run.close();
  }

  /** One timer for all, which keeps no process alive. */
  #watch(): void {
    const oldest = this.#entries.values().next();
    if (this.#timer !== undefined || oldest.done === true) return;
    const restMs = Math.max(0, oldest.value.usedAtMs + this.#idleMs - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sweep();
      this.#watch();
    }, restMs);
    (this.#timer as { readonly unref?: () => void }).unref?.();
  }

  #sweep(): void {
    const nowMs = Date.now();
    for (const [token, entry] of this.#entries) {
      if (entry.usedAtMs + this.#idleMs > nowMs) return;
      if (isBusy(entry)) this.#touch(token, entry);
      else this.#evict([token, entry]);
    }
  }
}

function isBusy({ run, isTaken }: Entry): boolean {
  return isTaken || run.isInUse;
}

/** A sleep's time stands in its op as a duration or as a date. */
function restMsOf(time: string): number {
  const atMs = /^\d{4}-/.test(time) ? Date.parse(time) : Number.NaN;
  return Number.isNaN(atMs) ? durationMsOf(time) : atMs - Date.now();
}
