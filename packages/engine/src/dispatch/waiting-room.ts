// Who waits for a place in one bucket, in the order in which they came, apart by function and by the limit that held them back:
// whoever waits longest of those that can go on is found without asking each of the others.
import type { Lane } from "./lane.ts";
import type { LaneSet } from "./lane-set.ts";

/** What waits for a place: a lane, or all lanes of a function at once where the bucket is the function's own. */
export type Waiter = Lane | LaneSet;

interface Row {
  readonly functionId: string;
  readonly limit: number;
  /** With the number under which each came. */
  readonly waiters: Map<Waiter, number>;
}

export class WaitingRoom {
  /** As many as functions share the bucket; a function whose rule has changed may have one for each limit it had. */
  readonly #rows: Row[] = [];
  #serial = 0;

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** Whoever waits already keeps its turn, unless its limit has changed. */
  add(waiter: Waiter, limit: number): void {
    const { functionId } = waiter;
    const row = this.#rows.find((each) => each.functionId === functionId && each.limit === limit);
    if (row?.waiters.has(waiter) === true) return;
    this.delete(waiter);
    const serial = (this.#serial += 1);
    if (row !== undefined) row.waiters.set(waiter, serial);
    else this.#rows.push({ functionId, limit, waiters: new Map([[waiter, serial]]) });
  }

  delete(waiter: Waiter): void {
    const index = this.#rows.findIndex(({ waiters }) => waiters.delete(waiter));
    if (index !== -1 && this.#rows[index]?.waiters.size === 0) this.#rows.splice(index, 1);
  }

  /**
   * @param hasRoom Whether the bucket has room for this limit.
   * @param mayRun Whether the waiter's function could make a call at all now.
   * @returns Who has waited longest of those that can go on. `room`: some would if their function could.
   */
  first(
    hasRoom: (limit: number) => boolean,
    mayRun: (waiter: Waiter) => boolean,
  ): Waiter | "room" | undefined {
    let found: { readonly waiter: Waiter; readonly serial: number } | undefined;
    let isRoom = false;
    for (const { limit, waiters } of this.#rows) {
      const [entry] = waiters;
      if (entry === undefined || !hasRoom(limit)) continue;
      isRoom = true;
      const [waiter, serial] = entry;
      if ((found === undefined || serial < found.serial) && mayRun(waiter)) {
        found = { waiter, serial };
      }
    }
    return found?.waiter ?? (isRoom ? "room" : undefined);
  }
}
