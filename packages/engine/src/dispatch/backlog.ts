// Brings the queue of a function from disk into memory: the next calls of a lane when few are left, and the lanes that a former
// owner left behind. What could not be read is tried again; until then its lane waits.
import type { Store } from "@everstep/core";
import type { Clock } from "../ports.ts";
import { FIRST_PLACE, type TimerWindow } from "../timers/timer-window.ts";
import type { Lane } from "./lane.ts";
import { pageSizeOf, type LaneSet } from "./lane-set.ts";

/** Lanes that are taken up at a time. */
const LANES_PER_PAGE = 1_000;
/** Lanes that wait for their turn before more are taken up. */
const READY_LANES_LOW = 100;

export interface BacklogOptions {
  readonly store: Pick<Store, "listTimers" | "listLanes">;
  readonly clock: Clock;
  /** Whether a call for this timer is out. */
  readonly isOut: (timerId: number) => boolean;
  /** The lane may have calls now. */
  readonly resume: (set: LaneSet, lane: Lane) => void;
  /** A read failed: to be tried again in a while. */
  readonly onError: (message: string, error: unknown, retry: () => void) => void;
  readonly wake: () => void;
}

export class Backlog {
  readonly #options: BacklogOptions;
  /** Functions of which a page of lanes is being read. */
  readonly #listing = new Set<LaneSet>();

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** Reads on where little is left of the lane in memory and more is on disk. */
  refill(set: LaneSet, lane: Lane): void {
    for (const window of [lane.starts, lane.later]) {
      const pageSize = pageSizeOf(set);
      const isLow = window.frontier !== undefined && window.size <= pageSize / 2;
      if (isLow && !lane.loading.has(window)) this.#readPage(set, lane, window, pageSize);
    }
  }

  /** Takes up the next lanes when few wait for their turn. */
  takeUpLanes(set: LaneSet): void {
    const { cursor } = set;
    if (cursor === undefined || set.readyCount > READY_LANES_LOW || this.#listing.has(set)) return;
    this.#listing.add(set);
    this.#readLanes(set, cursor).catch((error: unknown) => {
      const retry = (): void => void this.#listing.delete(set);
      this.#options.onError("The backlog of a function could not be listed.", error, retry);
    });
  }

  #readPage(set: LaneSet, lane: Lane, window: TimerWindow, pageSize: number): void {
    lane.loading.add(window);
    this.#take(set, lane, window, pageSize).catch((error: unknown) => {
      window.abortLoad();
      this.#options.onError("The backlog of a function could not be loaded.", error, () => {
        lane.loading.delete(window);
        this.#options.resume(set, lane);
      });
    });
  }

  async #take(set: LaneSet, lane: Lane, window: TimerWindow, pageSize: number): Promise<void> {
    const { store, clock, isOut, resume, wake } = this.#options;
    const after = window.frontier ?? FIRST_PLACE;
    window.beginLoad();
    const page = await store.listTimers({
      kinds: ["call", "request"],
      functionId: set.functionId,
      lane: { key: lane.key, isStart: window === lane.starts },
      dueAtMsMax: clock.nowMs(),
      ...(Number.isFinite(after.key) ? { after } : {}),
      limit: pageSize,
    });
    // The last timer marks where the next page starts, even when its call is out.
    const isLast = page.length < pageSize;
    window.take(
      page.filter((timer) => !isOut(timer.id)),
      isLast,
      page.at(-1),
    );
    lane.loading.delete(window);
    resume(set, lane);
    wake();
  }

  async #readLanes(set: LaneSet, cursor: NonNullable<LaneSet["cursor"]>): Promise<void> {
    const { store, resume, wake } = this.#options;
    const page = await store.listLanes({
      functionId: set.functionId,
      ...(cursor === "start" ? {} : { after: cursor }),
      limit: LANES_PER_PAGE,
    });
    const isLast = page.length < LANES_PER_PAGE;
    for (const lane of set.take(page, isLast)) resume(set, lane);
    this.#listing.delete(set);
    wake();
  }
}
