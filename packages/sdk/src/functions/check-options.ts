// Checks the options of `createFunction` at module load, where the stack points at the author's line: a bound that only the
// server knew would fail the whole sync later. Unknown options are warned about; TypeScript refuses them anyway.
import { durationMsOf, timeText, type DurationInput, type TimeInput } from "../wire/duration.ts";
import type { BaseFunctionOptions, ConcurrencyOption } from "./function-options.ts";

const OPTION_NAMES: ReadonlySet<string> = new Set([
  "id",
  "name",
  "description",
  "concurrency",
  "batchEvents",
  "idempotency",
  "rateLimit",
  "throttle",
  "debounce",
  "priority",
  "timeouts",
  "singleton",
  "cancelOn",
  "retries",
  "retry",
  "timeout",
  "timeoutGrace",
  "diagnostics",
  "onFailure",
  "middleware",
  "checkpointing",
  "experimentalCheckpointing",
  "optimizeParallelism",
  "triggers",
]);
const CANCEL_RULES_MAX = 5;
const CONCURRENCY_RULES_MAX = 2;
const RETRIES_MAX = 20;
const DAY_MS = 86_400_000;
const THROTTLE_PERIOD_MS_MIN = 1_000;

/**
 * Checks options; returns them typed.
 * @throws TypeError naming the function, the option, the value and the way out.
 */
export function checkOptions(given: unknown, warn: (message: string) => void): BaseFunctionOptions {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new TypeError(
      `createFunction() got ${show(given)} as its options: write { id: "my-function" }.`,
    );
  }
  const options = given as BaseFunctionOptions;
  const { id } = options;
  if (typeof id !== "string" || id.trim() === "") {
    throw new TypeError(
      `createFunction() got the id ${show(id)}: every function needs an "id" that stays the same for ever, e.g. { id: "send-welcome-email" }.`,
    );
  }
  const refuse = (option: string, value: unknown, way: string): never => {
    throw new TypeError(`Function "${id}" has "${option}" ${show(value)}: ${way}.`);
  };
  for (const name of Object.keys(options)) {
    if (!OPTION_NAMES.has(name))
      warn(`Function "${id}" has an unknown option "${name}"; it has no effect.`);
  }
  checkNumbers(options, refuse);
  checkConcurrency(options, refuse);
  checkCancelOn(options, refuse);
  checkDurations(options, refuse);
  checkCombinations(options, refuse);
  tellRefusedBySync(options, warn);
  return options;
}

type Refuse = (option: string, value: unknown, way: string) => never;

function checkNumbers(options: BaseFunctionOptions, refuse: Refuse): void {
  for (const [name, value] of [
    ["retries", options.retries],
    ["retry.attempts", options.retry?.attempts],
  ] as const) {
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < 0 || value > RETRIES_MAX) {
      refuse(
        name,
        value,
        `give a whole number from 0 to ${RETRIES_MAX}, the retries after the first attempt`,
      );
    }
  }
  for (const [name, value, least] of [
    ["rateLimit.limit", options.rateLimit?.limit, 1],
    ["throttle.limit", options.throttle?.limit, 1],
    ["throttle.burst", options.throttle?.burst, 0],
    ["batchEvents.maxSize", options.batchEvents?.maxSize, 2],
  ] as const) {
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < least)
      refuse(name, value, `give a whole number of at least ${least}`);
  }
  const mode: unknown = options.singleton?.mode;
  if (options.singleton !== undefined && mode !== "skip" && mode !== "cancel") {
    refuse("singleton.mode", mode, 'give "skip" or "cancel"');
  }
}

function checkConcurrency(options: BaseFunctionOptions, refuse: Refuse): void {
  const { concurrency } = options;
  if (concurrency === undefined) return;
  const rules = (Array.isArray(concurrency) ? concurrency : [concurrency]) as readonly (
    | number
    | ConcurrencyOption
  )[];
  if (rules.length > CONCURRENCY_RULES_MAX) {
    refuse("concurrency", `${rules.length} rules`, `at most ${CONCURRENCY_RULES_MAX} are possible`);
  }
  for (const rule of rules) {
    const { limit, scope, key } = typeof rule === "number" ? { limit: rule } : rule;
    if (!Number.isInteger(limit) || limit < 0) {
      refuse("concurrency", limit, "give a whole number, the steps that may run at the same time");
    }
    if (scope !== undefined && !["fn", "env", "account"].includes(scope)) {
      refuse("concurrency.scope", scope, 'give "fn", "env" or "account"');
    }
    if (scope !== undefined && scope !== "fn" && key === undefined) {
      refuse(
        "concurrency.scope",
        scope,
        'a shared limit needs a "key" that says with whom, e.g. key: "\'emails\'"',
      );
    }
  }
}

function checkCancelOn(options: BaseFunctionOptions, refuse: Refuse): void {
  const { cancelOn } = options;
  if (cancelOn === undefined) return;
  if (!Array.isArray(cancelOn))
    refuse("cancelOn", cancelOn, 'give a list, e.g. [{ event: "shop/order.cancelled" }]');
  if (cancelOn.length > CANCEL_RULES_MAX) {
    refuse("cancelOn", `${cancelOn.length} rules`, `at most ${CANCEL_RULES_MAX} are possible`);
  }
  for (const [index, rule] of cancelOn.entries()) {
    const name: unknown = typeof rule.event === "string" ? rule.event : rule.event?.name;
    if (typeof name !== "string" || name === "") {
      refuse(`cancelOn[${index}].event`, name, "give the name of an event or an event type");
    }
    if (rule.timeout !== undefined) checkTime(`cancelOn[${index}].timeout`, rule.timeout, refuse);
  }
}

function checkDurations(options: BaseFunctionOptions, refuse: Refuse): void {
  const { rateLimit, throttle, debounce, batchEvents, timeouts, retry } = options;
  checkDuration("rateLimit.period", rateLimit?.period, refuse, { of: rateLimit, maxMs: DAY_MS });
  checkDuration("throttle.period", throttle?.period, refuse, { of: throttle });
  checkDuration("debounce.period", debounce?.period, refuse, {
    of: debounce,
    minMs: 1_000,
    maxMs: 7 * DAY_MS,
  });
  checkDuration("debounce.timeout", debounce?.timeout, refuse);
  checkDuration("batchEvents.timeout", batchEvents?.timeout, refuse, {
    of: batchEvents,
    minMs: 1_000,
  });
  checkDuration("timeouts.start", timeouts?.start, refuse);
  checkDuration("timeouts.finish", timeouts?.finish, refuse);
  checkDuration("timeout", options.timeout, refuse);
  checkDuration("retry.maxDelay", retry?.maxDelay, refuse);
  for (const [name, value] of [
    ["retry.delay", retry?.delay],
    ["retry.jitter", retry?.jitter],
  ] as const) {
    if (value !== undefined && value !== 0) checkDuration(name, value, refuse);
  }
}

/** @param bounds.of The option that requires this duration, when it is there. */
function checkDuration(
  name: string,
  value: DurationInput | undefined,
  refuse: Refuse,
  bounds: {
    readonly of?: object | undefined;
    readonly minMs?: number;
    readonly maxMs?: number;
  } = {},
): void {
  if (value === undefined && bounds.of === undefined) return;
  let ms = Number.NaN;
  try {
    ms = durationMsOf(value as DurationInput, name);
  } catch {
    // Refused below, in the words of this option.
  }
  if (!(ms > 0))
    refuse(name, value, 'give milliseconds above 0 or a text such as "30s", "5m" or "1h30m"');
  const { minMs = 0, maxMs = Number.POSITIVE_INFINITY } = bounds;
  if (ms < minMs || ms > maxMs) {
    const most = Number.isFinite(maxMs) ? ` and at most ${maxMs / 3_600_000} hours` : "";
    refuse(name, value, `it must be at least ${Math.max(minMs, 1)} ms${most}`);
  }
}

function checkTime(name: string, value: TimeInput, refuse: Refuse): void {
  try {
    timeText(value, name);
  } catch {
    refuse(name, value, 'give a duration such as "1h" or a valid date');
  }
}

/** Combinations that every server refuses (protocol.md 1.6). */
function checkCombinations(options: BaseFunctionOptions, refuse: Refuse): void {
  if (options.batchEvents === undefined) return;
  for (const name of ["cancelOn", "debounce", "singleton", "priority"] as const) {
    if (isGiven(options[name])) {
      refuse(
        "batchEvents",
        options.batchEvents,
        `it cannot be combined with "${name}"; remove one of them`,
      );
    }
  }
}

/** What the official SDKs and servers take, and our server refuses: told, so that the sync is no surprise. */
function tellRefusedBySync(
  { id, batchEvents, throttle, ...options }: BaseFunctionOptions,
  warn: (message: string) => void,
): void {
  for (const name of ["rateLimit", "idempotency"] as const) {
    if (batchEvents === undefined || !isGiven(options[name])) continue;
    warn(
      `Function "${id}" has "batchEvents" and "${name}", which does not apply to batches: our server refuses the app's sync, and official ones ignore "${name}". Remove one of them.`,
    );
  }
  const periodMs = throttle === undefined ? undefined : durationMsOf(throttle.period);
  if (periodMs !== undefined && periodMs < THROTTLE_PERIOD_MS_MIN) {
    warn(
      `Function "${id}" has "throttle.period" ${show(throttle?.period)}: servers refuse the app's sync below 1 s. Give at least "1s".`,
    );
  }
}

/** An empty list asks for nothing. */
function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
