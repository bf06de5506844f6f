// The calls of one function that are ready, oldest run first, and how many of them may be out at once.
import type { FunctionRecord, Timer } from "@everstep/core";
import { createTimerWindow, type TimerWindow } from "../timers/timer-window.ts";

/** Ready calls of a function held in memory; the rest of a backlog stays on disk. */
export const READY_MAX = 2_000;

export interface FunctionQueue {
  readonly functionId: string;
  readonly window: TimerWindow;
  executing: number;
  /** A page of its backlog is being loaded. */
  isRefilling: boolean;
  /** Runs that its next calls need are being loaded. */
  isWarming: boolean;
}

export function createFunctionQueue(functionId: string): FunctionQueue {
  return {
    functionId,
    executing: 0,
    isRefilling: false,
    isWarming: false,
    window: createTimerWindow({
      orderOf: (timer: Timer) => ({ key: timer.orderKey, id: timer.id }),
      countMax: READY_MAX,
      startAfter: { key: Number.NEGATIVE_INFINITY, id: 0 },
    }),
  };
}

/** The plain step-level limit of the function; keyed and shared limits are rules of their own. */
export function concurrencyLimit(fn: FunctionRecord | undefined): number {
  let limit = Number.POSITIVE_INFINITY;
  for (const rule of fn?.config.concurrency ?? []) {
    const isPlain = rule.key === undefined && rule.scope === "fn" && rule.limit > 0;
    if (isPlain) limit = Math.min(limit, rule.limit);
  }
  return limit;
}
