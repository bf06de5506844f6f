// Who waits for a place in one bucket, in the order in which they came, apart by the limit that held them back: whoever waits
// longest among those whose limit has room is found without asking the others.
import type { Lane } from "./lane.ts";
import type { LaneSet } from "./lane-set.ts";

/** What waits for a place: a lane, or all lanes of a function at once where the bucket is the function's own. */
export type Waiter = Lane | LaneSet;

export class WaitingRoom {
  /** By limit, of which there are as many as rules share the bucket; with the number under which each waiter came. */
  readonly #ofLimit = new Map<number, Map<Waiter, number>>();
  #serial = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Whoever waits already keeps its turn, unless its limit has changed. */
  add(waiter: Waiter, limit: number): void {
    if (this.#ofLimit.get(limit)?.has(waiter) === true) return;
    this.delete(waiter);
    let waiters = this.#ofLimit.get(limit);
    if (waiters === undefined) {
      waiters = new Map();
      this.#ofLimit.set(limit, waiters);
    }
    waiters.set(waiter, (this.#serial += 1));
    this.#size += 1;
  }

  delete(waiter: Waiter): void {
    for (const [limit, waiters] of this.#ofLimit) {
      if (!waiters.delete(waiter)) continue;
      this.#size -= 1;
      if (waiters.size === 0) this.#ofLimit.delete(limit);
    }
  }

  /** @returns Who has waited longest of those whose limit has room. */
  first(hasRoom: (limit: number) => boolean): Waiter | undefined {
    let found: { readonly waiter: Waiter; readonly serial: number } | undefined;
    for (const [limit, waiters] of this.#ofLimit) {
      const [entry] = waiters;
      if (entry === undefined || !hasRoom(limit)) continue;
      const [waiter, serial] = entry;
      if (found === undefined || serial < found.serial) found = { waiter, serial };
    }
    return found?.waiter;
  }
}
