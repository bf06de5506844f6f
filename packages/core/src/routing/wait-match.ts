// How an event finds its waits: by one equality of the wait's expression, turned into a key that a store can index.
import { hashStepId } from "@everstep/protocol";

/** Values longer than this are hashed, so that index rows stay small. */
const VALUE_CHARS_MAX = 64;

export interface WaitMatch {
  readonly matchKey: string;
  readonly matchPath: string;
  readonly expression?: string;
}

/** @param equality The indexable equality of the bound expression, when it has one. */
export function waitMatch(
  boundSource: string | undefined,
  equality: { readonly path: string; readonly value: string } | undefined,
): WaitMatch {
  const expression = boundSource === undefined ? {} : { expression: boundSource };
  if (equality === undefined) return { matchKey: "", matchPath: "", ...expression };
  return {
    matchKey: matchKeyText(equality.path, equality.value),
    matchPath: equality.path,
    ...expression,
  };
}

export function matchKeyText(path: string, value: string): string {
  const short = value.length <= VALUE_CHARS_MAX ? value : hashStepId(value);
  return `${path}=${short}`;
}
