// Why a call has not gone out yet: everything it lacks at this moment, who has it, and its place in the queue.
import type { Bucket, LoadedRun, Timer } from "@everstep/core";
import type { BucketTable, Holder } from "./bucket-table.ts";
import { isStartOf, needsOf } from "./call-needs.ts";
import type { Flight, FunctionRules } from "./contract.ts";
import type { ThrottleTable } from "./throttle-table.ts";

export type QueueReason =
  | {
      readonly type: "concurrency";
      /** `step`: places of calls that are out. `fn`: places of runs that have started and not ended. */
      readonly level: Bucket["level"];
      readonly scope: Bucket["scope"];
      /** The rule's key expression and what it gave; absent for a rule without a key. */
      readonly expression?: string;
      readonly key?: string;
      readonly limit: number;
      readonly held: number;
      readonly oldestHolder?: Holder;
    }
  | {
      readonly type: "throttle";
      readonly key: string;
      readonly limit: number;
      readonly periodMs: number;
      /** When the next run of the group may start, epoch ms; absent while that is being read. */
      readonly untilMs?: number;
    }
  /** The app gets as many calls as it may. */
  | { readonly type: "app"; readonly callsInFlight: number; readonly callsMax: number };

export type QueueState =
  | { readonly state: "in_flight"; readonly sinceMs: number }
  | { readonly state: "paused" }
  | { readonly state: "function_unknown" }
  /** Nothing holds it back: it goes out with the next turn of its lane. */
  | { readonly state: "ready"; readonly position: number }
  | {
      readonly state: "waiting";
      readonly reasons: readonly QueueReason[];
      /** Its place among the calls of the same keys, from 1; counted up to 10,001. */
      readonly position: number;
    };

export interface QueueFacts {
  readonly timer: Timer;
  readonly run: LoadedRun;
  readonly rules: FunctionRules | undefined;
  readonly flight: Flight | undefined;
  readonly nowMs: number;
  readonly buckets: BucketTable;
  readonly throttles: ThrottleTable;
  readonly app: { readonly callsInFlight: number; readonly callsMax: number };
  /** Calls of its lane before it that have not gone out. */
  readonly before: number;
}

export function describeQueue(facts: QueueFacts): QueueState {
  const { timer, run, rules, flight, nowMs, buckets, throttles, app } = facts;
  if (flight !== undefined) return { state: "in_flight", sinceMs: flight.startedAtMs };
  if (rules === undefined) return { state: "function_unknown" };
  if (rules.isPaused) return { state: "paused" };
  const needs = needsOf(rules.config, run, nowMs);
  const { buckets: needed, throttle } = isStartOf(timer, run) ? needs.start : needs.later;
  const reasons: QueueReason[] = [];
  for (const bucket of needed) {
    const holders = buckets.holdersOf(bucket);
    // What it holds itself since before a crash does not hold it back.
    if (buckets.countHeld(bucket, (key) => key !== timer.id) >= bucket.limit)
      reasons.push(concurrencyReason(bucket, holders));
  }
  if (throttle !== undefined) {
    const untilMs = throttles.allowedAtMs(throttle);
    if (untilMs === undefined || untilMs > nowMs) {
      reasons.push({
        type: "throttle",
        key: throttle.id.key,
        limit: throttle.rule.limit,
        periodMs: throttle.rule.periodMs,
        ...(untilMs === undefined ? {} : { untilMs }),
      });
    }
  }
  if (app.callsInFlight >= app.callsMax) reasons.push({ type: "app", ...app });
  const position = facts.before + 1;
  return reasons.length === 0
    ? { state: "ready", position }
    : { state: "waiting", reasons, position };
}

function concurrencyReason(bucket: Bucket, holders: readonly Holder[]): QueueReason {
  const { level, scope, limit, expression, key } = bucket;
  const [oldestHolder] = holders;
  return {
    type: "concurrency",
    level,
    scope,
    limit,
    held: holders.length,
    ...(expression === undefined ? {} : { expression }),
    ...(key === undefined ? {} : { key }),
    ...(oldestHolder === undefined ? {} : { oldestHolder }),
  };
}
