// One batch of decisions: the changes it makes, and reads that see them before they are durable.
import {
  type Change,
  type IdempotencyKey,
  type LoadedRun,
  type Store,
  type Wait,
} from "@everstep/core";
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
}

export function createBatch(store: Store, cache: RunCache, catalog: Catalog): Batch {
  const changes: Change[] = [];
  const touched = new Set<string>();
  const addedWaits = new Map<string, Wait>();
  const removedWaits = new Set<string>();
  const addedKeys: IdempotencyKey[] = [];
  const addedEvents = new Set<string>();

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
        addedEvents.add(change.event.internalId);
        return;
      default:
        catalog.apply(change);
    }
  };

  return {
    changes,
    touched,
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
