// An event's `meta` (server.md 1.2): sessions that its sender set, and those handed on from a run, become one small map. The
// sender's own win; null removes an inherited one. Our SDK's map of the values that JSON has no form for is kept as it is, for apps
// to read. Anything else in `meta` is left out.
import { canonicalJson } from "./canonical-json.ts";
import { foldKeys, isJsonObject, knownKeys } from "./fold-keys.ts";
import type { Json, JsonObject } from "./json.ts";
import { LIMITS } from "./limits.ts";

type Failer = (what: string) => Error;

/** The member of `meta` that says where an event's data holds dates, maps and the like (decision 0008). */
const VALUE_TYPES_KEY = "everstep_types";

const META_KEYS = knownKeys(["sessions", "propagated_sessions", VALUE_TYPES_KEY]);

/**
 * The `{ sessions, everstep_types }` that is kept of a raw `meta`; undefined when there is none.
 * @param fail Makes the error to throw from a phrase such as `has the field "meta" 5: …`.
 */
export function parseEventMeta(meta: unknown, fail: Failer): JsonObject | undefined {
  if (!isJsonObject(meta)) {
    throw fail(`has the field "meta" ${JSON.stringify(meta)}: it must be an object, or left out`);
  }
  if (Buffer.byteLength(JSON.stringify(meta)) > LIMITS.eventMetaBytesMax) {
    throw fail(
      `has a "meta" larger than ${LIMITS.eventMetaBytesMax} bytes: put the data into "data"`,
    );
  }
  const raw = foldKeys(meta, META_KEYS);
  const own = parseSessions(raw["sessions"], "meta.sessions", fail);
  const inherited =
    raw["sessions"] === null
      ? new Map<string, string | null>()
      : parseSessions(raw["propagated_sessions"], "meta.propagated_sessions", fail);
  const merged = merge(own, inherited);
  const types = raw[VALUE_TYPES_KEY];
  const kept: Record<string, Json> = {};
  if (isJsonObject(types)) kept[VALUE_TYPES_KEY] = types as JsonObject;
  if (merged.size > 0) kept["sessions"] = Object.fromEntries([...merged].toSorted(byKey));
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/**
 * The `meta` that an event about another event gets, as canonical JSON text: the sessions, but not the map of value types, which
 * belongs to the data of that other event.
 */
export function inheritedMetaJson(metaJson: string | undefined): string | undefined {
  if (metaJson?.includes(`"${VALUE_TYPES_KEY}"`) !== true) return metaJson;
  const { [VALUE_TYPES_KEY]: _types, ...rest } = JSON.parse(metaJson) as JsonObject;
  return Object.keys(rest).length === 0 ? undefined : canonicalJson(rest);
}

/** The sender's sessions, then inherited ones in lexical order while there is room. */
function merge(
  own: ReadonlyMap<string, string | null>,
  inherited: ReadonlyMap<string, string | null>,
): Map<string, string> {
  const merged = new Map<string, string>();
  for (const [key, id] of own) {
    if (id !== null) merged.set(key, id);
  }
  for (const [key, id] of [...inherited].toSorted(byKey)) {
    if (id === null || own.has(key)) continue;
    if (merged.size < LIMITS.eventSessionsMax) merged.set(key, id);
  }
  return merged;
}

function parseSessions(value: unknown, field: string, fail: Failer): Map<string, string | null> {
  const sessions = new Map<string, string | null>();
  if (value === undefined || value === null) return sessions;
  if (!isJsonObject(value)) {
    throw fail(`has the field "${field}" ${JSON.stringify(value)}: it must be an object`);
  }
  for (const [key, id] of Object.entries(value)) {
    sessions.set(parseKey(key, field, fail), parseId(id, `${field}.${key}`, fail));
  }
  const count = [...sessions.values()].filter((id) => id !== null).length;
  if (count > LIMITS.eventSessionsMax) {
    throw fail(
      `has ${count} sessions in "${field}": at most ${LIMITS.eventSessionsMax} are taken, so leave some out`,
    );
  }
  return sessions;
}

function parseKey(key: string, field: string, fail: Failer): string {
  const bytes = Buffer.byteLength(key);
  if (bytes > 0 && bytes <= LIMITS.sessionKeyBytesMax) return key;
  throw fail(
    `has a key of ${bytes} bytes in "${field}": it must have 1 to ${LIMITS.sessionKeyBytesMax} bytes`,
  );
}

function parseId(id: unknown, field: string, fail: Failer): string | null {
  if (id === null) return null;
  const text = typeof id === "number" && Number.isFinite(id) ? String(id) : id;
  if (typeof text === "string" && text !== "") {
    if (Buffer.byteLength(text) <= LIMITS.sessionIdBytesMax) return text;
    throw fail(`has a longer "${field}" than ${LIMITS.sessionIdBytesMax} bytes: shorten the id`);
  }
  throw fail(
    `has the field "${field}" ${JSON.stringify(id)}: it must be a non-empty string or a number, or null to remove it`,
  );
}

/** By UTF-8 bytes, as the official server orders keys; differs from UTF-16 order beyond the basic plane. */
function byKey(left: readonly [string, unknown], right: readonly [string, unknown]): number {
  return Buffer.compare(Buffer.from(left[0]), Buffer.from(right[0]));
}
