// Values that JSON has no form for (dates, maps, sets, bigints, bytes, errors), as plain JSON that anybody can read, and beside
// it a map of where they are, from which the values come back (decision 0008). Invariant: reading never throws and changes
// nothing that a map does not fit, because maps come from the network.
import { deserializeError, isSerializedError, serializeError } from "./serialized-error.ts";

const TAGS = ["bigint", "bytes", "date", "error", "map", "set"] as const;

/** What a JSON value stands for. */
export type ValueTag = (typeof TAGS)[number];

/**
 * Where the tagged values are: a tag for the value itself; an object for some of its members; `[map]` for every element of an
 * array or member of an object; `[tag, map]` for a map or set whose JSON form holds tagged values itself.
 */
export type TagMap = ValueTag | { readonly [key: string]: TagMap } | readonly TagMap[];

/** A value as JSON can write it. `tags` is absent when JSON loses nothing. */
export interface TaggedJson {
  readonly json: unknown;
  readonly tags?: TagMap;
}

/** Objects with more tagged members than this are looked at for a common map, as arrays always are. */
const LISTED_KEYS_MAX = 8;
/** Deeper than any server takes. */
const DEPTH_MAX = 1_000;
/** Objects that are looked at before it is noted which ones: data may refer to itself, and hardly ever does. */
const UNWATCHED_VISITS = 500;

interface Visits {
  count: number;
  readonly seen: Set<object>;
}
const BIGINT_DIGITS_MAX = 10_000;
const ISO_TIME = /^[+-]?\d{4,6}-\d{2}-\d{2}T/;

/** The JSON form of a value. Parts without tagged values are not copied. Values with a `toJSON` of their own are left to it. */
export function toTaggedJson(value: unknown): TaggedJson {
  return hasTaggable(value, { count: 0, seen: new Set() }) ? encode(value, []) : { json: value };
}

/** The value that a JSON form and its map describe. What does not fit the map stays as it is; nothing is changed in place. */
export function fromTaggedJson(json: unknown, tags: unknown): unknown {
  return decode(json, tags, undefined);
}

/** Looks without copying: nearly all data has nothing to tag. */
function hasTaggable(value: unknown, visits: Visits): boolean {
  if (typeof value === "bigint") return kindOf(value) !== undefined;
  if (typeof value !== "object" || value === null) return false;
  visits.count += 1;
  if (visits.count > UNWATCHED_VISITS) {
    if (visits.seen.has(value)) return false;
    visits.seen.add(value);
  }
  if (!Array.isArray(value)) {
    if (kindOf(value) !== undefined) return true;
    if (hasOwnJson(value)) return false;
  }
  for (const key of Object.keys(value)) {
    if (hasTaggable((value as Record<string, unknown>)[key], visits)) return true;
  }
  return false;
}

/** By brand and not by class: values of other realms count too. */
function kindOf(value: object | bigint): ValueTag | undefined {
  if (typeof value === "bigint") {
    // An app that has given bigints a form of its own keeps it.
    return "toJSON" in BigInt.prototype ? undefined : "bigint";
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return undefined;
  switch (Object.prototype.toString.call(value)) {
    case "[object Date]":
      return Number.isNaN((value as Date).getTime?.()) ? undefined : "date";
    case "[object Map]":
      return "map";
    case "[object Set]":
      return "set";
    case "[object Uint8Array]":
    case "[object ArrayBuffer]":
      return "bytes";
    case "[object Error]":
      return hasOwnJson(value) ? undefined : "error";
    default:
      return value instanceof Error && !hasOwnJson(value) ? "error" : undefined;
  }
}

function hasOwnJson(value: object): boolean {
  return typeof (value as { readonly toJSON?: unknown }).toJSON === "function";
}

function encode(value: unknown, above: readonly object[]): TaggedJson {
  if (typeof value === "bigint") return encodeBigint(value);
  if (typeof value !== "object" || value === null) return { json: value };
  // A circle is for JSON to complain about.
  if (above.includes(value) || above.length > DEPTH_MAX) return { json: value };
  if (Array.isArray(value)) return encodeMembers(value, [...above, value]);
  const kind = kindOf(value);
  if (kind !== undefined) return encodeKind(kind, value, [...above, value]);
  return hasOwnJson(value) ? { json: value } : encodeMembers(value, [...above, value]);
}

function encodeBigint(value: bigint): TaggedJson {
  if (kindOf(value) === undefined) return { json: value };
  const json = value.toString();
  return json.length > BIGINT_DIGITS_MAX ? { json } : { json, tags: "bigint" };
}

function encodeKind(kind: ValueTag, value: object, above: readonly object[]): TaggedJson {
  switch (kind) {
    case "date":
      return { json: (value as Date).toISOString(), tags: kind };
    case "bytes":
      return { json: toBase64(value as Uint8Array | ArrayBuffer), tags: kind };
    case "error":
      return { json: serializeError(value), tags: kind };
    default: {
      const items = [...(value as Iterable<unknown>)];
      const { json, tags } = encodeMembers(items, above);
      return { json, tags: tags === undefined ? kind : [kind, tags] };
    }
  }
}

function encodeMembers(value: object, above: readonly object[]): TaggedJson {
  const source = value as Record<string, unknown>;
  const tags: Record<string, TagMap> = {};
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(source)) {
    // Assigning it would change the copy's prototype.
    if (key === "__proto__") continue;
    const member = encode(source[key], above);
    if (member.json !== source[key]) {
      copy ??= (Array.isArray(value) ? [...(value as unknown[])] : { ...source }) as Record<
        string,
        unknown
      >;
      copy[key] = member.json;
    }
    if (member.tags !== undefined) tags[key] = member.tags;
  }
  const json = copy ?? source;
  const tagged = Object.values(tags);
  if (tagged.length === 0) return { json };
  const isMany = Array.isArray(value) || tagged.length > LISTED_KEYS_MAX;
  const common = isMany ? commonMap(json, tags) : undefined;
  return { json, tags: common === undefined ? tags : [common] };
}

/** One map that brings back the same values for all members as each one's own; undefined when there is none. */
function commonMap(
  json: Readonly<Record<string, unknown>>,
  tags: Readonly<Record<string, TagMap>>,
): TagMap | undefined {
  const [first, ...others] = Object.values(tags);
  let union: TagMap | undefined = first;
  for (const map of others) union = union === undefined ? undefined : merge(union, map);
  if (union === undefined) return undefined;
  for (const key of Object.keys(json)) {
    const own = tags[key];
    if (own !== undefined && JSON.stringify(own) === JSON.stringify(union)) continue;
    if (countFits(json[key], union) !== (own === undefined ? 0 : countFits(json[key], own))) {
      return undefined;
    }
  }
  return union;
}

function merge(left: TagMap, right: TagMap): TagMap | undefined {
  const isSame = left === right || JSON.stringify(left) === JSON.stringify(right);
  if (isSame) return left;
  if (!isMemberMap(left) || !isMemberMap(right)) return undefined;
  const merged: Record<string, TagMap> = { ...left };
  for (const [key, map] of Object.entries(right)) {
    const both = merged[key] === undefined ? map : merge(merged[key], map);
    if (both === undefined) return undefined;
    merged[key] = both;
  }
  return merged;
}

function isMemberMap(map: unknown): map is Readonly<Record<string, TagMap>> {
  return typeof map === "object" && map !== null && !Array.isArray(map);
}

/** How many values the map would bring back. */
function countFits(json: unknown, tags: TagMap): number {
  const counter = { count: 0 };
  decode(json, tags, counter);
  return counter.count;
}

type Counter = { count: number } | undefined;

function decode(json: unknown, tags: unknown, counter: Counter): unknown {
  if (typeof tags === "string") return decodeAs(tags, json, counter);
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(tags)) {
    const [first, second] = tags as readonly unknown[];
    if (tags.length === 1) return decodeMembers(json, () => first, counter);
    // A tag around a tag would let a map go deeper than its data.
    const isNested = Array.isArray(second) && second.length !== 1;
    if (tags.length !== 2 || typeof second === "string" || isNested) return json;
    return decodeAs(first, decode(json, second, counter), counter);
  }
  if (!isMemberMap(tags)) return json;
  return decodeMembers(json, (key) => (Object.hasOwn(tags, key) ? tags[key] : undefined), counter);
}

function decodeMembers(json: object, mapOf: (key: string) => unknown, counter: Counter): object {
  const source = json as Record<string, unknown>;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(source)) {
    const map = key === "__proto__" ? undefined : mapOf(key);
    if (map === undefined) continue;
    const value = decode(source[key], map, counter);
    if (value === source[key]) continue;
    copy ??= (Array.isArray(json) ? [...(json as unknown[])] : { ...source }) as Record<
      string,
      unknown
    >;
    copy[key] = value;
  }
  return copy ?? json;
}

function decodeAs(tag: unknown, json: unknown, counter: Counter): unknown {
  const value = revive(tag, json);
  if (value !== json && counter !== undefined) counter.count += 1;
  return value;
}

/** The value, or the JSON itself where the tag does not fit it. */
function revive(tag: unknown, json: unknown): unknown {
  switch (tag) {
    case "date": {
      if (typeof json !== "string" || !ISO_TIME.test(json)) return json;
      const date = new Date(json);
      return Number.isNaN(date.getTime()) ? json : date;
    }
    case "bigint": {
      const isWhole = typeof json === "string" && /^-?\d+$/.test(json);
      return isWhole && json.length <= BIGINT_DIGITS_MAX ? BigInt(json) : json;
    }
    case "bytes":
      return typeof json === "string" ? (fromBase64(json) ?? json) : json;
    case "error":
      return isSerializedError(json) ? deserializeError(json) : json;
    case "set":
      return Array.isArray(json) ? new Set(json) : json;
    case "map": {
      const isEntry = (item: unknown): item is [unknown, unknown] =>
        Array.isArray(item) && item.length === 2;
      return Array.isArray(json) && json.every(isEntry) ? new Map(json) : json;
    }
    default:
      return json;
  }
}

function toBase64(bytes: Uint8Array | ArrayBuffer): string {
  let text = "";
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
