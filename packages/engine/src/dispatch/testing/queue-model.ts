// What should hold of a queue after each step, said plainly: which limits are exceeded, and which calls should have gone out. It
// knows no lanes, heaps or windows.
import {
  bucketsOf,
  decideThrottle,
  readThrottle,
  throttleLimiterId,
  type Bucket,
  type BucketRun,
  type LoadedRun,
  type Timer,
} from "@everstep/core";
import type { FunctionRules } from "../contract.ts";
import { limiterName, type QueueRows } from "./queue-store.ts";

interface Call {
  readonly timer: Timer;
  readonly run: LoadedRun;
}

export interface QueueFacts extends QueueRows {
  readonly nowMs: number;
  readonly runs: ReadonlyMap<string, LoadedRun>;
  readonly rules: ReadonlyMap<string, FunctionRules>;
  readonly open: ReadonlyMap<number, Call>;
  /** Calls that were out when the engine died and have not been made again. */
  readonly left: ReadonlyMap<number, Call>;
}

/** Limits that a call has exceeded by going out: each function compares what is held then with its own limit. */
export function findExceeded(
  facts: QueueFacts,
  { timer, run }: Call,
  { wasLeft, isStart }: { readonly wasLeft: boolean; readonly isStart: boolean },
): string[] {
  return bucketsFor(facts, { timer, run }, isStart).flatMap((bucket) => {
    // What is made again has its place, also where the limit was lowered below what a crash left.
    const held = heldOf(facts, bucket, !wasLeft);
    return held > bucket.limit ? [`${bucket.level} ${bucket.id}: ${held} of ${bucket.limit}`] : [];
  });
}

/** Calls that nothing holds back. */
export function findIdle(facts: QueueFacts): Timer[] {
  return [...facts.timers.values()].filter(
    (timer) => !facts.open.has(timer.id) && isFree(facts, timer),
  );
}

function isFree(facts: QueueFacts, timer: Timer): boolean {
  const run = facts.runs.get(timer.runId ?? "");
  const rules = facts.rules.get(timer.functionId);
  if (run === undefined || rules === undefined || rules.isPaused) return false;
  const isStart = timer.isStart === true;
  const isFull = bucketsFor(facts, { timer, run }, isStart).some(
    // Whoever holds a place since before a crash asks for no other one.
    (bucket) => heldOf(facts, bucket, !facts.left.has(timer.id)) >= bucket.limit,
  );
  if (isFull) return false;
  const { throttle } = rules.config;
  if (!isStart || throttle === undefined) return true;
  const id = throttleLimiterId(rules.config, sourceOf(facts, { timer, run }));
  const kept = readThrottle(id === undefined ? undefined : facts.limiters.get(limiterName(id)));
  return decideThrottle(throttle, kept, facts.nowMs).isAllowed;
}

/** What is held against the limits of a bucket. */
function heldOf(facts: QueueFacts, bucket: Bucket, isWithLeft: boolean): number {
  if (bucket.level === "fn") return facts.slots.filter(({ bucket: id }) => id === bucket.id).length;
  const calls = [...facts.open.values(), ...(isWithLeft ? facts.left.values() : [])];
  return calls.filter((call) =>
    bucketsFor(facts, call, false).some(({ id, level }) => level === "step" && id === bucket.id),
  ).length;
}

function bucketsFor(facts: QueueFacts, call: Call, isStart: boolean): readonly Bucket[] {
  const rules = facts.rules.get(call.timer.functionId);
  return rules === undefined ? [] : bucketsOf(rules.config, sourceOf(facts, call), isStart);
}

function sourceOf({ nowMs }: QueueFacts, { timer, run }: Call): BucketRun {
  const { flow } = run.state.head;
  return { functionId: timer.functionId, flow, nowMs, readEvent: () => ({}) };
}
