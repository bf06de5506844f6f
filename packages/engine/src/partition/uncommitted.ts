// What a batch of decisions has changed and the store does not know yet, as far as later decisions of the batch read it.
import type { Change, IdempotencyKey, Limiter, LimiterId, Wait, WaitQuery } from "@everstep/core";
import type { EventRecord } from "@everstep/protocol";
import type { Catalog } from "../catalog.ts";

/** Tells limiters apart. */
export function limiterName({ kind, functionId, key }: LimiterId): string {
  return `${kind}:${functionId}:${key}`;
}

export class Uncommitted {
  readonly #catalog: Catalog;
  readonly #addedWaits = new Map<string, Wait>();
  readonly #removedWaits = new Set<string>();
  readonly #keys: IdempotencyKey[] = [];
  readonly #events = new Map<string, EventRecord>();
  /** By name; undefined: removed. */
  readonly #limiters = new Map<string, Limiter | undefined>();
  /** Ids of events that were added to batches of events. */
  readonly #batchEvents = new Map<string, string[]>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  note(change: Change): void {
    switch (change.type) {
      case "wait_added":
        this.#addedWaits.set(change.wait.id, change.wait);
        this.#removedWaits.delete(change.wait.id);
        this.#catalog.noteWait(change.wait);
        return;
      case "wait_removed":
        this.#addedWaits.delete(change.waitId);
        this.#removedWaits.add(change.waitId);
        return;
      case "idempotency_key_added":
        this.#keys.push(change.key);
        return;
      case "event_added":
        this.#events.set(change.event.internalId, change.event);
        return;
      case "limiter_saved":
        this.#limiters.set(limiterName(change.limiter), change.limiter);
        return;
      case "limiter_removed":
        this.#limiters.set(limiterName(change.limiter), undefined);
        return;
      case "batch_event_added":
        this.#noteBatchEvent(change.batchId, change.eventId);
        return;
      default:
        this.#catalog.apply(change);
    }
  }

  #noteBatchEvent(batchId: string, eventId: string): void {
    const known = this.#batchEvents.get(batchId);
    if (known === undefined) this.#batchEvents.set(batchId, [eventId]);
    else known.push(eventId);
  }

  event(internalId: string): EventRecord | undefined {
    return this.#events.get(internalId);
  }

  /** It was saved or removed. */
  knowsLimiter(id: LimiterId): boolean {
    return this.#limiters.has(limiterName(id));
  }

  limiter(id: LimiterId): Limiter | undefined {
    return this.#limiters.get(limiterName(id));
  }

  batchEvents(batchId: string): readonly string[] {
    return this.#batchEvents.get(batchId) ?? [];
  }

  withWaits(stored: readonly Wait[], { eventName, matchKeys }: WaitQuery): readonly Wait[] {
    const keys = new Set(matchKeys);
    const isWanted = (wait: Wait): boolean =>
      wait.eventName === eventName && keys.has(wait.matchKey);
    return [
      ...stored.filter(({ id }) => !this.#removedWaits.has(id) && !this.#addedWaits.has(id)),
      ...[...this.#addedWaits.values()].filter(isWanted),
    ];
  }

  withKeys(stored: readonly IdempotencyKey[], key: string): readonly IdempotencyKey[] {
    const added = this.#keys.filter((each) => each.key === key);
    return added.length === 0 ? stored : [...stored, ...added];
  }
}
