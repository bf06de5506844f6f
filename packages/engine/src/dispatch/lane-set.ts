// The lanes of one function and whose turn it is. Lanes take turns, so a lane with a million calls delays no other: each call
// served moves its lane one turn on, and a lane that comes back starts at the turn the others have reached (start-time fair
// queueing). After a restart the lanes on disk are taken up page by page, when those in memory run low.
import type { LaneEntry, Timer } from "@everstep/core";
import { createHeap } from "../timers/heap.ts";
import type { Bucket } from "@everstep/core";
import type { FunctionConfig } from "@everstep/protocol";
import { FIRST_PLACE, type TimerWindowOptions } from "../timers/timer-window.ts";
import { functionBucketOf } from "./call-needs.ts";
import {
  createLane,
  forgetCalls,
  inOrder,
  isDrained,
  isLoading,
  windowOf,
  type Lane,
} from "./lane.ts";

/** Calls of one function held in memory while it has a single lane; the rest of a backlog stays on disk. */
const READY_MAX = 2_000;
/** The same for each of many lanes. */
const LANE_READY_MAX = 32;
/** The same when there are very many: a lane needs its first calls only. */
const CROWDED_LANE_READY_MAX = 4;
const CROWDED_LANES = 2_000;

interface Turn {
  readonly lane: Lane;
  readonly key: number;
  readonly id: number;
}

export class LaneSet {
  readonly functionId: string;
  readonly #lanes = new Map<string, Lane>();
  readonly #turns = createHeap<Turn>((turn) => turn);
  /** The last lane that was taken up from disk; undefined once all are known. */
  #cursor: { readonly key: string; readonly isStart: boolean } | "start" | undefined;
  #turn = 0;
  #readingCount = 0;
  readonly #known: TimerWindowOptions;
  readonly #onDisk: TimerWindowOptions;
  #gate: { readonly config: FunctionConfig; readonly bucket: Bucket | undefined } | undefined;

  readonly #crowdedLanes: number;

  /**
   * @param isOnDisk Whether a former owner may have left lanes on disk.
   * @param crowdedLanes Above so many lanes, those that wait for others hold nothing in memory.
   */
  constructor(functionId: string, isOnDisk: boolean, crowdedLanes: number = CROWDED_LANES) {
    this.functionId = functionId;
    this.#crowdedLanes = crowdedLanes;
    this.#cursor = isOnDisk ? "start" : undefined;
    this.#known = {
      orderOf: (timer: Timer) => ({ key: timer.orderKey, id: timer.id }),
      countMax: () => this.#heldMax(),
    };
    this.#onDisk = { ...this.#known, startAfter: FIRST_PLACE };
  }

  get readyCount(): number {
    return this.#turns.size;
  }

  /** Lanes that had their turn and wait for a read. */
  get readingCount(): number {
    return this.#readingCount;
  }

  get laneCount(): number {
    return this.#lanes.size;
  }

  /** Where the next page of lanes on disk starts; undefined when all lanes are known. */
  get cursor(): { readonly key: string; readonly isStart: boolean } | "start" | undefined {
    return this.#cursor;
  }

  lanes(): Iterable<Lane> {
    return this.#lanes.values();
  }

  find(key: string): Lane | undefined {
    return this.#lanes.get(key);
  }

  /** A durable call that is due. @returns its lane. */
  add(timer: Timer): Lane {
    const lane = this.#laneOf(timer.lane ?? "");
    windowOf(lane, timer).add(timer);
    return lane;
  }

  /** Takes up a page of lanes from disk. @param isLast No lane is left behind it. @returns the lanes of the page. */
  take(page: readonly LaneEntry[], isLast: boolean): readonly Lane[] {
    const lanes = page.map(({ key, isStart, first }) => {
      // Later calls are listed before starts; a lane that is new at its starts has nothing else.
      const lane = this.#laneOf(key, isStart);
      lane.firstOrderKey =
        lane.firstOrderKey === 0 ? first.orderKey : Math.min(lane.firstOrderKey, first.orderKey);
      return lane;
    });
    const last = page.at(-1);
    if (isLast || last === undefined) this.#cursor = undefined;
    else this.#cursor = { key: last.key, isStart: last.isStart };
    return lanes;
  }

  /** The lane waits for its turn from now on. */
  makeReady(lane: Lane): void {
    if (lane.isReady || this.#lanes.get(lane.key) !== lane) return;
    lane.isReady = true;
    lane.parked = undefined;
    this.#endRead(lane);
    lane.turn = Math.max(lane.turn, this.#turn);
    const [first] = inOrder(lane);
    // Among lanes of one turn the oldest first call goes first.
    this.#turns.push({ lane, key: lane.turn, id: first.peek()?.orderKey ?? lane.firstOrderKey });
  }

  /** The lane whose turn it is. It is not ready any more. */
  next(): Lane | undefined {
    const turn = this.#turns.pop();
    if (turn === undefined) return undefined;
    turn.lane.isReady = false;
    return turn.lane;
  }

  /** One of its calls was made. */
  served(lane: Lane): void {
    this.#turn = lane.turn;
    lane.turn += 1;
  }

  /** The lane had its turn and waits for a read, which will make it ready again. */
  awaitRead(lane: Lane): void {
    if (lane.isReading) return;
    lane.isReading = true;
    this.#readingCount += 1;
  }

  /** Nothing of the lane can go on. @param parked Which of its calls wait for what will wake it. */
  park(lane: Lane, parked: "all" | "starts"): void {
    lane.parked = parked;
    if (this.#lanes.size > this.#crowdedLanes && !isLoading(lane)) forgetCalls(lane);
  }

  /** What every call of the function needs; undefined when that is nothing. */
  gateOf(config: FunctionConfig): Bucket | undefined {
    if (this.#gate?.config !== config) {
      this.#gate = { config, bucket: functionBucketOf(this.functionId, config) };
    }
    return this.#gate.bucket;
  }

  /** Forgets a lane that has nothing any more. @returns whether it had nothing. */
  dropDrained(lane: Lane): boolean {
    if (!isDrained(lane) || isLoading(lane)) return false;
    this.#endRead(lane);
    // A lane that was forgotten may still be woken; a younger one may have its key.
    if (this.#lanes.get(lane.key) === lane) this.#lanes.delete(lane.key);
    return true;
  }

  #endRead(lane: Lane): void {
    if (!lane.isReading) return;
    lane.isReading = false;
    this.#readingCount -= 1;
  }

  #laneOf(key: string, hasStartsOnly = false): Lane {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      const window = this.#cursor === undefined ? this.#known : this.#onDisk;
      lane = createLane({
        key,
        functionId: this.functionId,
        starts: window,
        later: hasStartsOnly ? this.#known : window,
      });
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  #heldMax(): number {
    if (this.#lanes.size <= 1) return READY_MAX;
    return this.#lanes.size <= CROWDED_LANES ? LANE_READY_MAX : CROWDED_LANE_READY_MAX;
  }
}

/** How many calls a window should get from disk at once. */
export function pageSizeOf(set: LaneSet): number {
  if (set.laneCount <= 1) return READY_MAX / 2;
  return set.laneCount <= CROWDED_LANES ? LANE_READY_MAX / 2 : CROWDED_LANE_READY_MAX;
}
