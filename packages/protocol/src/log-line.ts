// Lines that the logger of an app's handler wrote, as answers and checkpoints of our SDK bring them (docs/reference/logs.md).
// Total: a line that cannot be read is left out, and no answer is ever refused for its lines. Texts are bounded here once more,
// for apps are not ours.
import { isJsonObject } from "./fold-keys.ts";
import { HEADERS } from "./headers.ts";
import type { JsonText } from "./json.ts";
import { LIMITS } from "./limits.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The value of the header in calls: the engine keeps lines. */
export const LOGS_TAKEN = "take";
/** Its value in an answer whose body holds the answer proper and lines. */
const LOGS_ENCLOSED = "enclosed";

export interface LogLine {
  /** By the app's clock. */
  readonly atMs: number;
  readonly level: LogLevel;
  readonly message: string;
  /** JSON text of an object. */
  readonly fieldsJson?: JsonText;
  /** Hashed id of the step in whose callback it was written. */
  readonly stepId?: string;
}

/** The lines of an answer or of an op, at most `logLinesPerMessageMax`. */
export function parseLogLines(value: unknown): LogLine[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, LIMITS.logLinesPerMessageMax).flatMap((item) => parseLine(item) ?? []);
}

/** The answer proper as text and the lines that came with it; an answer without lines is as it came. */
export function openEnclosed(
  headers: Readonly<Record<string, string>>,
  text: string,
): { readonly text: string; readonly logs: readonly LogLine[] } {
  if (headers[HEADERS.logs] !== LOGS_ENCLOSED) return { text, logs: [] };
  try {
    const body: unknown = JSON.parse(text);
    if (!isJsonObject(body) || !Object.hasOwn(body, "answer")) return { text, logs: [] };
    return { text: JSON.stringify(body["answer"]), logs: parseLogLines(body["logs"]) };
  } catch {
    // Text that is no JSON, or nested too deep to be written: the reader of answers says what is wrong with it.
    return { text, logs: [] };
  }
}

function parseLine(item: unknown): LogLine | undefined {
  if (!isJsonObject(item)) return undefined;
  const { at: atMs, level, message, fields, step } = item;
  const known = LOG_LEVELS.find((each) => each === level);
  if (known === undefined || typeof message !== "string") return undefined;
  if (typeof atMs !== "number" || !Number.isSafeInteger(atMs)) return undefined;
  const fieldsJson = parseFields(fields);
  return {
    atMs,
    level: known,
    message: message.slice(0, LIMITS.logMessageCharsMax),
    ...(fieldsJson === undefined ? {} : { fieldsJson }),
    ...(isStepId(step) ? { stepId: step } : {}),
  };
}

function isStepId(step: unknown): step is string {
  return typeof step === "string" && step !== "" && step.length <= STEP_ID_CHARS_MAX;
}

/** A hash has 40. */
const STEP_ID_CHARS_MAX = 128;

function parseFields(fields: unknown): JsonText | undefined {
  if (!isJsonObject(fields)) return undefined;
  try {
    const json = JSON.stringify(fields);
    return json.length > LIMITS.logFieldsCharsMax ? undefined : json;
  } catch {
    return undefined;
  }
}
