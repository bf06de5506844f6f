// A change of a function's limits as operators send it (PATCH /v2/functions/:id/limits): the same spelling, bounds and messages
// as in the function's code. Invariant: what is returned would have passed a sync; expressions are only measured here.
import { addConfigError, readCount, showValue, type ConfigReport } from "./config-report.ts";
import { EverstepError } from "./errors.ts";
import { foldKeys, isJsonObject, knownKeys } from "./fold-keys.ts";
import type { FunctionConfig } from "./function-config.ts";
import { LIMITS } from "./limits.ts";
import { parseConcurrency } from "./parse-concurrency.ts";
import { parseFlowControl } from "./parse-flow-control.ts";

type Rule<Key extends "throttle" | "rateLimit" | "debounce"> = NonNullable<FunctionConfig[Key]>;

/** For each limit: the rule to use in place of the code's, null for none, "code" for the code's again. Absent: as it is. */
export interface LimitPatch {
  readonly concurrency?: FunctionConfig["concurrency"] | "code";
  readonly throttle?: Rule<"throttle"> | null | "code";
  readonly rateLimit?: Rule<"rateLimit"> | null | "code";
  readonly debounce?: Rule<"debounce"> | null | "code";
  readonly maxAttempts?: number | "code";
}

const FIELDS = ["concurrency", "throttle", "rateLimit", "debounce", "retries"] as const;
const KNOWN = knownKeys(FIELDS);
const RULES = ["throttle", "rateLimit", "debounce"] as const;
const RULE_KEYS = knownKeys(["limit", "period", "burst", "key", "timeout"]);
const CODE = "code";

/**
 * Reads `{concurrency?, throttle?, rateLimit?, debounce?, retries?}`. An object may leave out what stays as it is:
 * `{"throttle":{"limit":5}}` keeps period and key. `null` switches a limit off, `"code"` goes back to the code's.
 * @param current The function's effective config.
 * @throws EverstepError argument_invalid, with every error in `data.errors`.
 */
export function parseLimitPatch(body: unknown, current: FunctionConfig): LimitPatch {
  const report: ConfigReport = { function: current.slug, errors: [] };
  const raw = readBody(body, report);
  const rules: Record<string, unknown> = {};
  const patch: Record<string, unknown> = {};
  for (const name of RULES) {
    const value = raw[name];
    if (value === undefined) continue;
    if (value === null || value === CODE) patch[name] = value;
    else rules[name] = isJsonObject(value) ? merged(current, name, value) : value;
  }
  const parsed = parseFlowControl(rules, report);
  for (const name of RULES) {
    if (parsed[name] !== undefined) patch[name] = parsed[name];
  }
  if (raw["concurrency"] !== undefined) {
    patch["concurrency"] = raw["concurrency"] === CODE ? CODE : concurrencyOf(raw, report);
  }
  if (raw["retries"] !== undefined) patch["maxAttempts"] = attemptsOf(raw["retries"], report);
  const [first] = report.errors;
  if (first === undefined) return patch;
  throw new EverstepError("argument_invalid", first.message, { data: { errors: report.errors } });
}

function readBody(body: unknown, report: ConfigReport): Record<string, unknown> {
  if (!isJsonObject(body) || Object.keys(body).length === 0) {
    const message = `is ${showValue(body)}: it must be an object with one or more of ${FIELDS.join(", ")}.`;
    addConfigError({ report, name: "limits" }, message);
    return {};
  }
  for (const name of Object.keys(body)) {
    if (KNOWN.has(name.toLowerCase())) continue;
    const message = `is no limit that can be changed: use ${FIELDS.join(", ")}.`;
    addConfigError({ report, name }, message);
  }
  return foldKeys(body, KNOWN);
}

/** The rule that holds now, with what the patch says in its place. */
function merged(
  current: FunctionConfig,
  name: (typeof RULES)[number],
  value: Record<string, unknown>,
): Record<string, unknown> {
  return { ...wireOf(current[name]), ...foldKeys(value, RULE_KEYS) };
}

/** A rule as apps write it. */
function wireOf(rule: FunctionConfig[(typeof RULES)[number]]): Record<string, unknown> {
  if (rule === undefined) return {};
  const { periodMs, ...rest } = rule;
  const { timeoutMs, ...same } = { timeoutMs: undefined, ...rest };
  return {
    ...same,
    period: `${periodMs}ms`,
    ...(timeoutMs === undefined ? {} : { timeout: `${String(timeoutMs)}ms` }),
  };
}

function concurrencyOf(
  raw: Record<string, unknown>,
  report: ConfigReport,
): FunctionConfig["concurrency"] {
  return parseConcurrency(raw["concurrency"], report);
}

function attemptsOf(value: unknown, report: ConfigReport): number | typeof CODE | undefined {
  if (value === CODE) return CODE;
  const field = { report, name: "retries" };
  const retries = readCount(value, 0, field);
  if (retries !== undefined && retries <= LIMITS.retriesMax) return retries + 1;
  if (retries === undefined && value !== null) return undefined;
  return addConfigError(
    field,
    `is ${showValue(value)}: it must be a whole number from 0 to ${LIMITS.retriesMax}, or "code".`,
  );
}
