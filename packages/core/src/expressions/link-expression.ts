// Tree to closures: an expression is linked once and then evaluated for every event without walking the tree. This file
// holds the control flow of the dialect: truthiness operators that return operands, macros, and which errors survive.
import { add, calculate, negate } from "./arithmetic.ts";
import { CEL_FUNCTIONS } from "./cel-functions.ts";
import type { CelFunction } from "./cel-functions.ts";
import {
  areEqual,
  ExpressionFailure,
  isMap,
  isOrdered,
  isTruthy,
  readField,
  readIndex,
  typeNameOf,
} from "./cel-value.ts";
import type { CelValue } from "./cel-value.ts";
import { absorbFailure } from "./evaluation-frame.ts";
import type { EvaluationFrame, Program } from "./evaluation-frame.ts";
import type { BinaryOperator, ExpressionNode } from "./expression-node.ts";
import { childrenOf } from "./expression-node.ts";
import { compileRegex } from "./linear-regex.ts";
import { linkLoop } from "./link-loop.ts";

/** Links a tree whose macro variables are the given names, outermost first. */
export function linkExpression(node: ExpressionNode, locals: readonly string[] = []): Program {
  switch (node.kind) {
    case "literal":
      return constant(node.value);
    case "root": {
      const name = node.name;
      return (frame) => frame[name];
    }
    case "local": {
      const slot = locals.lastIndexOf(node.name);
      return (frame) => frame.locals[slot];
    }
    case "select": {
      const target = linkExpression(node.target, locals);
      const field = node.field;
      return (frame) => readField(target(frame), field);
    }
    case "has": {
      const target = linkExpression(node.target, locals);
      const field = node.field;
      return (frame) => readField(target(frame), field) !== undefined;
    }
    case "index": {
      const target = linkExpression(node.target, locals);
      const index = linkExpression(node.index, locals);
      return (frame) => readIndex(target(frame), index(frame));
    }
    case "not": {
      const operand = linkExpression(node.operand, locals);
      return (frame) => !isTruthy(operand(frame));
    }
    case "negate": {
      const operand = linkExpression(node.operand, locals);
      return (frame) => negate(operand(frame));
    }
    default:
      return linkCompound(node, locals);
  }
}

function linkCompound(node: ExpressionNode, locals: readonly string[]): Program {
  switch (node.kind) {
    case "list":
      return linkList(node.items.map((item) => linkExpression(item, locals)));
    case "map":
      return linkMap(
        node.entries.map(([key, value]) => [
          linkExpression(key, locals),
          linkExpression(value, locals),
        ]),
      );
    case "and":
      return linkLogic(
        linkExpression(node.left, locals),
        linkExpression(node.right, locals),
        false,
      );
    case "or":
      return linkLogic(linkExpression(node.left, locals), linkExpression(node.right, locals), true);
    case "ternary": {
      const condition = linkExpression(node.condition, locals);
      const yes = linkExpression(node.yes, locals);
      const no = linkExpression(node.no, locals);
      return (frame) => (isTruthy(condition(frame)) ? yes(frame) : no(frame));
    }
    case "binary":
      return linkBinary(
        node.operator,
        linkExpression(node.left, locals),
        linkExpression(node.right, locals),
      );
    case "call":
      return linkCall(node, locals);
    case "macro":
      return linkMacro(node, locals);
    default:
      throw new ExpressionFailure(`unknown node ${node.kind}`);
  }
}

function constant(value: CelValue): Program {
  return () => value;
}

function linkList(items: readonly Program[]): Program {
  return (frame) => {
    frame.charge(items.length);
    return items.map((item) => item(frame));
  };
}

function linkMap(entries: readonly (readonly [Program, Program])[]): Program {
  return (frame) => {
    frame.charge(entries.length);
    // Without a prototype, a key such as __proto__ is a key like any other.
    const map = Object.create(null) as Record<string, CelValue>;
    for (const [key, value] of entries) {
      const name = key(frame);
      if (typeof name !== "string") throw new ExpressionFailure("a map's keys must be text");
      map[name] = value(frame);
    }
    return map;
  };
}

/**
 * `&&` (stopsAt false) and `||` (stopsAt true): the left operand when its truthiness decides, else the right one. As in
 * CEL, an error on the left does not matter when the right side decides alone.
 */
function linkLogic(left: Program, right: Program, stopsAt: boolean): Program {
  return (frame) => {
    let value: CelValue;
    try {
      value = left(frame);
    } catch (error) {
      absorbFailure(frame, error);
      const other = right(frame);
      if (isTruthy(other) === stopsAt) return other;
      throw error;
    }
    return isTruthy(value) === stopsAt ? value : right(frame);
  };
}

function linkBinary(operator: BinaryOperator, left: Program, right: Program): Program {
  switch (operator) {
    case "==":
      return (frame) => equal(frame, left(frame), right(frame));
    case "!=":
      return (frame) => !equal(frame, left(frame), right(frame));
    case "in":
      return (frame) => isIn(frame, left(frame), right(frame));
    case "+":
      return (frame) => addCharged(frame, left(frame), right(frame));
    case "-":
    case "*":
    case "/":
    case "%":
      return (frame) => calculate(operator, left(frame), right(frame));
    default:
      return (frame) => {
        const value = left(frame);
        frame.charge(lengthCost(value));
        return isOrdered(operator, value, right(frame));
      };
  }
}

/** Reading through a text costs a unit per 64 characters. */
function lengthCost(value: CelValue): number {
  return typeof value === "string" ? value.length / 64 : 0;
}

function equal(frame: EvaluationFrame, left: CelValue, right: CelValue): boolean {
  if (typeof left === typeof right) frame.charge(comparisonCost(left, right));
  return areEqual(left, right);
}

/** What comparing costs at most; only values of the same length are read through. */
function comparisonCost(left: CelValue, right: CelValue): number {
  if (typeof left === "string")
    return left.length === (right as string).length ? lengthCost(left) : 0;
  if (typeof left !== "object" || left === null || right === null) return 0;
  return Object.keys(left).length === Object.keys(right as object).length ? treeCost(left) : 1;
}

function treeCost(value: CelValue): number {
  if (typeof value !== "object" || value === null) return 1 + lengthCost(value);
  if (!Array.isArray(value) && !isMap(value)) return Object.keys(value).length;
  return (Object.values(value) as CelValue[]).reduce(
    (sum: number, item) => sum + treeCost(item),
    1,
  );
}

function isIn(frame: EvaluationFrame, item: CelValue, container: CelValue): boolean {
  if (container === undefined || container === null) return false;
  if (Array.isArray(container)) {
    frame.charge(container.length);
    return container.some((element) => equal(frame, element as CelValue, item));
  }
  if (isMap(container)) return typeof item === "string" && Object.hasOwn(container, item);
  throw new ExpressionFailure(
    `"in" needs a list or a map on its right, not ${typeNameOf(container)}; for text use contains()`,
  );
}

function addCharged(frame: EvaluationFrame, left: CelValue, right: CelValue): CelValue {
  const sum = add(left, right);
  if (typeof sum === "string") {
    // Writing a list or a map as text is slower than joining two texts.
    const isWritten = typeof left === "object" || typeof right === "object";
    frame.charge(sum.length / (isWritten ? 4 : 16));
  }
  if (Array.isArray(sum)) frame.charge(sum.length);
  return sum;
}

type CallNode = Extract<ExpressionNode, { kind: "call" }>;

function linkCall(node: CallNode, locals: readonly string[]): Program {
  const called = CEL_FUNCTIONS.get(node.name) as CelFunction;
  const pattern = node.args[1];
  if (node.name === "matches" && pattern?.kind === "literal" && typeof pattern.value === "string") {
    return linkFixedPattern(linkExpression(node.args[0] as ExpressionNode, locals), pattern.value);
  }
  const args = node.args.map((arg) => linkExpression(arg, locals));
  return (frame) => {
    const values = args.map((arg) => arg(frame));
    frame.charge(values.reduce((sum: number, value) => sum + lengthCost(value), 1));
    return called.call(frame, values);
  };
}

function linkFixedPattern(subject: Program, pattern: string): Program {
  const regex = compileRegex(pattern);
  return (frame) => {
    const text = subject(frame);
    if (text === undefined || text === null) return false;
    if (typeof text !== "string") {
      throw new ExpressionFailure(`matches needs a string, not ${typeNameOf(text)}`);
    }
    frame.charge(regex.costOf(text));
    return regex.test(text);
  };
}

function linkMacro(
  node: Extract<ExpressionNode, { kind: "macro" }>,
  locals: readonly string[],
): Program {
  const inner = [...locals, node.variable];
  const { filter } = node;
  return linkLoop({
    macro: node.macro,
    slot: locals.length,
    costPerItem: countNodes(node.body) + (filter === undefined ? 0 : countNodes(filter)),
    range: linkExpression(node.range, locals),
    body: linkExpression(node.body, inner),
    filter: filter === undefined ? constant(true) : linkExpression(filter, inner),
  });
}

function countNodes(node: ExpressionNode): number {
  return childrenOf(node).reduce((sum, child) => sum + countNodes(child), 1);
}
