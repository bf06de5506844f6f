// One function of a sync request (protocol.md 1.6): its identity, triggers, address and attempts; flow control is read by its
// neighbours. Structure and bounds only: cron texts and expressions are checked by who evaluates them.
import { parseAppUrl } from "./app-url.ts";
import {
  addConfigError,
  readCount,
  readDurationMs,
  readExpression,
  readText,
  showValue,
  throwIfInvalid,
  type ConfigError,
  type ConfigReport,
} from "./config-report.ts";
import { foldKeys, isJsonObject, knownKeys } from "./fold-keys.ts";
import type { FunctionConfig, Trigger } from "./function-config.ts";
import { LIMITS } from "./limits.ts";
import { parseConcurrency } from "./parse-concurrency.ts";
import { parseFlowControl } from "./parse-flow-control.ts";

const FUNCTION_KEYS = knownKeys([
  "id",
  "name",
  "triggers",
  "steps",
  "retries",
  "concurrency",
  "throttle",
  "rateLimit",
  "debounce",
  "batchEvents",
  "priority",
  "idempotency",
  "cancel",
  "timeouts",
  "singleton",
]);
const STEP_KEYS = knownKeys(["runtime", "retries"]);
const RUNTIME_KEYS = knownKeys(["url"]);
const RETRIES_KEYS = knownKeys(["attempts"]);
const TRIGGER_KEYS = knownKeys(["event", "expression", "cron", "jitter"]);
const JITTER_BOUNDS = {
  minMs: LIMITS.jitterMsMin,
  maxMs: LIMITS.jitterMsMax,
  text: "from 1s to 5m",
};

/**
 * The config of one function.
 * @param path Where the function stands in the request, e.g. `functions[0]`; names it in errors when it has no id.
 * @throws EverstepError `config_invalid` with every error in `data.errors`.
 */
export function parseFunctionConfig(raw: unknown, path: string): FunctionConfig {
  const errors: ConfigError[] = [];
  const config = readFunctionConfig(raw, path, errors);
  throwIfInvalid(errors);
  if (config === undefined) throw new TypeError(`${path} was refused without a reason`);
  return config;
}

/** Like parseFunctionConfig, but adds to `errors`; the result is of use only when nothing was added. */
export function readFunctionConfig(
  value: unknown,
  path: string,
  errors: ConfigError[],
): FunctionConfig | undefined {
  if (!isJsonObject(value)) {
    const report: ConfigReport = { function: path, errors };
    return addConfigError({ report, name: path }, `is ${showValue(value)}: it must be an object.`);
  }
  const raw = foldKeys(value, FUNCTION_KEYS);
  const id = raw["id"];
  const report = { function: typeof id === "string" && id !== "" ? id : path, errors };
  const slug = readRequiredText(raw["id"], "id", report);
  const name = readRequiredText(raw["name"], "name", report);
  const step = readStep(raw["steps"], report);
  const triggers = readTriggers(raw["triggers"], report);
  const retries = readRetries(step?.["retries"] ?? raw["retries"], report);
  const url = readUrl(step, report);
  const concurrency = parseConcurrency(raw["concurrency"], report);
  const flow = parseFlowControl(raw, report);
  if (slug === undefined || name === undefined || url === undefined) return undefined;
  return { slug, name, triggers, url, maxAttempts: retries + 1, concurrency, ...flow };
}

/** The one step that every function has on the wire. */
function readStep(value: unknown, report: ConfigReport): Record<string, unknown> | undefined {
  const steps = isJsonObject(value) ? Object.values(value) : [];
  const [step] = steps;
  if (steps.length === 1 && isJsonObject(step)) return foldKeys(step, STEP_KEYS);
  return addConfigError(
    { report, name: "steps" },
    `has ${steps.length} steps: exactly one is needed, like {"step":{"runtime":{"url":"http://…"}}}.`,
  );
}

function readUrl(
  step: Record<string, unknown> | undefined,
  report: ConfigReport,
): string | undefined {
  if (step === undefined) return undefined;
  const field = { report, name: "steps.step.runtime.url" };
  const { runtime } = step;
  const value = isJsonObject(runtime) ? foldKeys(runtime, RUNTIME_KEYS)["url"] : undefined;
  const text = readText(value, field);
  if (text !== undefined && parseAppUrl(text) !== undefined) return text;
  return addConfigError(
    field,
    `is ${showValue(value)}: it must be the http(s) or ws(s) URL at which the app is called.`,
  );
}

/** A number of retries, or `{attempts}` with one; more than the bound counts as the bound. */
function readRetries(value: unknown, report: ConfigReport): number {
  const attempts = isJsonObject(value) ? foldKeys(value, RETRIES_KEYS)["attempts"] : value;
  const retries = readCount(attempts, 0, { report, name: "retries" }) ?? LIMITS.retriesDefault;
  return Math.min(retries, LIMITS.retriesMax);
}

function readTriggers(value: unknown, report: ConfigReport): Trigger[] {
  if (value === undefined || value === null) return [];
  const field = { report, name: "triggers" };
  if (!Array.isArray(value)) {
    addConfigError(field, `is ${showValue(value)}: it must be an array.`);
    return [];
  }
  if (value.length > LIMITS.triggersMax) {
    addConfigError(field, `has ${value.length} triggers: at most ${LIMITS.triggersMax} fit.`);
  }
  const triggers = value.flatMap((item: unknown, index) => readTrigger(item, index, report) ?? []);
  checkDuplicates(triggers, report);
  return triggers;
}

function readTrigger(item: unknown, index: number, report: ConfigReport): Trigger | undefined {
  const name = `triggers[${index}]`;
  const raw = isJsonObject(item) ? foldKeys(item, TRIGGER_KEYS) : {};
  const event = readText(raw["event"], { report, name: `${name}.event`, code: EVENT_CODE });
  const cron = readText(raw["cron"], { report, name: `${name}.cron`, code: CRON_CODE });
  if ((event === undefined) === (cron === undefined)) {
    return addConfigError(
      { report, name },
      `is ${showValue(item)}: it must have either "event" or "cron".`,
    );
  }
  if (cron !== undefined) return readCron(cron, raw["jitter"], name, report);
  return readEvent(event ?? "", raw["expression"], name, report);
}

const EVENT_CODE = "event_name_invalid";
const CRON_CODE = "schedule_invalid";

function readEvent(
  event: string,
  expressionValue: unknown,
  name: string,
  report: ConfigReport,
): Trigger {
  if (event.length > LIMITS.triggerNameCharsMax) {
    addConfigError(
      { report, name: `${name}.event`, code: EVENT_CODE },
      `has ${event.length} characters: at most ${LIMITS.triggerNameCharsMax} fit.`,
    );
  }
  const expression = readExpression(expressionValue, { report, name: `${name}.expression` });
  return { kind: "event", event, ...(expression !== undefined && { expression }) };
}

function readCron(cron: string, jitterValue: unknown, name: string, report: ConfigReport): Trigger {
  if (cron.length > LIMITS.cronCharsMax) {
    addConfigError(
      { report, name: `${name}.cron`, code: CRON_CODE },
      `has ${cron.length} characters: at most ${LIMITS.cronCharsMax} fit.`,
    );
  }
  const hasJitter = jitterValue !== "0" && jitterValue !== "0s";
  const jitterMs = hasJitter
    ? readDurationMs(jitterValue, JITTER_BOUNDS, { report, name: `${name}.jitter` })
    : undefined;
  return { kind: "cron", cron, ...(jitterMs !== undefined && { jitterMs }) };
}

function checkDuplicates(triggers: readonly Trigger[], report: ConfigReport): void {
  const seen = new Set<string>();
  for (const trigger of triggers) {
    const identity = JSON.stringify(
      trigger.kind === "cron" ? [trigger.cron] : [trigger.event, trigger.expression ?? ""],
    );
    if (seen.has(identity)) {
      const shown = trigger.kind === "cron" ? trigger.cron : trigger.event;
      addConfigError({ report, name: "triggers" }, `has "${shown}" twice: remove one.`);
    }
    seen.add(identity);
  }
}

function readRequiredText(value: unknown, name: string, report: ConfigReport): string | undefined {
  if (typeof value === "string" && value.trim() !== "") return value;
  return addConfigError({ report, name }, `is ${showValue(value)}: it must be a non-empty string.`);
}
