// The first half of an admission: evaluates every key that gates the candidate, once, and tells what must be loaded before the
// decision. Reads the event only for rules that the function has: without rules there is nothing to load.
import type { FunctionConfig } from "@everstep/protocol";
import { evaluateBoolean } from "../expressions/compile-expression.ts";
import { compileCached } from "../expressions/expression-cache.ts";
import type { Limiter, LimiterId, LimiterKind } from "../model/flow.ts";
import { readBatch, stepBatch, type BatchRule } from "./batch.ts";
import type { Candidate } from "./candidate.ts";
import { evaluateKey, type KeySource } from "./flow-keys.ts";

/** The limiter that a rule asks, or why its key gave none. Undefined: the rule does not apply to this event. */
export type Gate = { readonly id: LimiterId } | { readonly failure: string } | undefined;

/** A candidate with its keys evaluated. Given back to `fullBatchOf` and `decideAdmission`; only `limiterIds` is for others. */
export interface AdmissionPlan {
  readonly candidate: Candidate;
  /** Load these. */
  readonly limiterIds: readonly LimiterId[];
  readonly batch: Gate;
  readonly idempotency: Gate;
  readonly rateLimit: Gate;
  readonly debounce: Gate;
  readonly singleton: Gate;
  readonly warnings: readonly string[];
}

const NO_GATES = {
  batch: undefined,
  idempotency: undefined,
  rateLimit: undefined,
  debounce: undefined,
  singleton: undefined,
} as const;

export function planAdmission(candidate: Candidate, nowMs: number): AdmissionPlan {
  const { function: fn, origin } = candidate;
  if (!hasGates(fn.config) || isSkippedByPause(candidate)) {
    return { ...NO_GATES, candidate, limiterIds: [], warnings: [] };
  }
  const warnings: string[] = [];
  const keyed = keyReader(candidate, nowMs);
  const batch = origin.type === "arrival" ? batchGate(candidate, nowMs, warnings) : undefined;
  const gates =
    batch === undefined
      ? { batch, ...soleGates(fn.config, origin.type === "arrival", keyed) }
      : { ...NO_GATES, batch };
  const { idempotency, rateLimit, debounce, singleton } = gates;
  const limiterIds = [batch, idempotency, rateLimit, debounce, singleton].flatMap((gate) =>
    gate !== undefined && "id" in gate ? [gate.id] : [],
  );
  return { ...gates, candidate, limiterIds, warnings };
}

/** Most functions have none, and their events must cost no more for that. */
function hasGates(config: FunctionConfig): boolean {
  const { batch, idempotency, rateLimit, debounce, singleton } = config;
  return (
    batch !== undefined ||
    idempotency !== undefined ||
    rateLimit !== undefined ||
    debounce !== undefined ||
    singleton !== undefined
  );
}

/** Work that was accepted before the pause is kept for afterwards; what comes during it is not. */
export function isSkippedByPause({ isPaused, origin }: Candidate): boolean {
  return isPaused && (origin.type === "arrival" || origin.type === "rerun");
}

/** The batch that this event fills: its stored events are needed (`AdmissionState.batchEvents`). */
export function fullBatchOf(
  plan: AdmissionPlan,
  findLimiter: (id: LimiterId) => Limiter | undefined,
): string | undefined {
  const { batch, candidate } = plan;
  const rule = candidate.function.config.batch;
  const [event] = candidate.events;
  if (batch === undefined || rule === undefined || event === undefined) return undefined;
  if ("failure" in batch) return undefined;
  const open = readBatch(findLimiter(batch.id));
  return open !== undefined && stepBatch(rule, open, event).isFull ? open.id : undefined;
}

type KeyReader = (
  kind: LimiterKind,
  field: string,
  expression: string | undefined,
) => Exclude<Gate, undefined> & { readonly isFalse?: true };

function keyReader(candidate: Candidate, nowMs: number): KeyReader {
  const source: KeySource = { readEvent: candidate.readEvent, nowMs };
  const functionId = candidate.function.id;
  return (kind, field, expression) => {
    const result = evaluateKey(expression, source);
    if (!result.ok) return { failure: `${field} failed: ${result.message}` };
    const id = { kind, functionId, key: result.text };
    return result.value === false ? { id, isFalse: true } : { id };
  };
}

/** The gates of events that are not batched. */
function soleGates(
  config: FunctionConfig,
  isArrival: boolean,
  keyed: KeyReader,
): Omit<typeof NO_GATES, "batch"> | Record<Exclude<keyof typeof NO_GATES, "batch">, Gate> {
  const { idempotency, rateLimit, debounce, singleton } = config;
  /** A key that is false takes the event out of the rule (server.md 4.3, 4.7). */
  const unlessFalse = (gate: ReturnType<KeyReader>): Gate =>
    gate.isFalse === true ? undefined : gate;
  return {
    idempotency:
      isArrival && idempotency !== undefined
        ? unlessFalse(keyed("idempotency", "idempotency", idempotency))
        : undefined,
    rateLimit:
      isArrival && rateLimit !== undefined
        ? unlessFalse(keyed("rate_limit", "rateLimit.key", rateLimit.key))
        : undefined,
    debounce:
      isArrival && debounce !== undefined
        ? keyed("debounce", "debounce.key", debounce.key)
        : undefined,
    singleton:
      singleton !== undefined && !(isArrival && debounce !== undefined)
        ? unlessFalse(keyed("singleton", "singleton.key", singleton.key))
        : undefined,
  };
}

/** Cron ticks are never batched (server.md 5). */
function batchGate(candidate: Candidate, nowMs: number, warnings: string[]): Gate {
  const rule = candidate.function.config.batch;
  if (rule === undefined || candidate.cron !== undefined) return undefined;
  if (!isBatched(rule, candidate, nowMs, warnings)) return undefined;
  return keyReader(candidate, nowMs)("batch", "batchEvents.key", rule.key);
}

function isBatched(
  rule: BatchRule,
  candidate: Candidate,
  nowMs: number,
  warnings: string[],
): boolean {
  if (rule.if === undefined) return true;
  const vars = { event: candidate.readEvent() };
  const result = evaluateBoolean(compileCached(rule.if), vars, { nowMs });
  if (result.ok) return result.value;
  warnings.push(`batchEvents.if failed, so the event was not batched: ${result.message}`);
  return false;
}
