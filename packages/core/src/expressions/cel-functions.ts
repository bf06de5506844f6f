// The functions an expression may call: CEL's standard ones and the dialect's own (server.md 6.1). Except for size, a
// function whose subject is missing or null answers false instead of failing.
import {
  CelDuration,
  CelTimestamp,
  CelType,
  ExpressionFailure,
  INT_MAX,
  INT_MIN,
  isMap,
  textOf,
  typeNameOf,
} from "./cel-value.ts";
import type { CelMap, CelValue } from "./cel-value.ts";
import {
  durationPart,
  fromUnix,
  parseDate,
  parseDuration,
  parseTimestamp,
  TIME_PART_NAMES,
  timestampPart,
} from "./cel-time.ts";
import { compileRegex } from "./linear-regex.ts";
import type { EvaluationFrame } from "./evaluation-frame.ts";

type Body = (frame: EvaluationFrame, args: readonly CelValue[]) => CelValue;

export interface CelFunction {
  /** How it may be written: `f(x)`, `x.f()`, or both. */
  readonly form: "global" | "member" | "both";
  /** Number of arguments, the one before the dot included. */
  readonly argsMin: number;
  readonly argsMax: number;
  /** Reads the time of the evaluation, so its result is never computed ahead. */
  readonly volatile: boolean;
  readonly call: Body;
}

/** Characters that the slower readers (JSON, base64) and writers get for one unit of budget. */
const CHARS_PER_UNIT = 16;
/** What reading a time from text costs. */
const TIME_COST = 10;
/** What the calendar of a time zone costs. */
const ZONE_COST = 100;
/** What compiling a pattern costs that is only known while evaluating, valid or not. */
const PATTERN_COST = 500;

function wrongArgument(name: string, value: CelValue, wanted: string): ExpressionFailure {
  return new ExpressionFailure(`${name} needs ${wanted}, not ${typeNameOf(value)}`);
}

function stringArgument(name: string, value: CelValue): string {
  if (typeof value !== "string") throw wrongArgument(name, value, "a string");
  return value;
}

function define(
  form: CelFunction["form"],
  argsMin: number,
  argsMax: number,
  call: Body,
): CelFunction {
  const orFalse: Body = (frame, args) =>
    args[0] === undefined || args[0] === null ? false : call(frame, args);
  return { form, argsMin, argsMax, volatile: false, call: argsMin === 0 ? call : orFalse };
}

function ofString(
  name: string,
  form: CelFunction["form"],
  call: (text: string) => CelValue,
): CelFunction {
  return define(form, 1, 1, (_frame, [value]) => call(stringArgument(name, value)));
}

function ofTwoStrings(name: string, call: (text: string, other: string) => boolean): CelFunction {
  return define("member", 2, 2, (_frame, [text, other]) => {
    if (other === undefined || other === null) return false;
    return call(stringArgument(name, text), stringArgument(name, other));
  });
}

function sizeOf(frame: EvaluationFrame, value: CelValue): bigint {
  if (value === undefined || value === null) return 0n;
  if (typeof value === "string") {
    frame.charge(value.length / CHARS_PER_UNIT);
    return BigInt(countCodePoints(value));
  }
  if (Array.isArray(value) || value instanceof Uint8Array) return BigInt(value.length);
  if (isMap(value)) {
    const size = Object.keys(value).length;
    frame.charge(size / 8);
    return BigInt(size);
  }
  throw wrongArgument("size", value, "a string, list or map");
}

function countCodePoints(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) as number;
    if (code > 0xffff) at += 1;
    count += 1;
  }
  return count;
}

function toInt(value: CelValue): bigint {
  if (typeof value === "bigint") return value;
  if (value instanceof CelTimestamp) return BigInt(Math.floor(value.atMs / 1_000));
  if (value instanceof CelDuration) return BigInt(Math.trunc(value.ms / 1_000));
  if (typeof value !== "number" && !(typeof value === "string" && /^[+-]?\d{1,20}$/.test(value))) {
    throw new ExpressionFailure(`${describe(value)} cannot become an int`);
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new ExpressionFailure(`${value} cannot become an int`);
  }
  const int = BigInt(typeof value === "number" ? Math.trunc(value) : value.replace(/^\+/, ""));
  if (int > INT_MAX || int < INT_MIN) throw new ExpressionFailure("integer overflow");
  return int;
}

function toUint(value: CelValue): bigint {
  const int = toInt(value);
  if (int < 0n) throw new ExpressionFailure(`${int} cannot become a uint`);
  return int;
}

function toDouble(value: CelValue): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  const text = typeof value === "string" ? value.trim() : "";
  const double = Number(text);
  if (text === "" || (Number.isNaN(double) && text !== "NaN")) {
    throw new ExpressionFailure(`${describe(value)} cannot become a double`);
  }
  return double;
}

function toBool(value: CelValue): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "True" || value === "TRUE" || value === "t" || value === "1") {
    return true;
  }
  if (
    value === "false" ||
    value === "False" ||
    value === "FALSE" ||
    value === "f" ||
    value === "0"
  ) {
    return false;
  }
  throw new ExpressionFailure(`${describe(value)} cannot become a bool`);
}

function describe(value: CelValue): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : typeNameOf(value);
}

function toTimestamp(
  frame: EvaluationFrame,
  value: CelValue,
  read: (text: string) => CelTimestamp,
): CelTimestamp {
  frame.charge(TIME_COST);
  if (value instanceof CelTimestamp) return value;
  if (typeof value === "bigint" || typeof value === "number") return fromUnix(Number(value));
  if (typeof value === "string") return read(value);
  throw wrongArgument("a time", value, "a string or unix seconds");
}

/** The argument of a function that reads every character slowly. */
function longText(frame: EvaluationFrame, name: string, value: CelValue): string {
  const text = stringArgument(name, value);
  frame.charge(text.length / CHARS_PER_UNIT);
  return text;
}

function toText(frame: EvaluationFrame, [value]: readonly CelValue[]): string {
  const text = textOf(value);
  if (typeof value === "object") frame.charge(text.length / 4);
  return text;
}

function parseJsonObject(text: string): CelMap {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ExpressionFailure("json_parse needs the text of a JSON object");
  }
  if (!isMap(value as CelValue)) {
    throw new ExpressionFailure("json_parse needs the text of a JSON object");
  }
  return value as CelMap;
}

function decodeBase64(text: string): string {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new ExpressionFailure("b64decode needs base64 text");
  }
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
}

function matches(frame: EvaluationFrame, text: CelValue, pattern: CelValue): boolean {
  if (pattern === undefined || pattern === null) return false;
  const subject = stringArgument("matches", text);
  frame.charge(PATTERN_COST);
  const regex = compileRegex(stringArgument("matches", pattern));
  frame.charge(regex.costOf(subject));
  return regex.test(subject);
}

function timePart(name: string): CelFunction {
  return define("member", 1, 2, (frame, [value, zone]) => {
    if (zone !== undefined) frame.charge(ZONE_COST);
    if (value instanceof CelDuration) return durationPart(name, value);
    if (!(value instanceof CelTimestamp)) throw wrongArgument(name, value, "a timestamp");
    return timestampPart(name, value, zone === undefined ? undefined : stringArgument(name, zone));
  });
}

function shiftedNow(name: string, sign: 1 | -1): CelFunction {
  const call: Body = (frame, [value]) =>
    new CelTimestamp(frame.nowMs + sign * parseDuration(stringArgument(name, value)).ms);
  return { ...define("global", 1, 1, call), volatile: true };
}

/** Every function by name. */
export const CEL_FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map<string, CelFunction>([
  ["size", { ...define("both", 1, 1, () => null), call: (frame, [value]) => sizeOf(frame, value) }],
  ["contains", ofTwoStrings("contains", (text, part) => text.includes(part))],
  ["startsWith", ofTwoStrings("startsWith", (text, part) => text.startsWith(part))],
  ["endsWith", ofTwoStrings("endsWith", (text, part) => text.endsWith(part))],
  ["matches", define("both", 2, 2, (frame, [text, pattern]) => matches(frame, text, pattern))],
  ["int", define("global", 1, 1, (_frame, [value]) => toInt(value))],
  ["uint", define("global", 1, 1, (_frame, [value]) => toUint(value))],
  ["double", define("global", 1, 1, (_frame, [value]) => toDouble(value))],
  ["string", define("global", 1, 1, toText)],
  ["bool", define("global", 1, 1, (_frame, [value]) => toBool(value))],
  ["bytes", ofString("bytes", "global", (text) => new TextEncoder().encode(text))],
  [
    "timestamp",
    define("global", 1, 1, (frame, [value]) => toTimestamp(frame, value, parseTimestamp)),
  ],
  ["date", define("global", 1, 1, (frame, [value]) => toTimestamp(frame, value, parseDate))],
  [
    "duration",
    define("global", 1, 1, (_frame, [value]) =>
      value instanceof CelDuration ? value : parseDuration(stringArgument("duration", value)),
    ),
  ],
  ["dyn", { ...define("global", 1, 1, () => null), call: (_frame, [value]) => value }],
  [
    "type",
    {
      ...define("global", 1, 1, () => null),
      call: (_frame, [value]) =>
        new CelType(value === undefined || value === null ? "null_type" : typeNameOf(value)),
    },
  ],
  ["lowercase", ofString("lowercase", "global", (text) => text.toLowerCase())],
  ["uppercase", ofString("uppercase", "global", (text) => text.toUpperCase())],
  [
    "b64decode",
    define("global", 1, 1, (frame, [value]) => decodeBase64(longText(frame, "b64decode", value))),
  ],
  [
    "json_parse",
    define("global", 1, 1, (frame, [value]) =>
      parseJsonObject(longText(frame, "json_parse", value)),
    ),
  ],
  ["now", { ...define("global", 0, 0, (frame) => new CelTimestamp(frame.nowMs)), volatile: true }],
  ["now_plus", shiftedNow("now_plus", 1)],
  ["now_minus", shiftedNow("now_minus", -1)],
  ...TIME_PART_NAMES.map((name) => [name, timePart(name)] as const),
]);

/** The type names that `type(x) == …` may be compared with. */
export const CEL_TYPE_NAMES: ReadonlySet<string> = new Set([
  "bool",
  "bytes",
  "double",
  "duration",
  "int",
  "list",
  "map",
  "null_type",
  "string",
  "timestamp",
  "type",
  "uint",
]);
