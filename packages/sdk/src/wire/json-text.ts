// JSON text of what user code returns. Invariant: writing never throws for values that JSON can express with losses; a
// circular reference becomes a text that names its target, and a bigint is left out, as in the official SDKs.

/** JSON text, or undefined for undefined, functions and symbols. */
export function safeStringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // A `toJSON` of the user that throws is the user's error; only JSON's own complaints are worked around.
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, replaceUnwritable());
  }
}

/** What JSON makes of a value: dates become texts, undefined becomes null. */
export function roundTrip(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  const text = safeStringify(value);
  return text === undefined ? null : (JSON.parse(text) as unknown);
}

function replaceUnwritable(): (this: unknown, key: string, value: unknown) => unknown {
  const path: object[] = [];
  const keys: string[] = [];
  return function replace(key, value) {
    if (typeof value === "bigint") return undefined;
    // JSON.stringify calls with the holder as `this`: everything deeper than the holder has been left.
    const depth = path.indexOf(this as object);
    if (depth === -1) {
      path.push(this as object);
      keys.push(key);
    } else {
      path.length = depth + 1;
      keys.length = depth;
      keys.push(key);
    }
    const target = path.indexOf(value as object);
    if (target === -1) return value;
    if (target <= 1) return target === 0 ? value : "[Circular ~]";
    return `[Circular ~.${keys.slice(1, target).join(".")}]`;
  };
}
