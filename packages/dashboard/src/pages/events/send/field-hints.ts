// What the payloads of earlier events of a name have in common: the schema that nobody wrote down. Pure. Bounded: an array is
// one field, objects are followed a few levels, and no more fields are told than a person reads.

export type JsonType = "string" | "number" | "boolean" | "null" | "array" | "object";

export interface FieldHint {
  /** "customer.email"; a name that is no identifier is quoted. */
  readonly path: string;
  readonly types: readonly JsonType[];
  /** Every payload had it. */
  readonly isAlways: boolean;
  /** JSON of the newest value, cut. */
  readonly example: string;
}

const DEPTH_MAX = 4;
const FIELDS_MAX = 60;
const EXAMPLE_MAX = 60;
const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

interface Seen {
  readonly types: Set<JsonType>;
  readonly example: unknown;
  times: number;
}

/** @param payloads Newest first. */
export function inferFields(payloads: readonly unknown[]): FieldHint[] {
  const seen = new Map<string, Seen>();
  for (const payload of payloads) collect(payload, "", 0, seen);
  return [...seen].slice(0, FIELDS_MAX).map(([path, { types, times, example }]) => ({
    path,
    types: [...types],
    isAlways: times === payloads.length,
    example: exampleText(example),
  }));
}

/** How the payload differs from what was seen before; nothing of it hinders sending. */
export function compareFields(payload: unknown, hints: readonly FieldHint[]): string[] {
  if (hints.length === 0) return [];
  const given = new Map<string, Seen>();
  collect(payload, "", 0, given);
  const known = new Map(hints.map((hint) => [hint.path, hint]));
  const warnings: string[] = [];
  for (const { path, isAlways } of hints) {
    const parent = parentOf(path, known);
    const isExpected = isAlways && (parent === "" || given.has(parent));
    if (isExpected && !given.has(path)) warnings.push(`${path} is missing; earlier events had it.`);
  }
  for (const [path, { types }] of given) {
    const hint = known.get(path);
    const [type = "null"] = types;
    if (hint === undefined) {
      if (hints.length < FIELDS_MAX)
        warnings.push(`${path} is new; earlier events did not have it.`);
    } else if (!hint.types.includes(type)) {
      warnings.push(
        `${path} is ${aType(type)}; earlier events had ${hint.types.map(aType).join(" or ")}.`,
      );
    }
  }
  return warnings;
}

export function typeOf(value: unknown): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "string" || type === "number" || type === "boolean" ? type : "object";
}

function collect(value: unknown, path: string, depth: number, seen: Map<string, Seen>): void {
  const type = typeOf(value);
  if (path !== "") count(value, path, type, seen);
  if (type !== "object" || depth === DEPTH_MAX) return;
  for (const [name, member] of Object.entries(value as object)) {
    if (seen.size > FIELDS_MAX * 4) return;
    collect(member, joined(path, name), depth + 1, seen);
  }
}

function count(value: unknown, path: string, type: JsonType, seen: Map<string, Seen>): void {
  const known = seen.get(path);
  if (known === undefined) seen.set(path, { types: new Set([type]), times: 1, example: value });
  else {
    known.types.add(type);
    known.times += 1;
  }
}

function joined(path: string, name: string): string {
  const part = IDENTIFIER.test(name) ? name : JSON.stringify(name);
  return path === "" ? part : `${path}.${part}`;
}

/** The nearest field above that is known; a field is missing only where its parent is there. */
function parentOf(path: string, known: ReadonlyMap<string, FieldHint>): string {
  for (let end = path.lastIndexOf("."); end > 0; end = path.lastIndexOf(".", end - 1)) {
    const parent = path.slice(0, end);
    if (known.has(parent)) return parent;
  }
  return "";
}

function aType(type: JsonType): string {
  if (type === "null") return "null";
  return type === "array" || type === "object" ? `an ${type}` : `a ${type}`;
}

function exampleText(value: unknown): string {
  const type = typeOf(value);
  if (type === "object") return "{…}";
  if (type === "array") return (value as unknown[]).length === 0 ? "[]" : "[…]";
  const text = JSON.stringify(
    typeof value === "string" && value.length > EXAMPLE_MAX
      ? `${value.slice(0, EXAMPLE_MAX)}…`
      : value,
  );
  return text ?? "";
}
