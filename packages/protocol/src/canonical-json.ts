// Canonical JSON text (RFC 8785): keys sorted by UTF-16 code units, shortest numbers, no white space. Signatures,
// checksums and byte-equal comparisons rest on it. Values whose keys are already in order, which is most of what our own
// code makes, go straight to the native JSON.stringify; only the others pay for sorting.
import { EverstepError } from "./errors.ts";
import type { JsonText } from "./json.ts";
import { LIMITS } from "./limits.ts";

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
  if (typeof value === "object" && value !== null) {
    if (depth >= LIMITS.jsonDepthMax) throw tooDeep();
    if (Array.isArray(value)) return writeArray(value, depth);
    if (isPlain(value) && typeof (value as { toJSON?: unknown }).toJSON !== "function") {
      return writeObject(value as Record<string, unknown>, depth);
    }
    // Dates, class instances and boxed values: let JSON.stringify decide what they are, once.
    const text = JSON.stringify(value) as string | undefined;
    return text === undefined ? undefined : write(JSON.parse(text), depth);
  }
  return JSON.stringify(value);
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
  let text = "";
  for (const key of Object.keys(members).toSorted()) {
    const member = write(members[key], depth + 1);
    if (member === undefined) continue;
    text += text === "" ? "{" : ",";
    text += `${JSON.stringify(key)}:${member}`;
  }
  return text === "" ? "{}" : `${text}}`;
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
