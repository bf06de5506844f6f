// Finds what JSON does not keep of a value that a step or a function returns: the author would get something else on replay. Only
// losses that are certain are named: dates become text as the types say, and `undefined` and functions are left out as everywhere.

/** Where something is lost, and what becomes of it. */
export interface Loss {
  /** `result.items[2].tags` */
  readonly path: string;
  /** "a Map becomes {}" */
  readonly what: string;
}

const VALUES_LOOKED_AT_MAX = 500;

interface Search {
  left: number;
  /** The objects that hold the value, outermost first. */
  readonly holders: object[];
}

/** The first loss, or undefined. Looks at no more than the first 500 values. Never throws. */
export function findLoss(value: unknown, path: string): Loss | undefined {
  try {
    return find(value, path, { left: VALUES_LOOKED_AT_MAX, holders: [] });
  } catch {
    // A getter or proxy of the author: JSON will tell what is wrong with it.
    return undefined;
  }
}

function find(value: unknown, path: string, search: Search): Loss | undefined {
  search.left -= 1;
  if (search.left < 0) return undefined;
  const what = lossOf(value);
  if (what !== undefined) return { path, what };
  if (typeof value !== "object" || value === null || "toJSON" in value) return undefined;
  if (search.holders.includes(value)) return { path, what: "a circular reference becomes a text" };
  search.holders.push(value);
  const isList = Array.isArray(value);
  for (const [key, member] of Object.entries(value)) {
    const found = find(member, isList ? `${path}[${key}]` : `${path}.${key}`, search);
    if (found !== undefined) return found;
  }
  search.holders.pop();
  return undefined;
}

function lossOf(value: unknown): string | undefined {
  if (typeof value === "bigint") {
    return "toJSON" in BigInt.prototype ? undefined : "a bigint is left out";
  }
  if (typeof value === "number") {
    return Number.isFinite(value) ? undefined : `${value} becomes null`;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if ("toJSON" in value && typeof value.toJSON === "function") return undefined;
  switch (Object.prototype.toString.call(value)) {
    case "[object Map]":
      return (value as ReadonlyMap<unknown, unknown>).size > 0 ? "a Map becomes {}" : undefined;
    case "[object Set]":
      return (value as ReadonlySet<unknown>).size > 0 ? "a Set becomes {}" : undefined;
    case "[object Promise]":
      return "a Promise that is not awaited becomes {}";
    case "[object Error]":
      return "an Error loses its message";
    case "[object ArrayBuffer]":
      return "an ArrayBuffer becomes {}";
    default:
      return ArrayBuffer.isView(value)
        ? "bytes become an object with an entry for each"
        : undefined;
  }
}
