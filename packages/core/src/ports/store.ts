// The store port: what the partition loop needs of a database. Not a public API; two adapters, one conformance suite.
// There is one writer: between two commits nothing else changes the tables, so loads see exactly what was committed.
import type { EventRecord } from "@everstep/protocol";
import type { AppRecord, FunctionRecord } from "../model/app.ts";
import type { BulkJob, BulkRequest } from "../model/bulk.ts";
import type { Change, IdempotencyKey } from "../model/change.ts";
import type { FunctionControl, Limiter, LimiterId, Slot } from "../model/flow.ts";
import type { RunState } from "../model/run.ts";
import type { Timer, TimerKind } from "../model/timer.ts";
import type { Wait } from "../model/wait.ts";

export type Awaitable<T> = T | Promise<T>;

/** What a new owner of the partition starts from. */
export interface Catalog {
  /** Raised durably by each open, from 1: ids and generations of different owners never collide. */
  readonly epoch: number;
  readonly apps: readonly AppRecord[];
  /** Archived ones included. */
  readonly functions: readonly FunctionRecord[];
  readonly controls: readonly FunctionControl[];
  /** Requests come only with jobs that run. */
  readonly bulkJobs: readonly { readonly job: BulkJob; readonly request?: BulkRequest }[];
  /** Every (eventName, matchPath) that a wait ever used; append-only and small. */
  readonly matchPaths: readonly { readonly eventName: string; readonly path: string }[];
}

export interface TimerQuery {
  readonly kinds: readonly TimerKind[];
  /** Timers due at or before this, epoch ms. */
  readonly dueAtMsMax: number;
  /** Only this function's. Order is then (orderKey, id), else (dueAtMs, id). */
  readonly functionId?: string;
  /** Only this lane's; needs `functionId`. Starts and later calls of a lane are listed apart. */
  readonly lane?: { readonly key: string; readonly isStart: boolean };
  /** Exclusive start: the last timer already seen, in the order above. */
  readonly after?: { readonly key: number; readonly id: number };
  readonly limit: number;
}

/** A lane of a function that has calls on disk. */
export interface LaneEntry {
  readonly key: string;
  readonly isStart: boolean;
  /** Its first call in queue order, due or not. */
  readonly first: { readonly orderKey: number; readonly id: number };
}

export interface LaneQuery {
  readonly functionId: string;
  /** Exclusive start: the last lane already seen, in the order (key, isStart). */
  readonly after?: { readonly key: string; readonly isStart: boolean };
  readonly limit: number;
}

export interface WaitQuery {
  readonly eventName: string;
  readonly matchKeys: readonly string[];
}

/** A run with the events it runs for. */
export interface LoadedRun {
  readonly state: RunState;
  readonly events: readonly EventRecord[];
}

export interface Store {
  /** Opens the partition for this owner. @throws EverstepError store_unavailable when another process owns it. */
  open(): Awaitable<Catalog>;
  /** Applies every change, in order, in one transaction. Durable when it resolves; on rejection nothing was applied. */
  commit(changes: readonly Change[]): Promise<void>;
  /** Heads, outputs, inputs, timers and waits of the runs that exist, in no order; ended runs come without timers and waits. */
  loadRuns(runIds: readonly string[]): Awaitable<readonly LoadedRun[]>;
  /** Every wait whose (eventName, matchKey) equals one asked for, oldest first. */
  findWaits(queries: readonly WaitQuery[]): Awaitable<readonly Wait[]>;
  /** Keys of the list that live (not expired at `nowMs`), for every function. */
  findIdempotencyKeys(keys: readonly string[], nowMs: number): Awaitable<readonly IdempotencyKey[]>;
  /** Which of these internal event ids exist. */
  findEventIds(internalIds: readonly string[]): Awaitable<ReadonlySet<string>>;
  listTimers(query: TimerQuery): Awaitable<readonly Timer[]>;
  /** Every timer with `calledAtMs`, by id: as many as calls were out at once, so all of them. */
  listCalled(): Awaitable<readonly Timer[]>;
  /** Lanes with calls or requests, ordered by (key, isStart). Its cost grows with the lanes it lists, not with their calls. */
  listLanes(query: LaneQuery): Awaitable<readonly LaneEntry[]>;
  /** Calls and requests of the lane before the given place in its order, counted up to `countMax`. */
  countTimersBefore(query: {
    readonly functionId: string;
    readonly lane: { readonly key: string; readonly isStart: boolean };
    readonly before: { readonly key: number; readonly id: number };
    readonly countMax: number;
  }): Awaitable<number>;
  /** The limiters of the list that exist, expired ones included. */
  findLimiters(ids: readonly LimiterId[]): Awaitable<readonly Limiter[]>;
  /** Events of an open batch, in the order they were added. */
  loadBatchEvents(batchId: string): Awaitable<readonly EventRecord[]>;
  /** Every slot of these buckets. */
  findSlots(buckets: readonly string[]): Awaitable<readonly Slot[]>;
  /** Takes away limiters and idempotency keys that expired at or before `nowMs`, at most `rowsMax` of each. */
  sweepExpired(nowMs: number, rowsMax: number): Promise<void>;
  /** Events as they were stored, for a debounce that fires. Missing ones are left out. */
  findEvents(internalIds: readonly string[]): Awaitable<readonly EventRecord[]>;
}
