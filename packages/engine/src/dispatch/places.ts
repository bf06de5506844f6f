// Whether a call may go out as far as limits are concerned, and for whom a lane waits when it may not.
import type { StartCharge } from "@everstep/core";
import type { FunctionConfig } from "@everstep/protocol";
import type { Clock } from "../ports.ts";
import type { BucketTable } from "./bucket-table.ts";
import type { CallNeeds } from "./call-needs.ts";
import type { Lane } from "./lane.ts";
import type { LaneSet } from "./lane-set.ts";
import type { ThrottleTable } from "./throttle-table.ts";

/**
 * How a try to make a call of a window ended. `start_blocked`: by what only starts need, so later calls of the lane may go on.
 * `gated`: by what no start of the function has, so the function waits and not the lane. `unloaded`: something is to be read
 * first.
 */
export type Try = "made" | "blocked" | "start_blocked" | "gated" | "unloaded" | "empty";

/** `closed`: for every call of the function. `starts_closed`: for starts. */
export type Gate = "open" | "starts_closed" | "closed";

/** Runs loaded for the next calls of a lane, and of all lanes of a function together. */
const LANE_AHEAD_MAX = 64;
const AHEAD_MAX = 1_024;

export class Places {
  readonly #buckets: BucketTable;
  readonly #throttles: ThrottleTable;
  readonly #clock: Clock;

  constructor(buckets: BucketTable, throttles: ThrottleTable, clock: Clock) {
    this.#buckets = buckets;
    this.#throttles = throttles;
    this.#clock = clock;
  }

  /** Undefined: everything the call needs is free. If not, its lane waits for what is not. */
  findBlock(lane: Lane, { buckets, throttle }: CallNeeds): Try | undefined {
    const full = this.#buckets.findFull(buckets);
    if (full !== undefined) {
      this.#buckets.park(lane, full);
      return full.level === "step" ? "blocked" : "start_blocked";
    }
    if (throttle === undefined) return undefined;
    const allowedAtMs = this.#throttles.allowedAtMs(throttle);
    if (allowedAtMs !== undefined && allowedAtMs <= this.#clock.nowMs()) return undefined;
    if (throttle.rule.key === undefined) return "gated";
    this.#throttles.park(lane, throttle);
    return "start_blocked";
  }

  /** What the function has no place for, except for lanes that wait for a read: what was read makes it active again. */
  gateOf(set: LaneSet, config: FunctionConfig): Gate {
    const { bucket, throttle } = set.gateOf(config);
    if (bucket !== undefined) {
      const room = this.#buckets.roomOf(bucket);
      if (room <= 0) this.#buckets.park(set, bucket);
      if (room <= set.readingCount) return "closed";
    }
    if (throttle === undefined) return "open";
    const room = this.#throttles.countAllowed(throttle);
    if (room <= 0) this.#throttles.park(set, throttle);
    return room <= set.readingCount ? "starts_closed" : "open";
  }

  /** What is to be committed with a start that goes out now. */
  startOf({ buckets, throttle }: CallNeeds): StartCharge {
    const slots = buckets.flatMap(({ id, level }) => (level === "fn" ? [id] : []));
    if (throttle === undefined) return { slots };
    return { slots, throttle: this.#throttles.take(throttle) };
  }

  /** A start that was counted and is not on record does not happen. Slots go with the end of its run. */
  giveBack({ throttle }: CallNeeds): void {
    if (throttle !== undefined) this.#throttles.giveBack(throttle);
  }
}

/** Runs that need different things share a lane while a rule is newer than they are: then nothing is said of the others. */
export function parkedBy(lane: Lane, tries: readonly Try[]): Lane["parked"] {
  if (lane.needs === undefined || tries.includes("unloaded")) return undefined;
  if (tries.includes("blocked")) return "all";
  return tries.includes("start_blocked") ? "starts" : undefined;
}

/** How many runs of a lane are worth loading at once: those that its limits let out together, if memory has place for them. */
export function aheadOf(set: LaneSet, { buckets, throttle }: CallNeeds): number {
  const startsMax = throttle === undefined ? Infinity : throttle.rule.limit + throttle.rule.burst;
  const share = Math.ceil(AHEAD_MAX / Math.max(1, set.laneCount));
  return Math.min(LANE_AHEAD_MAX, share, startsMax, ...buckets.map(({ limit }) => limit));
}
