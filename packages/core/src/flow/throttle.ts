// Throttle (server.md 4.2): GCRA over the starts of runs. Up to limit + burst start at once, then one per period / limit.
// Exact: times are whole milliseconds plus a fraction of `limit` parts, so nothing is lost to rounding over years.
import type { FunctionConfig } from "@everstep/protocol";
import type { Limiter, LimiterId } from "../model/flow.ts";
import { keyOf, type BucketRun } from "./concurrency.ts";

export type ThrottleRule = NonNullable<FunctionConfig["throttle"]>;

/** The theoretical arrival time of the next start, epoch ms: `atMs + part / of`. Opaque to whoever keeps it. */
export interface ThrottleTat {
  readonly atMs: number;
  /** 0 to `of` - 1. */
  readonly part: number;
  readonly of: number;
}

export interface ThrottleVerdict {
  readonly isAllowed: boolean;
  /** The first ms at which a start is allowed; not after now when it is allowed. */
  readonly allowedAtMs: number;
  /** To keep from now on. Allowed: the start is counted in it. Else: what was given, fitted to the rule and the clock. */
  readonly tat: ThrottleTat;
}

/** Whether a run may start now. @param kept Undefined: no start is remembered. */
export function decideThrottle(
  rule: ThrottleRule,
  kept: ThrottleTat | undefined,
  nowMs: number,
): ThrottleVerdict {
  const of = rule.limit;
  const now: ThrottleTat = { atMs: nowMs, part: 0, of };
  const emission = span(rule, 1);
  const tolerance = span(rule, rule.limit + rule.burst - 1);
  // No honest state lies further ahead: the clock was set back, or the rule was tighter.
  const farthest = plus(plus(now, tolerance), emission);
  const tat = kept === undefined ? now : earlier(inParts(kept, of), farthest);
  const allowedAtMs = ceilMs(minus(tat, tolerance));
  if (allowedAtMs > nowMs) return { isAllowed: false, allowedAtMs, tat };
  return { isAllowed: true, allowedAtMs, tat: plus(later(tat, now), emission) };
}

/** About how many runs may start at this moment; 0 exactly when none may. */
export function startsAllowed(
  rule: ThrottleRule,
  kept: ThrottleTat | undefined,
  nowMs: number,
): number {
  const { isAllowed } = decideThrottle(rule, kept, nowMs);
  if (!isAllowed) return 0;
  const aheadMs = Math.max(0, (kept?.atMs ?? nowMs) - nowMs);
  const spent = Math.ceil((aheadMs * rule.limit) / rule.periodMs);
  return Math.max(1, rule.limit + rule.burst - spent);
}

/** As if the last start that was counted had not been: its run was cancelled before its call left. */
export function giveBackStart(rule: ThrottleRule, kept: ThrottleTat): ThrottleTat {
  return minus(inParts(kept, rule.limit), span(rule, 1));
}

/** The limiter that remembers the throttle of a run; undefined when the function has none. */
export function throttleLimiterId(config: FunctionConfig, run: BucketRun): LimiterId | undefined {
  if (config.throttle === undefined) return undefined;
  const { key: expression } = config.throttle;
  const key = expression === undefined ? "" : keyOf(expression, run);
  return { kind: "throttle", functionId: run.functionId, key };
}

export function throttleLimiter(id: LimiterId, tat: ThrottleTat): Limiter {
  const stateJson = JSON.stringify([tat.atMs, tat.part, tat.of]);
  return { ...id, stateJson, expiresAtMs: ceilMs(tat) };
}

export function readThrottle(limiter: Limiter | undefined): ThrottleTat | undefined {
  if (limiter === undefined) return undefined;
  const [atMs, part, of] = JSON.parse(limiter.stateJson) as [number, number, number];
  return { atMs, part, of };
}

/** The time of `count` emissions: count * period / limit. */
function span(rule: ThrottleRule, count: number): ThrottleTat {
  const { limit: of, periodMs } = rule;
  // Split, so that the product stays within what a double counts exactly.
  const wholeMs = Math.floor(periodMs / of);
  const rest = (periodMs % of) * count;
  return { atMs: wholeMs * count + Math.floor(rest / of), part: rest % of, of };
}

/** In the parts of another limit, rounded up: a start is never early. */
function inParts(tat: ThrottleTat, of: number): ThrottleTat {
  if (tat.of === of) return tat;
  const part = Math.ceil((tat.part * of) / tat.of);
  return part < of ? { atMs: tat.atMs, part, of } : { atMs: tat.atMs + 1, part: 0, of };
}

function plus(a: ThrottleTat, b: ThrottleTat): ThrottleTat {
  const part = a.part + b.part;
  const carry = part >= a.of ? 1 : 0;
  return { atMs: a.atMs + b.atMs + carry, part: part - carry * a.of, of: a.of };
}

function minus(a: ThrottleTat, b: ThrottleTat): ThrottleTat {
  const part = a.part - b.part;
  const borrow = part < 0 ? 1 : 0;
  return { atMs: a.atMs - b.atMs - borrow, part: part + borrow * a.of, of: a.of };
}

function isBefore(a: ThrottleTat, b: ThrottleTat): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.part < b.part);
}

function earlier(a: ThrottleTat, b: ThrottleTat): ThrottleTat {
  return isBefore(b, a) ? b : a;
}

function later(a: ThrottleTat, b: ThrottleTat): ThrottleTat {
  return isBefore(a, b) ? b : a;
}

function ceilMs(tat: ThrottleTat): number {
  return tat.part === 0 ? tat.atMs : tat.atMs + 1;
}
