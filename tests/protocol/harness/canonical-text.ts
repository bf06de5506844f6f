// Canonical JSON (RFC 8785) as an independent second opinion on the request bodies that the engine signs.

export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalText(item)).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const record = value as Record<string, unknown>;
    const members = Object.keys(record)
      .toSorted(byCodeUnits)
      .map((key) => `${JSON.stringify(key)}:${canonicalText(record[key])}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

function byCodeUnits(one: string, other: string): number {
  if (one === other) {
    return 0;
  }
  return one < other ? -1 : 1;
}
