// One batch of decisions: the changes it makes, and reads that see them before they are durable.
import {
  type Change,
  type IdempotencyKey,
  type Limiter,
  type LimiterId,
  type LoadedRun,
  type Store,
  type Wait,
} from "@everstep/core";
import type { EventRecord } from "@everstep/protocol";
import type { Catalog } from "../catalog.ts";
import type { RunCache } from "./run-cache.ts";

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

/** Tells limiters apart. */
export function limiterName({ kind, functionId, key }: LimiterId): string {
  return `${kind}:${functionId}:${key}`;
}

export function createBatch(store: Store, cache: RunCache, catalog: Catalog): Batch {
  const changes: Change[] = [];
  const touched = new Set<string>();
  const addedWaits = new Map<string, Wait>();
  const removedWaits = new Set<string>();
  const addedKeys: IdempotencyKey[] = [];
  const addedEvents = new Map<string, EventRecord>();
  /** By name; undefined: removed. */
  const limiters = new Map<string, Limiter | undefined>();
  /** Event ids that were added to batches. */
  const batchEvents = new Map<string, string[]>();

  const note = (change: Change): void => {
    switch (change.type) {
      case "wait_added":
        addedWaits.set(change.wait.id, change.wait);
        removedWaits.delete(change.wait.id);
        catalog.noteWait(change.wait);
        return;
      case "wait_removed":
        addedWaits.delete(change.waitId);
        removedWaits.add(change.waitId);
        return;
      case "idempotency_key_added":
        addedKeys.push(change.key);
        return;
      case "event_added":
        addedEvents.set(change.event.internalId, change.event);
        return;
      case "limiter_saved":
        limiters.set(limiterName(change.limiter), change.limiter);
        return;
      case "limiter_removed":
        limiters.set(limiterName(change.limiter), undefined);
        return;
      case "batch_event_added":
        batchEvents.set(change.batchId, [
          ...(batchEvents.get(change.batchId) ?? []),
          change.eventId,
        ]);
        return;
      default:
        catalog.apply(change);
    }
  };

  const findEvents: Batch["findEvents"] = async (internalIds) => {
    const missing = internalIds.filter((id) => !addedEvents.has(id));
    const stored = missing.length === 0 ? [] : await store.findEvents(missing);
    const byId = new Map(stored.map((event) => [event.internalId, event]));
    return internalIds.flatMap((id) => addedEvents.get(id) ?? byId.get(id) ?? []);
  };

  return {
    changes,
    touched,
    findEvents,
    async findLimiters(ids) {
      const known = ids.filter((id) => limiters.has(limiterName(id)));
      const unknown = ids.filter((id) => !limiters.has(limiterName(id)));
      const stored = unknown.length === 0 ? [] : await store.findLimiters(unknown);
      return [...known.flatMap((id) => limiters.get(limiterName(id)) ?? []), ...stored];
    },
    async loadBatchEvents(batchId) {
      const added = await findEvents(batchEvents.get(batchId) ?? []);
      return [...(await store.loadBatchEvents(batchId)), ...added];
    },
    record(made) {
      for (const change of made) {
        changes.push(change);
        note(change);
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
    async findWaits(eventName, matchKeys) {
      const stored = await store.findWaits([{ eventName, matchKeys }]);
      const keys = new Set(matchKeys);
      const isWanted = (wait: Wait): boolean =>
        wait.eventName === eventName && keys.has(wait.matchKey);
      return [
        ...stored.filter((wait) => !removedWaits.has(wait.id) && !addedWaits.has(wait.id)),
        ...[...addedWaits.values()].filter(isWanted),
      ];
    },
    async findKeys(key, nowMs) {
      const stored = await store.findIdempotencyKeys([key], nowMs);
      const added = addedKeys.filter((each) => each.key === key);
      return added.length === 0 ? stored : [...stored, ...added];
    },
    hasEvent: async (internalId) =>
      addedEvents.has(internalId) || (await store.findEventIds([internalId])).has(internalId),
  };
}
