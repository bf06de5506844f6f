// Keeps the compiled form of expression texts that come back again and again: waits loaded from the store, trigger and
// key expressions. Bounded in entries and in characters; a miss only costs a compilation.
import { compileBoundSource } from "./compile-expression.ts";
import type { Expression } from "./compile-expression.ts";

/** Keeps at least the most recently used half of its bounds. */
export interface ExpressionCache {
  /** The compiled form; throws as `compileExpression` does. */
  compile(source: string): Expression;
  readonly size: number;
}

const ENTRIES_MAX = 10_000;
const CHARS_MAX = 16_777_216;

/**
 * Two generations: what is used moves to the young one, and when that is full it becomes the old one and the former old
 * one is dropped. Unlike moving entries within one map, this costs the same however many were dropped before.
 */
export function createExpressionCache(entriesMax: number, charsMax: number): ExpressionCache {
  let young = new Map<string, Expression>();
  let old = new Map<string, Expression>();
  let youngChars = 0;
  const keep = (source: string, expression: Expression): void => {
    // A text that alone exceeds the bound would be kept at the price of all others.
    if (source.length > charsMax / 2) return;
    const isFull = young.size >= entriesMax / 2 || youngChars + source.length > charsMax / 2;
    if (isFull) {
      old = young;
      young = new Map();
      youngChars = 0;
    }
    young.set(source, expression);
    youngChars += source.length;
  };
  return {
    get size(): number {
      return new Set([...young.keys(), ...old.keys()]).size;
    },
    compile(source: string): Expression {
      const known = young.get(source);
      if (known !== undefined) return known;
      const expression = old.get(source) ?? compileBoundSource(source);
      keep(source, expression);
      return expression;
    },
  };
}

const shared = createExpressionCache(ENTRIES_MAX, CHARS_MAX);

/** Compiles text that was valid when it was stored (authored or bound), keeping the most recently used 10,000. */
export function compileCached(source: string): Expression {
  return shared.compile(source);
}
