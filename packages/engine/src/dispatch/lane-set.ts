// The lanes of one function and whose turn it is. Lanes take turns, so a lane with a million calls delays no other: each call
// served moves its lane one turn on, and a lane that comes back starts at the turn the others have reached (start-time fair
// queueing). After a restart the lanes on disk are taken up page by page, when those in memory run low.
import type { LaneEntry, Timer } from "@everstep/core";
import { createHeap } from "../timers/heap.ts";
import type { FunctionConfig } from "@everstep/protocol";
import { FIRST_PLACE, type TimerWindowOptions } from "../timers/timer-window.ts";
import { gateOf, type FunctionGate } from "./call-needs.ts";
import {
  createLane,
  forgetCalls,
  inOrder,
  isDrained,
  isEmpty,
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

/** Lanes that wait for their turn before no more are taken up: only as many take turns, but any number fits in memory. */
const READY_LANES_MAX = 50_000;

export interface LaneBounds {
  /** Above so many lanes of a function, those that wait for others hold nothing in memory. Absent: 2,000. */
  readonly crowdedLanes?: number | undefined;
  /** Above so many lanes that wait for their turn, no more are taken up. Absent: 50,000. */
  readonly readyLanes?: number | undefined;
}

interface Turn {
  readonly lane: Lane;
  readonly key: number;
  readonly id: number;
}

export class LaneSet {
  readonly functionId: string;
  readonly #lanes = new Map<string, Lane>();
  /** The first lane that was left on disk because it has starts alone, and whether all others have been seen. */
  #skippedFrom: LaneSet["cursor"];
  #isSearched = false;
  readonly #turns = createHeap<Turn>((turn) => turn);
  /** Lanes that have nothing but starts: they are not even asked while no run of the function may start. */
  readonly #startTurns = createHeap<Turn>((turn) => turn);
  #readyCount = 0;
  /** The last lane that was taken up from disk; undefined once all are known. */
  #cursor: { readonly key: string; readonly isStart: boolean } | "start" | undefined;
  #turn = 0;
  #readingCount = 0;
  readonly #known: TimerWindowOptions;
  readonly #onDisk: TimerWindowOptions;
  #gate: { readonly config: FunctionConfig; readonly gate: FunctionGate } | undefined;

  readonly #crowdedLanes: number;
  readonly #readyLanes: number;

  /** @param isOnDisk Whether a former owner may have left lanes on disk. */
  constructor(functionId: string, isOnDisk: boolean, bounds: LaneBounds = {}) {
    this.functionId = functionId;
    this.#crowdedLanes = bounds.crowdedLanes ?? CROWDED_LANES;
    this.#readyLanes = bounds.readyLanes ?? READY_LANES_MAX;
    this.#cursor = isOnDisk ? "start" : undefined;
    this.#known = {
      orderOf: (timer: Timer) => ({ key: timer.orderKey, id: timer.id }),
      countMax: () => this.#heldMax(),
    };
    this.#onDisk = { ...this.#known, startAfter: FIRST_PLACE };
  }

  /** As many lanes wait for their turn as memory should hold. */
  get isSated(): boolean {
    if (this.#readyCount <= this.#readyLanes) return false;
    // Later calls may be made while starts have to wait, so they are looked for among all lanes.
    return this.#isSearched || this.#turns.size > this.#readyLanes;
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
    const lanes: Lane[] = [];
    for (const { key, isStart, first } of page) {
      if (isStart && this.#isSkipping(key, lanes.length)) this.#skippedFrom ??= this.#cursor;
      else {
        // Later calls are listed before starts; a lane that is new at its starts has nothing else.
        const lane = this.#laneOf(key, isStart);
        lane.firstOrderKey =
          lane.firstOrderKey === 0 ? first.orderKey : Math.min(lane.firstOrderKey, first.orderKey);
        lanes.push(lane);
      }
      this.#cursor = { key, isStart };
    }
    if (isLast) {
      this.#cursor = this.#skippedFrom;
      this.#isSearched = this.#skippedFrom !== undefined;
      this.#skippedFrom = undefined;
    }
    return lanes;
  }

  #isSkipping(key: string, takenCount: number): boolean {
    const isFull = this.#readyCount + takenCount > this.#readyLanes;
    return isFull && !this.#isSearched && !this.#lanes.has(key);
  }

  /** The lane waits for its turn from now on. */
  makeReady(lane: Lane): void {
    if (this.#lanes.get(lane.key) !== lane) return;
    const readyWith = isEmpty(lane.later) ? "starts" : "any";
    if (lane.readyWith === readyWith || lane.readyWith === "any") return;
    if (lane.readyWith === undefined) this.#readyCount += 1;
    lane.readyWith = readyWith;
    lane.parked = undefined;
    this.#endRead(lane);
    lane.turn = Math.max(lane.turn, this.#turn);
    const [first] = inOrder(lane);
    // Among lanes of one turn the oldest first call goes first.
    const turn = { lane, key: lane.turn, id: first.peek()?.orderKey ?? lane.firstOrderKey };
    (readyWith === "starts" ? this.#startTurns : this.#turns).push(turn);
  }

  /** The lane whose turn it is. It is not ready any more. @param isWithStarts Whether starts may go on at all. */
  next(isWithStarts: boolean): Lane | undefined {
    const later = this.#turns.peek();
    const start = isWithStarts ? this.#firstStartTurn() : undefined;
    const isStartFirst = start !== undefined && (later === undefined || isBefore(start, later));
    const turn = isStartFirst ? this.#startTurns.pop() : this.#turns.pop();
    if (turn === undefined) return undefined;
    turn.lane.readyWith = undefined;
    this.#readyCount -= 1;
    return turn.lane;
  }

  /** A lane that got a later call since waits among the others. */
  #firstStartTurn(): Turn | undefined {
    for (let turn = this.#startTurns.peek(); turn !== undefined; turn = this.#startTurns.peek()) {
      if (turn.lane.readyWith === "starts" && turn.lane.turn === turn.key) return turn;
      this.#startTurns.pop();
    }
    return undefined;
  }

  /** One of its calls was made. */
  served(lane: Lane): void {
    this.#turn = Math.max(this.#turn, lane.turn);
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

  /** The lane has nothing but starts, and no run of the function may start: it waits for its turn again. */
  awaitStarts(lane: Lane): void {
    if (this.#lanes.size > this.#crowdedLanes && !isLoading(lane)) forgetCalls(lane);
    this.makeReady(lane);
  }

  /** What the function's calls need whatever their keys. */
  gateOf(config: FunctionConfig): FunctionGate {
    if (this.#gate?.config !== config) {
      this.#gate = { config, gate: gateOf(this.functionId, config) };
    }
    return this.#gate.gate;
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

function isBefore(a: Turn, b: Turn): boolean {
  return a.key < b.key || (a.key === b.key && a.id < b.id);
}

/** How many calls a window should get from disk at once. */
export function pageSizeOf(set: LaneSet): number {
  if (set.laneCount <= 1) return READY_MAX / 2;
  return set.laneCount <= CROWDED_LANES ? LANE_READY_MAX / 2 : CROWDED_LANE_READY_MAX;
}
