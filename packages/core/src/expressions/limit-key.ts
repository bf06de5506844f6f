// The text by which flow-control rules group runs: the result of a key expression in one canonical form.

/** What a missing, null or failed key becomes, so that all of those share one group (server.md 4.1). */
export const NIL_KEY = "<nil>";

/** The canonical text of a key value: text as it is, numbers and booleans printed, lists and maps as sorted JSON. */
export function stringifyKey(value: unknown): string {
  if (value === null || value === undefined) return NIL_KEY;
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value + 0);
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
