// The operators + - * / % and unary minus. Integers stay 64-bit integers, anything with a double in it is a double,
// and a missing operand never raises: `+` gives the other operand, the rest give false (server.md 6.2).
import {
  CelDuration,
  CelTimestamp,
  ExpressionFailure,
  INT_MAX,
  INT_MIN,
  textOf,
  typeNameOf,
} from "./cel-value.ts";
import type { CelValue } from "./cel-value.ts";

function checkedInt(value: bigint): bigint {
  if (value > INT_MAX || value < INT_MIN) throw new ExpressionFailure("integer overflow");
  return value;
}

function noOperator(operator: string, left: CelValue, right: CelValue): ExpressionFailure {
  return new ExpressionFailure(
    `"${operator}" is not defined for ${typeNameOf(left)} and ${typeNameOf(right)}`,
  );
}

function isNumeric(value: CelValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** `left + right`. */
export function add(left: CelValue, right: CelValue): CelValue {
  if (left === undefined || left === null) return right;
  if (right === undefined || right === null) return left;
  if (typeof left === "string" || typeof right === "string") return textOf(left) + textOf(right);
  if (isNumeric(left) && isNumeric(right)) return addNumbers(left, right);
  if (Array.isArray(left) && Array.isArray(right)) {
    return [...(left as CelValue[]), ...(right as CelValue[])];
  }
  if (left instanceof CelDuration && right instanceof CelDuration) {
    return new CelDuration(left.ms + right.ms);
  }
  if (left instanceof CelTimestamp && right instanceof CelDuration) {
    return new CelTimestamp(left.atMs + right.ms);
  }
  if (left instanceof CelDuration && right instanceof CelTimestamp) {
    return new CelTimestamp(left.ms + right.atMs);
  }
  throw noOperator("+", left, right);
}

function addNumbers(left: number | bigint, right: number | bigint): CelValue {
  if (typeof left === "bigint" && typeof right === "bigint") return checkedInt(left + right);
  return Number(left) + Number(right);
}

/** `left - right`, `left * right`, `left / right`, `left % right`. */
export function calculate(
  operator: "-" | "*" | "/" | "%",
  left: CelValue,
  right: CelValue,
): CelValue {
  if (left === undefined || left === null || right === undefined || right === null) return false;
  if (typeof left === "bigint" && typeof right === "bigint") {
    return calculateInts(operator, left, right);
  }
  if (isNumeric(left) && isNumeric(right)) {
    return calculateDoubles(operator, Number(left), Number(right));
  }
  if (operator === "-") return subtractTimes(left, right);
  throw noOperator(operator, left, right);
}

function calculateInts(operator: "-" | "*" | "/" | "%", left: bigint, right: bigint): bigint {
  if (operator === "-") return checkedInt(left - right);
  if (operator === "*") return checkedInt(left * right);
  if (right === 0n) throw new ExpressionFailure("division by zero");
  return operator === "/" ? checkedInt(left / right) : left % right;
}

function calculateDoubles(operator: "-" | "*" | "/" | "%", left: number, right: number): number {
  if (operator === "-") return left - right;
  if (operator === "*") return left * right;
  if (operator === "/") return left / right;
  if (right === 0) throw new ExpressionFailure("division by zero");
  return left % right;
}

function subtractTimes(left: CelValue, right: CelValue): CelValue {
  if (left instanceof CelTimestamp && right instanceof CelTimestamp) {
    return new CelDuration(left.atMs - right.atMs);
  }
  if (left instanceof CelTimestamp && right instanceof CelDuration) {
    return new CelTimestamp(left.atMs - right.ms);
  }
  if (left instanceof CelDuration && right instanceof CelDuration) {
    return new CelDuration(left.ms - right.ms);
  }
  throw noOperator("-", left, right);
}

/** `-operand`. */
export function negate(operand: CelValue): CelValue {
  if (operand === undefined || operand === null) return false;
  if (typeof operand === "bigint") return checkedInt(-operand);
  if (typeof operand === "number") return -operand;
  if (operand instanceof CelDuration) return new CelDuration(-operand.ms);
  throw new ExpressionFailure(`"-" is not defined for ${typeNameOf(operand)}`);
}
