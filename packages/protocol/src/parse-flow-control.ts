// The flow-control part of a function's config (server.md section 4): structure, bounds and combinations. Expressions are only
// measured here, never compiled.
import {
  addConfigError,
  readCount,
  readDurationMs,
  readExpression,
  readText,
  showValue,
  type ConfigErrorCode,
  type ConfigReport,
  type Field,
} from "./config-report.ts";
import { parseGoDurationMs, parseTimeOrDurationMs } from "./duration.ts";
import { foldKeys, isJsonObject, knownKeys } from "./fold-keys.ts";
import type { CancelRule, FunctionConfig } from "./function-config.ts";
import { LIMITS } from "./limits.ts";

type Raw = Record<string, unknown>;
type Part<Key extends keyof FunctionConfig> = FunctionConfig[Key] | undefined;

const KEYS = knownKeys([
  "limit",
  "period",
  "burst",
  "key",
  "timeout",
  "maxSize",
  "if",
  "run",
  "mode",
  "event",
  "start",
  "finish",
]);
const ANY_DURATION = {
  minMs: 1,
  maxMs: Number.MAX_SAFE_INTEGER,
  text: "above 0",
};

/** What the flow-control keys of a function come to; keys are absent when the function does not set them. */
export type FlowControl = Pick<
  FunctionConfig,
  | "cancel"
  | "timeouts"
  | "throttle"
  | "rateLimit"
  | "debounce"
  | "batch"
  | "priority"
  | "idempotency"
  | "singleton"
>;

/** Reads everything but concurrency from a function's raw config, whose keys are already folded. */
export function parseFlowControl(raw: Raw, report: ConfigReport): FlowControl {
  const timeouts = parseTimeouts(section(raw, "timeouts", report), report);
  const throttle = parseThrottle(section(raw, "throttle", report), report);
  const rateLimit = parseRateLimit(section(raw, "rateLimit", report), report);
  const debounce = parseDebounce(section(raw, "debounce", report), report);
  const batch = parseBatch(section(raw, "batchEvents", report), report);
  const run = readExpression(section(raw, "priority", report)?.["run"], at(report, "priority.run"));
  const idempotency = readExpression(raw["idempotency"], at(report, "idempotency"));
  const singleton = parseSingleton(section(raw, "singleton", report), report);
  const flow: FlowControl = {
    cancel: parseCancel(raw["cancel"], report),
    ...(timeouts !== undefined && { timeouts }),
    ...(throttle !== undefined && { throttle }),
    ...(rateLimit !== undefined && { rateLimit }),
    ...(debounce !== undefined && { debounce }),
    ...(batch !== undefined && { batch }),
    ...(run !== undefined && { priority: { run } }),
    ...(idempotency !== undefined && { idempotency }),
    ...(singleton !== undefined && { singleton }),
  };
  checkCombinations(flow, report);
  return flow;
}

function parseCancel(value: unknown, report: ConfigReport): CancelRule[] {
  if (value === undefined || value === null) return [];
  const field = at(report, "cancel");
  if (!Array.isArray(value)) {
    addConfigError(field, `is ${showValue(value)}: it must be an array.`);
    return [];
  }
  if (value.length > LIMITS.cancelRulesMax) {
    addConfigError(field, `has ${value.length} rules: at most ${LIMITS.cancelRulesMax} fit.`);
  }
  return value.flatMap((item: unknown, index) => parseCancelRule(item, index, report) ?? []);
}

function parseCancelRule(
  item: unknown,
  index: number,
  report: ConfigReport,
): CancelRule | undefined {
  const name = `cancel[${index}]`;
  if (!isJsonObject(item)) {
    return addConfigError(at(report, name), `is ${showValue(item)}: it must be an object.`);
  }
  const raw = foldKeys(item, KEYS);
  const event = readText(raw["event"], at(report, `${name}.event`, "event_name_invalid"));
  const expression = readExpression(raw["if"], at(report, `${name}.if`));
  const timeout = readText(raw["timeout"], at(report, `${name}.timeout`));
  if (timeout !== undefined && parseTimeOrDurationMs(timeout, 0) === undefined) {
    addConfigError(
      at(report, `${name}.timeout`),
      `is ${showValue(timeout)}: it must be a duration such as "1h" or a date such as "2030-01-31T00:00:00Z".`,
    );
  }
  if (event === undefined) {
    return addConfigError(
      at(report, `${name}.event`, "event_name_invalid"),
      "is missing: name the event that cancels.",
    );
  }
  return {
    event,
    ...(expression !== undefined && { expression }),
    ...(timeout !== undefined && { timeout }),
  };
}

function parseTimeouts(raw: Raw | undefined, report: ConfigReport): Part<"timeouts"> {
  if (raw === undefined) return undefined;
  const startMs = readDurationMs(raw["start"], ANY_DURATION, at(report, "timeouts.start"));
  const finishMs = readDurationMs(raw["finish"], ANY_DURATION, at(report, "timeouts.finish"));
  if (startMs === undefined && finishMs === undefined) return undefined;
  return {
    ...(startMs !== undefined && { startMs }),
    ...(finishMs !== undefined && { finishMs }),
  };
}

function parseThrottle(raw: Raw | undefined, report: ConfigReport): Part<"throttle"> {
  if (raw === undefined) return undefined;
  const limit = readCount(raw["limit"], 0, at(report, "throttle.limit"));
  const burst = readCount(raw["burst"], 0, at(report, "throttle.burst")) ?? 0;
  const key = readExpression(raw["key"], at(report, "throttle.key"));
  const bounds = { ...ANY_DURATION, minMs: 1_000, text: "of at least 1s" };
  const periodMs = requiredPeriodMs(raw["period"], bounds, at(report, "throttle.period"));
  if (periodMs === undefined) return undefined;
  // 0 means 1, as on the official server: a throttle that lets nothing through is never meant.
  return { limit: Math.max(1, limit ?? 1), periodMs, burst, ...(key !== undefined && { key }) };
}

function parseRateLimit(raw: Raw | undefined, report: ConfigReport): Part<"rateLimit"> {
  if (raw === undefined) return undefined;
  const limit = requiredLimit(raw["limit"], at(report, "rateLimit.limit"));
  const key = readExpression(raw["key"], at(report, "rateLimit.key"));
  const bounds = {
    minMs: 1,
    maxMs: LIMITS.rateLimitPeriodMsMax,
    text: "above 0 and of at most 24h",
  };
  const periodMs = requiredPeriodMs(raw["period"], bounds, at(report, "rateLimit.period"));
  if (periodMs === undefined || limit === undefined) return undefined;
  return { limit, periodMs, ...(key !== undefined && { key }) };
}

function parseDebounce(raw: Raw | undefined, report: ConfigReport): Part<"debounce"> {
  if (raw === undefined) return undefined;
  const key = readExpression(raw["key"], at(report, "debounce.key"));
  const timeoutMs = readDurationMs(raw["timeout"], ANY_DURATION, at(report, "debounce.timeout"));
  const bounds = {
    minMs: LIMITS.debounceMsMin,
    maxMs: LIMITS.debounceMsMax,
    text: "from 1s to 7d",
  };
  const periodMs = requiredPeriodMs(raw["period"], bounds, at(report, "debounce.period"));
  if (periodMs === undefined) return undefined;
  return {
    periodMs,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(key !== undefined && { key }),
  };
}

function parseBatch(raw: Raw | undefined, report: ConfigReport): Part<"batch"> {
  if (raw === undefined) return undefined;
  const sizeField = at(report, "batchEvents.maxSize", "batch_size_invalid");
  const maxSize = readCount(raw["maxSize"] ?? 0, LIMITS.batchSizeMin, sizeField);
  const timeoutMs = readBatchTimeoutMs(raw["timeout"], report);
  const key = readExpression(
    raw["key"],
    at(report, "batchEvents.key", "batch_key_expression_invalid"),
  );
  const condition = readExpression(
    raw["if"],
    at(report, "batchEvents.if", "batch_if_expression_invalid"),
  );
  if (maxSize === undefined || timeoutMs === undefined) return undefined;
  return {
    maxSize,
    timeoutMs,
    ...(key !== undefined && { key }),
    ...(condition !== undefined && { if: condition }),
  };
}

/** Required, and in Go's units only: "1d" fails on the official server too, so it must not work here by accident. */
function readBatchTimeoutMs(value: unknown, report: ConfigReport): number | undefined {
  const field = at(report, "batchEvents.timeout", "batch_timeout_invalid");
  const timeoutMs = typeof value === "string" ? parseGoDurationMs(value) : undefined;
  if (timeoutMs !== undefined && timeoutMs >= LIMITS.batchTimeoutMsMin) return timeoutMs;
  return addConfigError(
    field,
    `is ${showValue(value)}: it must be a duration of at least 1s in h, m, s or ms, such as "60s" (write "24h" for a day).`,
  );
}

function parseSingleton(raw: Raw | undefined, report: ConfigReport): Part<"singleton"> {
  if (raw === undefined) return undefined;
  const key = readExpression(raw["key"], at(report, "singleton.key"));
  const mode = readText(raw["mode"], at(report, "singleton.mode")) ?? "skip";
  if (mode !== "skip" && mode !== "cancel") {
    return addConfigError(
      at(report, "singleton.mode"),
      `is ${showValue(mode)}: it must be "skip" or "cancel".`,
    );
  }
  return { mode, ...(key !== undefined && { key }) };
}

function checkCombinations(flow: FlowControl, report: ConfigReport): void {
  if (flow.batch === undefined) return;
  const others = [
    flow.cancel.length > 0 && "cancel",
    flow.debounce !== undefined && "debounce",
    flow.singleton !== undefined && "singleton",
    flow.priority !== undefined && "priority",
    // The official server takes these two and never applies them, though its manual calls them incompatible.
    flow.rateLimit !== undefined && "rateLimit",
    flow.idempotency !== undefined && "idempotency",
  ];
  for (const other of others) {
    if (other === false) continue;
    addConfigError(
      at(report, "batchEvents", "combo_unsupported"),
      `cannot be combined with "${other}", which does not apply to batches: remove one of them.`,
    );
  }
}

function requiredLimit(value: unknown, field: Field): number | undefined {
  if (value !== undefined && value !== null) return readCount(value, 1, field);
  return addConfigError(field, "is missing: it must be a whole number from 1 on.");
}

function requiredPeriodMs(
  value: unknown,
  bounds: Parameters<typeof readDurationMs>[1],
  field: Field,
): number | undefined {
  if (value !== undefined && value !== null && value !== "") {
    return readDurationMs(value, bounds, field);
  }
  return addConfigError(field, `is missing: it must be a duration ${bounds.text}.`);
}

/** A nested object with folded keys; undefined when absent. */
function section(raw: Raw, name: string, report: ConfigReport): Raw | undefined {
  const value = raw[name];
  if (value === undefined || value === null) return undefined;
  if (isJsonObject(value)) return foldKeys(value, KEYS);
  return addConfigError(at(report, name), `is ${showValue(value)}: it must be an object.`);
}

function at(report: ConfigReport, name: string, code?: ConfigErrorCode): Field {
  return { report, name, ...(code !== undefined && { code }) };
}
