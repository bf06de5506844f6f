// The reads of a store that the dispatcher makes, over plain lists of timers, slots and limiters.
import type { Limiter, LimiterId, Slot, Timer } from "@everstep/core";
import type { DispatcherOptions } from "../contract.ts";

export interface QueueRows {
  readonly timers: ReadonlyMap<number, Timer>;
  readonly slots: readonly Slot[];
  /** By `limiterName`. */
  readonly limiters: ReadonlyMap<string, Limiter>;
  /** Counts the reads by their names. */
  readonly reads: Map<string, number>;
}

interface LaneName {
  readonly key: string;
  readonly isStart: boolean;
}

interface Place {
  readonly key: number;
  readonly id: number;
}

export function limiterName({ kind, functionId, key }: LimiterId): string {
  return JSON.stringify({ kind, functionId, key });
}

/** @param isSlow Reads answer later, as a store over a network does. */
export function createQueueStore(rows: QueueRows, isSlow: boolean): DispatcherOptions["store"] {
  const answer = <T>(name: string, value: T): T | Promise<T> => {
    rows.reads.set(name, (rows.reads.get(name) ?? 0) + 1);
    if (!isSlow) return value;
    return new Promise<T>((resolve) => {
      setImmediate(() => resolve(value));
    });
  };
  return {
    listTimers: ({ functionId, lane, after, limit, dueAtMsMax }) =>
      answer(
        "listTimers",
        callsOf(rows, functionId)
          .filter((timer) => lane === undefined || isIn(timer, lane))
          .filter((timer) => timer.dueAtMs <= dueAtMsMax)
          .filter((timer) => after === undefined || isBefore(after, placeOf(timer)))
          .slice(0, limit),
      ),
    listCalled: () =>
      answer(
        "listCalled",
        [...rows.timers.values()].filter(({ calledAtMs }) => calledAtMs !== undefined),
      ),
    listLanes: ({ functionId, after, limit }) =>
      answer(
        "listLanes",
        lanesOf(callsOf(rows, functionId))
          .filter((lane) => after === undefined || compareLanes(lane, after) > 0)
          .slice(0, limit),
      ),
    countTimersBefore: ({ functionId, lane, before, countMax }) =>
      answer(
        "countTimersBefore",
        callsOf(rows, functionId)
          .filter((timer) => isIn(timer, lane) && isBefore(placeOf(timer), before))
          .slice(0, countMax).length,
      ),
    findSlots: (buckets) =>
      answer(
        "findSlots",
        rows.slots.filter(({ bucket }) => buckets.includes(bucket)),
      ),
    findLimiters: (ids) =>
      answer(
        "findLimiters",
        ids.flatMap((id) => rows.limiters.get(limiterName(id)) ?? []),
      ),
  };
}

function callsOf({ timers }: QueueRows, functionId: string | undefined): Timer[] {
  return [...timers.values()]
    .filter((timer) => timer.functionId === functionId)
    .toSorted((a, b) => a.orderKey - b.orderKey || a.id - b.id);
}

/** @param calls In their order. */
function lanesOf(
  calls: readonly Timer[],
): (LaneName & { readonly first: { readonly orderKey: number; readonly id: number } })[] {
  const lanes = new Map<string, ReturnType<typeof lanesOf>[number]>();
  for (const { id, orderKey, ...timer } of calls) {
    const lane = { key: timer.lane ?? "", isStart: timer.isStart === true };
    const name = JSON.stringify(lane);
    if (!lanes.has(name)) lanes.set(name, { ...lane, first: { orderKey, id } });
  }
  return [...lanes.values()].toSorted(compareLanes);
}

function compareLanes(a: LaneName, b: LaneName): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return Number(a.isStart) - Number(b.isStart);
}

function isIn(timer: Timer, lane: LaneName): boolean {
  return (timer.lane ?? "") === lane.key && (timer.isStart === true) === lane.isStart;
}

function placeOf({ orderKey: key, id }: Timer): Place {
  return { key, id };
}

function isBefore(a: Place, b: Place): boolean {
  return a.key < b.key || (a.key === b.key && a.id < b.id);
}
