// Canonical JSON (RFC 8785): keys sorted by UTF-16 code units, shortest numbers, no white space. Signatures of requests are
// made over it. Only for values that JSON.parse made: dates, class instances and `toJSON` never get here.

/** The canonical JSON text of a parsed JSON value; members that are undefined are left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = value as Readonly<Record<string, unknown>>;
  const parts: string[] = [];
  // The default order of toSorted is by UTF-16 code units, which is the order that the RFC asks for.
  for (const key of Object.keys(members).toSorted()) {
    if (members[key] === undefined) continue;
    parts.push(`${JSON.stringify(key)}:${canonicalJson(members[key])}`);
  }
  return `{${parts.join(",")}}`;
}
