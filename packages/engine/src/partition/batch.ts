// One batch of decisions: the changes it makes, and reads that see them before they are durable.
import type {
  Change,
  IdempotencyKey,
  Limiter,
  LimiterId,
  LoadedRun,
  Store,
  Wait,
} from "@everstep/core";
import type { EventRecord } from "@everstep/protocol";
import type { Catalog } from "../catalog.ts";
import type { RunCache } from "./run-cache.ts";
import { Uncommitted } from "./uncommitted.ts";

export interface Batch {
  readonly changes: readonly Change[];
  /** Runs that the batch read or changed. */
  readonly touched: ReadonlySet<string>;
  record(changes: readonly Change[]): void;
  getRun(runId: string): Promise<LoadedRun | undefined>;
  /** From memory only. */
  peekRun(runId: string): LoadedRun | undefined;
  putRun(run: LoadedRun): void;
  findWaits(eventName: string, matchKeys: readonly string[]): Promise<readonly Wait[]>;
  findKeys(key: string, nowMs: number): Promise<readonly IdempotencyKey[]>;
  hasEvent(internalId: string): Promise<boolean>;
  /** Those that exist, in no order. */
  findLimiters(ids: readonly LimiterId[]): Promise<readonly Limiter[]>;
  /** Events of an open batch in their order. */
  loadBatchEvents(batchId: string): Promise<readonly EventRecord[]>;
  /** Those that exist, in the order of the ids. */
  findEvents(internalIds: readonly string[]): Promise<readonly EventRecord[]>;
}

export function createBatch(store: Store, cache: RunCache, catalog: Catalog): Batch {
  const changes: Change[] = [];
  const touched = new Set<string>();
  const made = new Uncommitted(catalog);
  const findEvents: Batch["findEvents"] = async (internalIds) => {
    const missing = internalIds.filter((id) => made.event(id) === undefined);
    const stored = missing.length === 0 ? [] : await store.findEvents(missing);
    const byId = new Map(stored.map((event) => [event.internalId, event]));
    return internalIds.flatMap((id) => made.event(id) ?? byId.get(id) ?? []);
  };
  return {
    changes,
    touched,
    findEvents,
    async findLimiters(ids) {
      const unknown = ids.filter((id) => !made.knowsLimiter(id));
      const stored = unknown.length === 0 ? [] : await store.findLimiters(unknown);
      return [...ids.flatMap((id) => made.limiter(id) ?? []), ...stored];
    },
    async loadBatchEvents(batchId) {
      const added = await findEvents(made.batchEvents(batchId));
      return [...(await store.loadBatchEvents(batchId)), ...added];
    },
    record(recorded) {
      for (const change of recorded) {
        changes.push(change);
        made.note(change);
      }
    },
    getRun(runId) {
      touched.add(runId);
      return cache.get(runId);
    },
    peekRun(runId) {
      const run = cache.use(runId);
      if (run !== undefined) touched.add(runId);
      return run;
    },
    putRun(run) {
      touched.add(run.state.head.id);
      cache.put(run);
    },
    findWaits: async (eventName, matchKeys) =>
      made.withWaits(await store.findWaits([{ eventName, matchKeys }]), { eventName, matchKeys }),
    findKeys: async (key, nowMs) =>
      made.withKeys(await store.findIdempotencyKeys([key], nowMs), key),
    hasEvent: async (internalId) =>
      made.event(internalId) !== undefined ||
      (await store.findEventIds([internalId])).has(internalId),
  };
}
