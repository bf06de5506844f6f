// Who holds a place in each concurrency bucket, and which lanes wait for one, in the order in which they came. Places are
// derived, never counted: those of calls from the calls that are out, those of runs from their rows in the store.
import type { Bucket, Slot, Store } from "@everstep/core";
import type { Flight } from "./contract.ts";
import { WaitingRoom, type Waiter } from "./waiting-room.ts";

export interface Holder {
  readonly runId: string;
  /** The step whose call holds it. */
  readonly stepId?: string;
  /** Absent: since before this engine started. */
  readonly sinceMs?: number;
}

interface BucketState {
  readonly id: string;
  readonly level: Bucket["level"];
  /** By timer (level step) or run (level fn); oldest first. */
  readonly holders: Map<number | string, Holder>;
  /** Who waits: functions that share the bucket have limits of their own, and one that has no room says nothing of the others. */
  readonly waiters: WaitingRoom;
}

export interface BucketTableOptions {
  readonly store: Pick<Store, "findSlots">;
  /** A read failed: to be tried again in a while. */
  readonly onError: (error: unknown, retry: () => void) => void;
  /** Something may go on that could not before. */
  readonly wake: () => void;
}

export class BucketTable {
  readonly #options: BucketTableOptions;
  readonly #states = new Map<string, BucketState>();
  /** Run-level buckets of each run. */
  readonly #ofRun = new Map<string, Set<BucketState>>();
  /** Buckets whose rows are being read, with the runs that ended meanwhile. */
  readonly #loading = new Map<BucketState, Set<string>>();
  /** Buckets that got room since their waiters were last woken. */
  readonly #freed = new Set<BucketState>();
  #sweptAt = STATES_SWEPT_AT;

  constructor(options: BucketTableOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#states.size;
  }

  /** The first of the buckets without room; undefined when all have room. */
  findFull(buckets: readonly Bucket[]): Bucket | undefined {
    return buckets.find((bucket) => !this.#hasRoom(this.#stateOf(bucket), bucket.limit));
  }

  /** Places that are free. */
  roomOf(bucket: Bucket): number {
    return bucket.limit - (this.#states.get(nameOf(bucket))?.holders.size ?? 0);
  }

  take(bucket: Bucket, key: number | string, holder: Holder): void {
    const state = this.#stateOf(bucket);
    state.holders.set(key, holder);
    if (bucket.level === "fn") this.#noteRun(state, holder.runId);
  }

  /** A call is over. */
  free(bucket: Bucket, timerId: number): void {
    const state = this.#states.get(nameOf(bucket));
    if (state === undefined || !state.holders.delete(timerId)) return;
    this.#gotRoom(state);
  }

  /** A call holds places under other rules than before. */
  move(
    { from, to }: { readonly from: readonly Bucket[]; readonly to: readonly Bucket[] },
    timerId: number,
    holder: Holder,
  ): void {
    for (const bucket of from) if (bucket.level === "step") this.free(bucket, timerId);
    for (const bucket of to) if (bucket.level === "step") this.take(bucket, timerId, holder);
  }

  /** Places that are held by those that count. */
  countHeld(bucket: Bucket, counts: (key: number | string) => boolean): number {
    let held = 0;
    for (const key of this.#states.get(nameOf(bucket))?.holders.keys() ?? []) {
      if (counts(key)) held += 1;
    }
    return held;
  }

  /** A run has ended. */
  freeRun(runId: string): void {
    for (const ended of this.#loading.values()) ended.add(runId);
    const states = this.#ofRun.get(runId);
    if (states === undefined) return;
    this.#ofRun.delete(runId);
    for (const state of states) {
      state.holders.delete(runId);
      this.#gotRoom(state);
    }
  }

  /** Whoever waits is woken when the bucket has room for it. */
  park(waiter: Waiter, bucket: Bucket): void {
    this.#stateOf(bucket).waiters.add(waiter, bucket.limit);
  }

  /**
   * Who has waited longest for each bucket that got room. Ask again after they were served: as long as there is room and
   * somebody waits for it, the next one is woken.
   * @param mayRun Whether its function could make a call at all now; the bucket keeps its room for later if not.
   */
  takeWoken(mayRun: (waiter: Waiter) => boolean): readonly Waiter[] {
    const woken: Waiter[] = [];
    for (const state of this.#freed) {
      const first = state.waiters.first((limit) => this.#hasRoom(state, limit), mayRun);
      if (first === undefined) {
        this.#freed.delete(state);
        this.#collect(state);
        continue;
      }
      if (first === "room") continue;
      state.waiters.delete(first);
      woken.push(first);
    }
    return woken;
  }

  holdersOf(bucket: Bucket): readonly Holder[] {
    return [...(this.#states.get(nameOf(bucket))?.holders.values() ?? [])];
  }

  #hasRoom(state: BucketState, limit: number): boolean {
    return !this.#loading.has(state) && state.holders.size < limit;
  }

  #gotRoom(state: BucketState): void {
    if (!state.waiters.isEmpty) this.#freed.add(state);
    else this.#collect(state);
  }

  #stateOf(bucket: Bucket): BucketState {
    const name = nameOf(bucket);
    let state = this.#states.get(name);
    if (state === undefined) {
      this.#sweep();
      const { id, level } = bucket;
      state = { id, level, holders: new Map(), waiters: new WaitingRoom() };
      this.#states.set(name, state);
      if (level === "fn") this.#load(state);
    }
    return state;
  }

  /** Runs hold their places over restarts, and one that is not known yet must not be given to another run. */
  #load(state: BucketState): void {
    const found = this.#options.store.findSlots([state.id]);
    if (!(found instanceof Promise)) {
      this.#know(state, found);
      return;
    }
    this.#loading.set(state, this.#loading.get(state) ?? new Set());
    this.#knowLater(state, found).catch((error: unknown) =>
      this.#options.onError(error, () => this.#load(state)),
    );
  }

  async #knowLater(state: BucketState, found: Promise<readonly Slot[]>): Promise<void> {
    this.#know(state, await found);
    this.#loading.delete(state);
    this.#gotRoom(state);
    this.#options.wake();
  }

  #know(state: BucketState, slots: readonly Slot[]): void {
    const ended = this.#loading.get(state);
    for (const { runId } of slots) {
      if (ended?.has(runId) === true || state.holders.has(runId)) continue;
      state.holders.set(runId, { runId });
      this.#noteRun(state, runId);
    }
  }

  #noteRun(state: BucketState, runId: string): void {
    const states = this.#ofRun.get(runId);
    if (states === undefined) this.#ofRun.set(runId, new Set([state]));
    else states.add(state);
  }

  /** What is known of a run-level bucket is kept for a while, because it was read from the store. */
  #collect(state: BucketState): void {
    this.#freed.delete(state);
    if (state.level === "step" && isUnused(state)) this.#states.delete(nameOf(state));
  }

  #sweep(): void {
    if (this.#states.size < this.#sweptAt) return;
    for (const [name, state] of this.#states) {
      if (isUnused(state) && !this.#loading.has(state)) this.#states.delete(name);
    }
    this.#sweptAt = Math.max(STATES_SWEPT_AT, this.#states.size * 2);
  }
}

export function holderOf(flight: Pick<Flight, "runId" | "stepId" | "startedAtMs">): Holder {
  const { runId, stepId, startedAtMs: sinceMs } = flight;
  return { runId, sinceMs, ...(stepId === undefined ? {} : { stepId }) };
}

/** Buckets in memory before those that nobody uses are dropped. */
const STATES_SWEPT_AT = 10_000;

function isUnused({ holders, waiters }: BucketState): boolean {
  return holders.size === 0 && waiters.isEmpty;
}

/** Calls and runs are never counted in one bucket. */
function nameOf({ level, id }: Pick<Bucket, "level" | "id">): string {
  return `${level}:${id}`;
}
