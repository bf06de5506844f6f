// Runs whose code stays suspended in memory between two calls, so that the next call need not replay. Invariants: the number and
// the idle time of the runs are bounded; one that is put out is closed, so that nothing holds its code any longer; whoever
// cannot name the token gets nothing. What is lost here is never missed: the engine then sends the whole state.
import { durationMsOf } from "../wire/duration.ts";
import type { WireOp } from "../wire/op.ts";
import type { CallInput, CallOutput } from "./call.ts";
import type { ExecuteOptions } from "./execute.ts";
import type { Retriability } from "./retriability.ts";
import type { StepNews } from "./step-board.ts";

const RUNS_MAX = 1_000;
const IDLE_MS = 60_000;
/** Outlasts the engine's delays before the first five retries: 15 s to 5 min, and up to 30 s more. */
const RETRY_IDLE_MS = 360_000;

/** A run that waits for its next call. */
export interface ParkedRun {
  /** Of the call that parked it. */
  readonly input: CallInput;
  /** Whether a step of it is running now. */
  readonly isInUse: boolean;
  /** Whether a step of it has failed and is to be tried again. */
  readonly isRetrying: boolean;
  /** Whether its code knows which attempt it was called with. */
  readonly hasReadAttempt: boolean;
  /** Goes on with what is new. To be taken out before; it may park itself again. */
  resume(news: StepNews, input: CallInput, options: ExecuteOptions): Promise<CallOutput>;
  /** Runs one step that was found. Undefined when there is no such step. The run stays where it is. */
  runStep(
    news: StepNews,
    input: CallInput,
    options: ExecuteOptions,
  ): Promise<CallOutput> | undefined;
  close(): void;
}

export interface ParkedRunsOptions {
  readonly runsMax?: number;
  /** How long a run waits for its next call. */
  readonly idleMs?: number;
  /** The same for a run that waits for a retry. */
  readonly retryIdleMs?: number;
}

interface Entry {
  readonly run: ParkedRun;
  usedAtMs: number;
  /** A call goes on there now. Its steps can be run beside it. */
  isTaken: boolean;
}

/** The runs that wait in this process for their next calls. */
export class ParkedRuns {
  /** By token, the one that was quiet for longest first. */
  readonly #entries = new Map<string, Entry>();
  readonly #runsMax: number;
  readonly #idleMs: number;
  readonly #retryIdleMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ParkedRunsOptions = {}) {
    const { runsMax = RUNS_MAX, idleMs = IDLE_MS, retryIdleMs = RETRY_IDLE_MS } = options;
    this.#runsMax = runsMax;
    this.#idleMs = idleMs;
    this.#retryIdleMs = Math.max(idleMs, retryIdleMs);
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

  /**
   * Whether all that the run waits for comes later than a run is kept; then parking it only puts out others.
   * @param failure Of the last op.
   */
  isTooLate(ops: readonly WireOp[], failure?: Retriability): boolean {
    if (failure?.isFinal === false) return retryRestMs(failure) > this.#retryIdleMs;
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

  /** One timer for all, which keeps no process alive. What is parked after it was set has no less than `idleMs` left. */
  #watch(): void {
    if (this.#timer !== undefined || this.#entries.size === 0) return;
    const ends = Array.from(this.#entries.values(), (entry) => this.#endMsOf(entry));
    const restMs = Math.min(this.#idleMs, Math.max(0, Math.min(...ends) - Date.now()));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sweep();
      this.#watch();
    }, restMs);
    (this.#timer as { readonly unref?: () => void }).unref?.();
  }

  #endMsOf({ run, usedAtMs }: Entry): number {
    return usedAtMs + (run.isRetrying ? this.#retryIdleMs : this.#idleMs);
  }

  #sweep(): void {
    const nowMs = Date.now();
    for (const [token, entry] of Array.from(this.#entries)) {
      if (this.#endMsOf(entry) > nowMs) continue;
      if (isBusy(entry)) this.#touch(token, entry);
      else this.#evict([token, entry]);
    }
  }
}

function isBusy({ run, isTaken }: Entry): boolean {
  return isTaken || run.isInUse;
}

/** `Retry-After` is whole seconds or a date. Without it the engine's own delays hold, which are within the time. */
function retryRestMs({ retryAfter }: { readonly retryAfter?: string }): number {
  if (retryAfter === undefined) return 0;
  return /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : restMsOf(retryAfter);
}

/** A sleep's time stands in its op as a duration or as a date. */
function restMsOf(time: string): number {
  const atMs = /^\d{4}-/.test(time) ? Date.parse(time) : Number.NaN;
  return Number.isNaN(atMs) ? durationMsOf(time) : atMs - Date.now();
}
