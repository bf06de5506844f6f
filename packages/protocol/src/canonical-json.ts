// Canonical JSON text (RFC 8785): keys sorted by UTF-16 code units, shortest numbers, no white space. Signatures,
// checksums and byte-equal comparisons rest on it. Values whose keys are already in order, which is most of what our own
// code makes, go straight to the native JSON.stringify; only the others pay for sorting.
import { EverstepError } from "./errors.ts";
import type { JsonText } from "./json.ts";
import { LIMITS } from "./limits.ts";

/** Above this many keys a general sort wins. */
const INSERTION_KEYS_MAX = 24;
/** Short text without anything to escape is quoted here; the native call costs more than the check. */
const PLAIN_CHARS_MAX = 64;
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * The canonical JSON text of a value. Follows JSON.stringify where RFC 8785 says nothing: undefined members are dropped,
 * `toJSON` is honoured, NaN and infinities become null, lone surrogates are escaped; undefined itself becomes `null`.
 * @throws EverstepError `body_invalid` when nested deeper than `LIMITS.jsonDepthMax`.
 */
export function canonicalJson(value: unknown): JsonText {
  if (isInOrder(value, 0)) return JSON.stringify(value) ?? "null";
  return write(value, 0) ?? "null";
}

/**
 * The canonical form of JSON text.
 * @throws SyntaxError when the text is not JSON; EverstepError `body_invalid` when nested too deep.
 */
export function canonicalizeText(text: string): JsonText {
  return canonicalJson(JSON.parse(text));
}

/** Whether the native stringifier would already write this value's keys in canonical order. */
function isInOrder(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth >= LIMITS.jsonDepthMax) throw tooDeep();
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const item: unknown = value[index];
      if (typeof item === "object" && item !== null && !isInOrder(item, depth + 1)) return false;
    }
    return true;
  }
  if (!isPlain(value)) return false;
  const members = value as Record<string, unknown>;
  let previous = "";
  for (const key in members) {
    if (key < previous || key === "toJSON") return false;
    previous = key;
    const member = members[key];
    if (typeof member === "object" && member !== null && !isInOrder(member, depth + 1)) {
      return false;
    }
  }
  return true;
}

function write(value: unknown, depth: number): string | undefined {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (value === null) return "null";
  // Undefined, functions and symbols have no text; a bigint throws, as in JSON.stringify.
  if (typeof value !== "object") return JSON.stringify(value);
  if (depth >= LIMITS.jsonDepthMax) throw tooDeep();
  if (Array.isArray(value)) return writeArray(value, depth);
  if (isPlain(value) && typeof (value as { toJSON?: unknown }).toJSON !== "function") {
    return writeObject(value as Record<string, unknown>, depth);
  }
  // Dates, class instances and boxed values: let JSON.stringify decide what they are, once.
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : write(JSON.parse(text), depth);
}

function writeArray(items: readonly unknown[], depth: number): string {
  let text = "[";
  for (let index = 0; index < items.length; index += 1) {
    if (index > 0) text += ",";
    text += write(items[index], depth + 1) ?? "null";
  }
  return `${text}]`;
}

function writeObject(members: Record<string, unknown>, depth: number): string {
  const keys = sortedKeys(members);
  let text = "";
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] ?? "";
    const member = write(members[key], depth + 1);
    if (member === undefined) continue;
    text += `${text === "" ? "{" : ","}${quote(key)}:${member}`;
  }
  return text === "" ? "{}" : `${text}}`;
}

/** The keys by UTF-16 code units. Few keys, the usual case, are put in place as they come, which beats a general sort. */
function sortedKeys(members: Record<string, unknown>): string[] {
  const keys = Object.keys(members);
  if (keys.length > INSERTION_KEYS_MAX) return keys.toSorted();
  for (let index = 1; index < keys.length; index += 1) {
    const key = keys[index] ?? "";
    let place = index;
    while (place > 0 && (keys[place - 1] ?? "") > key) {
      keys[place] = keys[place - 1] ?? "";
      place -= 1;
    }
    keys[place] = key;
  }
  return keys;
}

function quote(text: string): string {
  return text.length <= PLAIN_CHARS_MAX && PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function tooDeep(): EverstepError {
  return new EverstepError(
    "body_invalid",
    `The JSON is nested deeper than ${LIMITS.jsonDepthMax} levels: flatten it or keep it outside as a file.`,
  );
}
