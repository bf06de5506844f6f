// The values an expression computes with, and the dialect's rules for comparing, adding and testing them
// (server.md 6.2). JSON values are used as they come, never copied; `undefined` is a missing value. CEL integers are
// bigint, so that `7 / 2` and 64-bit ids keep their meaning; JSON numbers are doubles.

/** Milliseconds since 1970 (a CEL timestamp; finer parts are dropped). */
export class CelTimestamp {
  readonly atMs: number;
  constructor(atMs: number) {
    this.atMs = atMs;
  }
}

/** A span of time in milliseconds; may be negative or fractional. */
export class CelDuration {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

/** What `type(x)` answers, e.g. `string`. */
export class CelType {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export type CelMap = { readonly [key: string]: CelValue };
export type CelValue =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | CelTimestamp
  | CelDuration
  | CelType
  | readonly CelValue[]
  | CelMap;

/** Why one evaluation failed; callers outside this folder see an EverstepError instead. */
export class ExpressionFailure extends Error {}

/** The evaluation used up its budget; unlike other failures, nothing may go on after it. */
export class BudgetFailure extends ExpressionFailure {}

export const INT_MAX = 9_223_372_036_854_775_807n;
export const INT_MIN = -9_223_372_036_854_775_808n;

/** CEL's name of the value's type; `missing` for an absent one. */
export function typeNameOf(value: CelValue): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return "double";
  if (typeof value === "bigint") return "int";
  if (typeof value === "string") return "string";
  if (Array.isArray(value)) return "list";
  if (value instanceof CelTimestamp) return "timestamp";
  if (value instanceof CelDuration) return "duration";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof CelType) return "type";
  return "map";
}

/** Plain objects only, as JSON.parse and map literals make them. */
export function isMap(value: CelValue): value is CelMap {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The value under a key; missing for anything that is not a map or has no such key of its own. */
export function readField(target: CelValue, field: string): CelValue {
  if (!isMap(target) || !Object.hasOwn(target, field)) return undefined;
  return target[field];
}

/** `target[index]`: a key of a map or a position of a list; missing when there is none. */
export function readIndex(target: CelValue, index: CelValue): CelValue {
  if (typeof index === "string") return readField(target, index);
  if (!Array.isArray(target)) return undefined;
  if (typeof index !== "number" && typeof index !== "bigint") return undefined;
  return (target as readonly CelValue[])[Number(index)];
}

/** JavaScript truthiness, with missing and integer zero as false. */
export function isTruthy(value: CelValue): boolean {
  return Boolean(value);
}

function isNumeric(value: CelValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** `left == right`: missing equals null, numbers compare by value, other different types are unequal. */
export function areEqual(left: CelValue, right: CelValue): boolean {
  if (left === right) return true;
  if (left === undefined || left === null) return right === undefined || right === null;
  if (right === undefined || right === null) return false;
  // A double and an int with the same mathematical value are equal; == on these two types is exact.
  if (isNumeric(left)) return isNumeric(right) && compareNumbers(left, right) === 0;
  if (typeof left !== "object" || typeof right !== "object") return false;
  return areObjectsEqual(left, right);
}

function areObjectsEqual(left: object, right: object): boolean {
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, n) => areEqual(item as CelValue, right[n] as CelValue));
  }
  if (Array.isArray(right)) return false;
  if (left instanceof CelTimestamp) {
    return right instanceof CelTimestamp && left.atMs === right.atMs;
  }
  if (left instanceof CelDuration) return right instanceof CelDuration && left.ms === right.ms;
  if (left instanceof CelType) return right instanceof CelType && left.name === right.name;
  if (left instanceof Uint8Array) {
    return (
      right instanceof Uint8Array &&
      left.length === right.length &&
      left.every((byte, n) => byte === right[n])
    );
  }
  const a = left as CelMap;
  const b = right as CelMap;
  if (!isMap(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && areEqual(a[key], b[key]))
  );
}

function compareNumbers(left: number | bigint, right: number | bigint): number | undefined {
  if (left < right) return -1;
  if (left > right) return 1;
  // Neither holds for NaN, which is equal to nothing.
  return Number.isNaN(left) || Number.isNaN(right) ? undefined : 0;
}

/** The value that null stands for beside a value of another type in an ordering. */
function zeroLike(other: CelValue): CelValue {
  switch (typeNameOf(other)) {
    case "double":
    case "int":
      return 0;
    case "string":
      return "";
    case "bool":
      return false;
    case "timestamp":
      return new CelTimestamp(0);
    case "duration":
      return new CelDuration(0);
    default:
      return other;
  }
}

/** Below zero, zero or above zero; undefined when the two have no order (different or unordered types). */
function compare(left: CelValue, right: CelValue): number | undefined {
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right);
  if (typeof left === "string" && typeof right === "string") {
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (left instanceof CelTimestamp && right instanceof CelTimestamp) return left.atMs - right.atMs;
  if (left instanceof CelDuration && right instanceof CelDuration) return left.ms - right.ms;
  if (left === null && right === null) return 0;
  if (left === null) return compareWithNull(right, true);
  if (right === null) return compareWithNull(left, false);
  return undefined;
}

function compareWithNull(other: CelValue, nullIsLeft: boolean): number | undefined {
  const zero = zeroLike(other);
  if (zero === other && typeof other === "object") return undefined;
  return nullIsLeft ? compare(zero, other) : compare(other, zero);
}

/** `left < right` and its kin: missing sorts before everything, null is the other side's zero value. */
export function isOrdered(
  operator: "<" | "<=" | ">" | ">=",
  left: CelValue,
  right: CelValue,
): boolean {
  const order = orderOf(left, right);
  if (order === undefined) return false;
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  if (operator === ">") return order > 0;
  return order >= 0;
}

function orderOf(left: CelValue, right: CelValue): number | undefined {
  if (left === undefined) return right === undefined || right === null ? 0 : -1;
  if (right === undefined) return left === null ? 0 : 1;
  return compare(left, right);
}

/** The text form that `string(x)` and concatenation with text use. */
export function textOf(value: CelValue): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  if (value instanceof CelTimestamp) return timestampText(value);
  if (value instanceof CelDuration) return durationText(value);
  if (value instanceof CelType) return value.name;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (typeof value === "object") return JSON.stringify(toPlain(value));
  return String(value);
}

function timestampText(value: CelTimestamp): string {
  const date = new Date(value.atMs);
  if (Number.isNaN(date.getTime())) throw new ExpressionFailure("the timestamp is out of range");
  return date.toISOString().replace(".000Z", "Z");
}

function durationText(value: CelDuration): string {
  return `${value.ms / 1_000}s`;
}

/** The value as JSON-like data for callers outside: missing is null, integers are numbers, times are text. */
export function toPlain(value: CelValue): unknown {
  if (value === undefined) return null;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => toPlain(item as CelValue));
  if (!isMap(value)) return textOf(value);
  const plain: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(value)) plain[key] = toPlain(value[key]);
  return plain;
}
