// Object keys match without regard to case, as in the official server (Python sends `appname`). Objects with the exact
// names, nearly all, are returned as they are; only others are copied. Unknown keys never matter.

/** The keys that a reader knows, by their lower-case form and by their exact one. */
export type KnownKeys = ReadonlyMap<string, string>;

/** Makes the look-up table for `foldKeys`. */
export function knownKeys(names: readonly string[]): KnownKeys {
  const lower = names.map((name) => [name.toLowerCase(), name] as const);
  return new Map([...lower, ...names.map((name) => [name, name] as const)]);
}

/** Whether the value is a JSON object (not null, not an array). */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The object with its known keys under their exact names; the last spelling of a key wins, as in Go. Reading any other key
 * from the result is not safe: it may be the raw object.
 */
export function foldKeys(raw: Record<string, unknown>, known: KnownKeys): Record<string, unknown> {
  // Without a list of the keys: this is asked three times for every op.
  for (const key in raw) {
    const exact = known.get(key) ?? known.get(key.toLowerCase());
    if (exact !== undefined && exact !== key) return copyFolded(raw, known);
  }
  return raw;
}

function copyFolded(raw: Record<string, unknown>, known: KnownKeys): Record<string, unknown> {
  const folded: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(raw)) {
    const exact = known.get(key.toLowerCase());
    if (exact !== undefined) folded[exact] = raw[key];
  }
  return folded;
}
