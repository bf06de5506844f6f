// Keeps the compiled form of expression texts that come back again and again: waits loaded from the store, trigger and
// key expressions. Bounded in entries and in characters; a miss only costs a compilation.
import { compileBoundSource } from "./compile-expression.ts";
import type { Expression } from "./compile-expression.ts";

/** Least recently used entries go first. */
export interface ExpressionCache {
  /** The compiled form; throws as `compileExpression` does. */
  compile(source: string): Expression;
  readonly size: number;
}

const ENTRIES_MAX = 10_000;
const CHARS_MAX = 16_777_216;

export function createExpressionCache(entriesMax: number, charsMax: number): ExpressionCache {
  const entries = new Map<string, Expression>();
  let chars = 0;
  const forget = (source: string): void => {
    if (entries.delete(source)) chars -= source.length;
  };
  return {
    get size(): number {
      return entries.size;
    },
    compile(source: string): Expression {
      const known = entries.get(source);
      const expression = known ?? compileBoundSource(source);
      // A map keeps insertion order, so moving an entry to the end makes the first one the least recently used.
      forget(source);
      entries.set(source, expression);
      chars += source.length;
      for (const oldest of entries.keys()) {
        if (entries.size <= entriesMax && chars <= charsMax) break;
        forget(oldest);
      }
      return expression;
    },
  };
}

const shared = createExpressionCache(ENTRIES_MAX, CHARS_MAX);

/** Compiles text that was valid when it was stored (authored or bound), keeping the last 10,000. */
export function compileCached(source: string): Expression {
  return shared.compile(source);
}
