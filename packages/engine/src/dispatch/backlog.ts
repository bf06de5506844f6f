// Brings the queue of a function from disk into memory: the next calls of a lane when few are left, and the lanes that a former
// owner left behind. What could not be read is tried again; until then its lane waits.
import type { Store } from "@everstep/core";
import type { Clock } from "../ports.ts";
import { FIRST_PLACE, type TimerWindow } from "../timers/timer-window.ts";
import type { Lane } from "./lane.ts";
import { pageSizeOf, type LaneSet } from "./lane-set.ts";

/** Lanes that are taken up at a time: about 2 ms of work. */
const LANES_PER_PAGE = 128;
/** Between two pages, so that taking up many lanes slows down neither a start nor what arrives meanwhile. */
const PAGE_PAUSE_MS = 4;
/** Pages of calls that are read at a time for lanes whose turn it is. */
const READS_MAX = 256;

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
  /** Functions with lanes on disk that are not known yet. */
  readonly #unlisted = new Set<LaneSet>();
  #readingCount = 0;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** As much is being read as should be at a time. */
  get isBusy(): boolean {
    return this.#readingCount >= READS_MAX;
  }

  /** A former owner may have left calls of this function. */
  open(set: LaneSet): void {
    this.#unlisted.add(set);
  }

  /** Reads on where little is left of the lane in memory and more is on disk. */
  refill(set: LaneSet, lane: Lane): void {
    for (const window of [lane.starts, lane.later]) {
      const pageSize = pageSizeOf(set);
      const isLow = window.frontier !== undefined && window.size <= pageSize / 2;
      if (isLow && !window.isLoading) this.#readPage(set, lane, window, pageSize);
    }
  }

  /** Goes on taking up what a former owner left, for each function a page at a time. */
  takeUpLanes(): void {
    for (const set of this.#unlisted) {
      const { cursor } = set;
      if (cursor === undefined) this.#unlisted.delete(set);
      else if (!set.isSated && !this.#listing.has(set)) {
        this.#takeUpPage(set, cursor);
      }
    }
  }

  #takeUpPage(set: LaneSet, cursor: NonNullable<LaneSet["cursor"]>): void {
    this.#listing.add(set);
    this.#readLanes(set, cursor).catch((error: unknown) => {
      const retry = (): void => void this.#listing.delete(set);
      this.#options.onError("The backlog of a function could not be listed.", error, retry);
    });
  }

  #readPage(set: LaneSet, lane: Lane, window: TimerWindow, pageSize: number): void {
    this.#readingCount += 1;
    this.#take(set, lane, window, pageSize)
      .finally(() => {
        this.#readingCount -= 1;
      })
      .catch((error: unknown) => {
        this.#options.onError("The backlog of a function could not be loaded.", error, () => {
          window.abortLoad();
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
    resume(set, lane);
    wake();
  }

  async #readLanes(set: LaneSet, cursor: NonNullable<LaneSet["cursor"]>): Promise<void> {
    const { store, clock, resume, wake } = this.#options;
    if (cursor !== "start") {
      await new Promise<void>((resolve) => void clock.at(clock.nowMs() + PAGE_PAUSE_MS, resolve));
    }
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
