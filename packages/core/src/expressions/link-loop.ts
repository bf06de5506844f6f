// The macros that loop: all, exists, exists_one, map and filter, over lists and over the keys of maps. Each item draws
// from the evaluation's budget as much as the body has nodes.
import { ExpressionFailure, isMap, isTruthy, typeNameOf } from "./cel-value.ts";
import type { CelValue } from "./cel-value.ts";
import { absorbFailure } from "./evaluation-frame.ts";
import type { EvaluationFrame, Program } from "./evaluation-frame.ts";
import type { MacroKind } from "./expression-node.ts";

/** A macro whose parts are linked. */
export interface LinkedMacro {
  readonly macro: MacroKind;
  /** Where in the frame's `locals` the item goes. */
  readonly slot: number;
  readonly costPerItem: number;
  readonly range: Program;
  readonly body: Program;
  readonly filter: Program;
}

const LOOPS: Readonly<Record<MacroKind, (loop: Loop) => CelValue>> = {
  all,
  exists,
  exists_one: existsOne,
  filter: filterItems,
  map: mapItems,
};

/** Links a loop. Over missing or null it gives false, or an empty list. */
export function linkLoop({ macro, slot, costPerItem, range, body, filter }: LinkedMacro): Program {
  const run = LOOPS[macro];
  return (frame) => {
    const value = range(frame);
    if (value === undefined || value === null)
      return macro === "map" || macro === "filter" ? [] : false;
    const evaluateItem = (program: Program, item: CelValue): CelValue => {
      frame.charge(costPerItem);
      frame.locals[slot] = item;
      return program(frame);
    };
    return run({
      frame,
      items: itemsOf(frame, macro, value),
      body: (item) => evaluateItem(body, item),
      keeps: (item) => isTruthy(evaluateItem(filter, item)),
    });
  };
}

function itemsOf(frame: EvaluationFrame, macro: string, value: CelValue): readonly CelValue[] {
  if (Array.isArray(value)) return value as readonly CelValue[];
  if (isMap(value)) {
    const keys = Object.keys(value);
    frame.charge(keys.length / 8);
    return keys;
  }
  throw new ExpressionFailure(`${macro}() needs a list or a map, not ${typeNameOf(value)}`);
}

interface Loop {
  readonly frame: EvaluationFrame;
  readonly items: readonly CelValue[];
  readonly body: (item: CelValue) => CelValue;
  readonly keeps: (item: CelValue) => boolean;
}

/** As CEL's `exists` (and, negated, `all`): an error in one item does not matter when another item decides. */
function anyItem({ frame, items }: Loop, test: (item: CelValue) => boolean): boolean {
  let failure: ExpressionFailure | undefined;
  for (const item of items) {
    try {
      if (test(item)) return true;
    } catch (error) {
      // Every failure costs, so this must not be left out once one is remembered.
      const absorbed = absorbFailure(frame, error);
      failure ??= absorbed;
    }
  }
  if (failure !== undefined) throw failure;
  return false;
}

function all(loop: Loop): CelValue {
  return !anyItem(loop, (item) => !isTruthy(loop.body(item)));
}

function exists(loop: Loop): CelValue {
  return anyItem(loop, (item) => isTruthy(loop.body(item)));
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
