// Collects everything that is wrong with a sync request, so that an author sees all of it at once, and reads the plain
// fields of configs. Readers report and return undefined instead of throwing; null counts as absent, as in Go.
import { EverstepError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { parseDurationMs } from "./duration.ts";

/** Codes of sync errors (server.md 4.12). Those of expressions and cron are reported by who evaluates them. */
export type ConfigErrorCode =
  | "config_invalid"
  | "batch_size_invalid"
  | "batch_timeout_invalid"
  | "batch_key_expression_invalid"
  | "batch_if_expression_invalid"
  | "combo_unsupported"
  | "concurrency_limit_invalid"
  | "schedule_invalid"
  | "event_name_invalid";

/** One thing that is wrong with one function; `function` is its id, or where it stands when it has none. */
export interface ConfigError {
  readonly code: ConfigErrorCode;
  readonly function: string;
  readonly field: string;
  readonly message: string;
}

/** Where a reader is and where it puts what is wrong. */
export interface ConfigReport {
  /** Id of the function, or its place; "" for the app. */
  readonly function: string;
  readonly errors: ConfigError[];
}

/** What a reader of one field needs to name it. */
export interface Field {
  readonly report: ConfigReport;
  readonly name: string;
  readonly code?: ConfigErrorCode;
}

/** Reports `message`, which continues the field's name: `must be …`. */
export function addConfigError(field: Field, message: string): undefined {
  const { report, name, code = "config_invalid" } = field;
  const isWhole = report.function === "" || report.function === name;
  const where = isWhole ? "" : ` of function "${report.function}"`;
  const text = `"${name}"${where} ${message}`;
  report.errors.push({ code, function: report.function, field: name, message: text });
  return undefined;
}

/** @throws EverstepError `config_invalid` with every collected error in `data.errors`, when there is one. */
export function throwIfInvalid(errors: readonly ConfigError[]): void {
  const [first] = errors;
  if (first === undefined) return;
  const rest = errors.length === 1 ? "" : ` (and ${errors.length - 1} more, see data.errors)`;
  throw new EverstepError(
    "config_invalid",
    `The app's config is invalid: ${first.message}${rest}`,
    {
      data: { errors },
    },
  );
}

/** The value in a message: as JSON, shortened. */
export function showValue(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** A non-empty text; undefined when absent or "". */
export function readText(value: unknown, field: Field): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  return addConfigError(field, `is ${showValue(value)}: it must be a string.`);
}

/** An expression text within its bound; whether it is valid CEL is checked elsewhere. */
export function readExpression(value: unknown, field: Field): string | undefined {
  const text = readText(value, field);
  if (text === undefined || text.length <= LIMITS.expressionCharsMax) return text;
  return addConfigError(
    field,
    `has ${text.length} characters: an expression may have ${LIMITS.expressionCharsMax}.`,
  );
}

/** A whole number within bounds; undefined when absent. */
export function readCount(value: unknown, min: number, field: Field): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min) return value;
  return addConfigError(field, `is ${showValue(value)}: it must be a whole number from ${min} on.`);
}

/** A duration within bounds, in ms; undefined when absent or "". */
export function readDurationMs(
  value: unknown,
  bounds: { readonly minMs: number; readonly maxMs: number; readonly text: string },
  field: Field,
): number | undefined {
  const text = readText(value, field);
  if (text === undefined) return undefined;
  const durationMs = parseDurationMs(text);
  if (durationMs !== undefined && durationMs >= bounds.minMs && durationMs <= bounds.maxMs) {
    return durationMs;
  }
  return addConfigError(
    field,
    `is ${showValue(text)}: it must be a duration ${bounds.text}, such as "30s" or "1h30m".`,
  );
}
