// Which concurrency buckets a call needs. Functions share a bucket of scope env or account by the value of the key alone, and
// each compares the shared count with its own limit. Runs and calls are counted apart, so their buckets have different names.
import { hashStepId, type ConcurrencyRule, type FunctionConfig } from "@everstep/protocol";
import type { RunFlow } from "../model/flow.ts";
import { ERROR_KEY, evaluateKey, type KeySource } from "./flow-keys.ts";

/** One thing that a call must have a place in. */
export interface Bucket {
  readonly id: string;
  /** Holders at once, from 1 on. The bucket may have others with another limit. */
  readonly limit: number;
  /** `step`: held while the call is out. `fn`: taken with the run's start and held to its end (a Slot row). */
  readonly level: ConcurrencyRule["level"];
  readonly scope: ConcurrencyRule["scope"];
  /** The rule's key expression and what it gave; absent for a rule without a key. */
  readonly expression?: string;
  readonly key?: string;
}

/** A run as its buckets are told. */
export interface BucketRun extends KeySource {
  readonly functionId: string;
  readonly flow?: RunFlow | undefined;
}

/**
 * Every bucket that a call needs, each once: all or none are taken.
 * @param config The function's effective config, read anew for each decision: changed numbers hold at once.
 * @param isStart The call starts its run (`Timer.isStart` and no `startedAtMs` yet): run-level buckets are needed too.
 */
export function bucketsOf(
  config: FunctionConfig,
  run: BucketRun,
  isStart: boolean,
): readonly Bucket[] {
  const buckets = new Map<string, Bucket>();
  for (const rule of config.concurrency) {
    if (rule.limit === 0 || (rule.level === "fn" && !isStart)) continue;
    const bucket = bucketOf(rule, run);
    // A value that is shared has one id for runs and for calls, which are counted apart.
    const name = `${bucket.level}:${bucket.id}`;
    const same = buckets.get(name);
    if (same === undefined || bucket.limit < same.limit) buckets.set(name, bucket);
  }
  return [...buckets.values()];
}

function bucketOf(rule: ConcurrencyRule, run: BucketRun): Bucket {
  const { limit, scope, level } = rule;
  const own = level === "fn" ? `r:${run.functionId}` : `f:${run.functionId}`;
  if (rule.key === undefined) return { id: own, limit, scope, level };
  const key = keyOf(rule.key, run);
  const owner =
    scope === "fn" ? `${own}:${hashStepId(rule.key).slice(0, EXPRESSION_CHARS)}` : scope;
  return { id: `${owner}:${key}`, limit, scope, level, expression: rule.key, key };
}

/** 48 bits tell the few expressions of one function apart. */
const EXPRESSION_CHARS = 12;

/** What was evaluated at the run's creation, else the value now: the rule is newer than the run. */
export function keyOf(
  expression: string,
  run: Pick<BucketRun, "flow" | "readEvent" | "nowMs">,
): string {
  const known = run.flow?.keys[expression];
  if (known !== undefined) return known;
  const result = evaluateKey(expression, run);
  return result.ok ? result.text : ERROR_KEY;
}
