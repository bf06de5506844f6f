// The keys of flow control: each expression is evaluated once, over the first event, and becomes a text that groups runs. A
// key that fails has a bucket of its own, apart from missing values, and the failure is kept for people.
import { EverstepError, hashStepId, type FunctionConfig } from "@everstep/protocol";
import { evaluate } from "../expressions/compile-expression.ts";
import { compileCached } from "../expressions/expression-cache.ts";
import { stringifyKey } from "../expressions/limit-key.ts";

/** What keys are evaluated over. */
export interface KeySource {
  /** The run's first event as apps see it; parsed when an expression needs it. */
  readonly readEvent: () => unknown;
  /** The instant of `now()`, epoch ms. */
  readonly nowMs: number;
}

/** The group of a key expression that could not be evaluated. */
export const ERROR_KEY = "<error>";

export type KeyResult =
  | { readonly ok: true; readonly value: unknown; readonly text: string }
  | { readonly ok: false; readonly message: string };

/** @param expression Absent: the rule has one group, "". */
export function evaluateKey(expression: string | undefined, source: KeySource): KeyResult {
  if (expression === undefined) return { ok: true, value: "", text: "" };
  try {
    const vars = { event: source.readEvent() };
    const value = evaluate(compileCached(expression), vars, { nowMs: source.nowMs });
    return { ok: true, value, text: boundedKey(stringifyKey(value)) };
  } catch (error) {
    if (error instanceof EverstepError) return { ok: false, message: error.message };
    throw error;
  }
}

/** Keys are stored with every row of their group: what is longer keeps its beginning, for people, and a hash. */
const KEY_CHARS_MAX = 200;
const KEY_CHARS_KEPT = 80;

function boundedKey(text: string): string {
  if (text.length <= KEY_CHARS_MAX) return text;
  return `${text.slice(0, KEY_CHARS_KEPT)}…${hashStepId(text)}`;
}

export interface EvaluatedKeys {
  readonly keys: Readonly<Record<string, string>>;
  /** Absent: none failed. */
  readonly errors?: Readonly<Record<string, string>>;
}

/** The key expressions that hold a run back while it is dispatched, each once. */
export function dispatchKeysOf(config: FunctionConfig): readonly string[] {
  if (config.concurrency.length === 0 && config.throttle === undefined) return NO_KEYS;
  const found = new Set<string>();
  for (const { key, limit } of config.concurrency) {
    if (key !== undefined && limit > 0) found.add(key);
  }
  if (config.throttle?.key !== undefined) found.add(config.throttle.key);
  return [...found];
}

const NO_KEYS: readonly string[] = [];
const NOTHING: EvaluatedKeys = { keys: {} };

/** Evaluates the keys of concurrency and throttle. */
export function evaluateKeys(config: FunctionConfig, source: KeySource): EvaluatedKeys {
  const expressions = dispatchKeysOf(config);
  if (expressions.length === 0) return NOTHING;
  const keys: Record<string, string> = {};
  const errors: Record<string, string> = {};
  for (const expression of expressions) {
    const result = evaluateKey(expression, source);
    keys[expression] = result.ok ? result.text : ERROR_KEY;
    if (!result.ok) errors[expression] = result.message;
  }
  return { keys, ...(Object.keys(errors).length === 0 ? {} : { errors }) };
}

/** Runs with the same values take turns as one lane. "" when nothing is keyed. */
export function laneOf(keys: Readonly<Record<string, string>>): string {
  const entries = Object.entries(keys);
  if (entries.length === 0) return "";
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return hashStepId(JSON.stringify(sorted)).slice(0, LANE_CHARS);
}

/** 64 bits: two groups of one function never meet by accident, and if they did they would only take turns as one. */
const LANE_CHARS = 16;
