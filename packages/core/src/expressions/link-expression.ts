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
import type { EvaluationFrame } from "./evaluation-frame.ts";
import type { BinaryOperator, ExpressionNode } from "./expression-node.ts";
import { childrenOf } from "./expression-node.ts";
import { compileRegex } from "./linear-regex.ts";

/** Evaluates one node in a frame; throws ExpressionFailure. */
export type Program = (frame: EvaluationFrame) => CelValue;

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
      if (!(error instanceof ExpressionFailure)) throw error;
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
      return (frame) => isOrdered(operator, left(frame), right(frame));
  }
}

function equal(frame: EvaluationFrame, left: CelValue, right: CelValue): boolean {
  if (typeof left === "object" && left !== null && typeof right === "object") {
    frame.charge(sizeOfTree(left, right));
  }
  return areEqual(left, right);
}

/** Comparing two trees costs at most the smaller one; the larger is not measured. */
function sizeOfTree(left: CelValue, right: CelValue): number {
  if (!Array.isArray(left) && !isMap(left)) return 1;
  if (!Array.isArray(right) && !isMap(right)) return 1;
  const a = Object.values(left) as CelValue[];
  const b = Object.values(right).length;
  if (a.length !== b) return 1;
  return (
    1 + a.reduce((sum: number, item) => sum + (typeof item === "object" ? sizeOf(item) : 1), 0)
  );
}

function sizeOf(value: CelValue): number {
  if (!Array.isArray(value) && !isMap(value)) return 1;
  return (
    1 + (Object.values(value) as CelValue[]).reduce((sum: number, item) => sum + sizeOf(item), 0)
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
  if (typeof sum === "string") frame.charge(sum.length / 16);
  else if (Array.isArray(sum)) frame.charge(sum.length);
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
    frame.charge(1);
    return called.call(
      frame,
      args.map((arg) => arg(frame)),
    );
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
    frame.charge((text.length * regex.size) / 16);
    return regex.test(text);
  };
}

type MacroNode = Extract<ExpressionNode, { kind: "macro" }>;

function linkMacro(node: MacroNode, locals: readonly string[]): Program {
  const inner = [...locals, node.variable];
  const slot = locals.length;
  const range = linkExpression(node.range, locals);
  const body = linkExpression(node.body, inner);
  const filter = node.filter === undefined ? constant(true) : linkExpression(node.filter, inner);
  const costPerItem =
    countNodes(node.body) + (node.filter === undefined ? 0 : countNodes(node.filter));
  const run = { all, exists, exists_one: existsOne, filter: filterItems, map: mapItems }[
    node.macro
  ];
  return (frame) => {
    const value = range(frame);
    const items = value === undefined || value === null ? undefined : itemsOf(node.macro, value);
    if (items === undefined) return node.macro === "map" || node.macro === "filter" ? [] : false;
    const evaluateItem = (program: Program, item: CelValue): CelValue => {
      frame.charge(costPerItem);
      frame.locals[slot] = item;
      return program(frame);
    };
    return run({
      items,
      body: (item) => evaluateItem(body, item),
      keeps: (item) => isTruthy(evaluateItem(filter, item)),
    });
  };
}

function countNodes(node: ExpressionNode): number {
  return childrenOf(node).reduce((sum, child) => sum + countNodes(child), 1);
}

function itemsOf(macro: string, value: CelValue): readonly CelValue[] {
  if (Array.isArray(value)) return value as readonly CelValue[];
  if (isMap(value)) return Object.keys(value);
  throw new ExpressionFailure(`${macro}() needs a list or a map, not ${typeNameOf(value)}`);
}

interface Loop {
  readonly items: readonly CelValue[];
  readonly body: (item: CelValue) => CelValue;
  readonly keeps: (item: CelValue) => boolean;
}

/** As CEL's `exists` (and, negated, `all`): an error in one item does not matter when another item decides. */
function anyItem(items: readonly CelValue[], test: (item: CelValue) => boolean): boolean {
  let failure: ExpressionFailure | undefined;
  for (const item of items) {
    try {
      if (test(item)) return true;
    } catch (error) {
      if (!(error instanceof ExpressionFailure)) throw error;
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return false;
}

function all({ items, body }: Loop): CelValue {
  return !anyItem(items, (item) => !isTruthy(body(item)));
}

function exists({ items, body }: Loop): CelValue {
  return anyItem(items, (item) => isTruthy(body(item)));
}

function existsOne({ items, body }: Loop): CelValue {
  return items.filter((item) => isTruthy(body(item))).length === 1;
}

function filterItems({ items, body }: Loop): CelValue {
  return items.filter((item) => isTruthy(body(item)));
}

function mapItems({ items, body, keeps }: Loop): CelValue {
  return items.filter(keeps).map(body);
}
