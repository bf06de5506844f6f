// The body of an event request (server.md 1.2, protocol.md 6.3), with our corrections: taken whole or not at all, empty is
// refused, too large is 413. The hottest path of the product: one parse, no copy of the data, canonical text made once.
// Ids and times are not given here.
import { canonicalJson } from "./canonical-json.ts";
import { EverstepError } from "./errors.ts";
import type { EventInput, EventRecord } from "./event.ts";
import { foldKeys, isJsonObject, knownKeys } from "./fold-keys.ts";
import type { JsonObject } from "./json.ts";
import { isNestedDeeperThan } from "./json-depth.ts";
import { LIMITS } from "./limits.ts";
import { parseEventMeta } from "./sessions.ts";

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const EVENT_KEYS = knownKeys(["id", "name", "data", "user", "v", "ts", "meta"]);
const RESERVED_PREFIX = /^inngest\//i;

/**
 * The events of a request body: one object or an array of them, in order.
 * @throws EverstepError `body_invalid`, `event_invalid` or `payload_too_large`, naming the event, the field and the value.
 */
export function parseEventBody(bodyText: string): EventInput[] {
  const body = parseBody(bodyText);
  const items: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (items.length === 0) {
    throw new EverstepError("body_invalid", "The array of events is empty: send at least one.");
  }
  if (items.length > LIMITS.eventsPerRequestMax) {
    throw new EverstepError(
      "payload_too_large",
      `The request has ${items.length} events; at most ${LIMITS.eventsPerRequestMax} fit: send them in several requests.`,
    );
  }
  checkSizes(bodyText, items);
  return items.map(parseEvent);
}

/** The record of an accepted event; absent fields get their defaults. */
export function toEventRecord(
  input: EventInput,
  given: { readonly internalId: string; readonly receivedAtMs: number },
): EventRecord {
  const record: Writable<EventRecord> = {
    internalId: given.internalId,
    id: input.id ?? given.internalId,
    name: input.name,
    dataJson: canonicalJson(input.data),
    tsMs: input.tsMs ?? given.receivedAtMs,
    receivedAtMs: given.receivedAtMs,
  };
  if (input.user !== undefined) record.userJson = canonicalJson(input.user);
  if (input.v !== undefined) record.v = input.v;
  if (input.meta !== undefined) record.metaJson = canonicalJson(input.meta);
  return record;
}

function parseBody(bodyText: string): unknown {
  if (bodyText.trim() === "") {
    throw new EverstepError(
      "body_invalid",
      'The request body is empty: send an event such as {"name":"shop/order.placed","data":{}}, or an array of events.',
    );
  }
  let body: unknown;
  try {
    body = JSON.parse(bodyText);
  } catch (error) {
    throw new EverstepError(
      "body_invalid",
      `The request body is not JSON (${(error as Error).message}): send an event object or an array of event objects.`,
      { cause: error },
    );
  }
  if (typeof body !== "object" || body === null) {
    throw new EverstepError(
      "body_invalid",
      `The request body is ${show(body)}: it must be an event object or an array of event objects.`,
    );
  }
  if (isNestedDeeperThan(bodyText, LIMITS.jsonDepthMax)) {
    throw new EverstepError(
      "body_invalid",
      `The request body is nested deeper than ${LIMITS.jsonDepthMax} levels: flatten the data.`,
    );
  }
  return body;
}

/** Sizes are counted per event, and only when the whole body leaves it open whether one is too large. */
function checkSizes(bodyText: string, items: readonly unknown[]): void {
  if (bodyText.length * 3 <= LIMITS.eventBytesMax) return;
  if (Buffer.byteLength(bodyText) <= LIMITS.eventBytesMax) return;
  for (const [index, item] of items.entries()) {
    const bytes = Buffer.byteLength(JSON.stringify(item));
    if (bytes <= LIMITS.eventBytesMax) continue;
    throw new EverstepError(
      "payload_too_large",
      `Event ${index} has ${bytes} bytes; at most ${LIMITS.eventBytesMax} are taken: keep large data elsewhere and send a reference.`,
    );
  }
}

function parseEvent(item: unknown, index: number): EventInput {
  if (!isJsonObject(item)) {
    throw fail(index, `is ${show(item)}: it must be an object with a name and data`);
  }
  const raw = foldKeys(item, EVENT_KEYS);
  const input: Writable<EventInput> = {
    name: parseName(raw["name"], index),
    data: parseData(raw["data"], index),
  };
  const { id, user, v, ts, meta } = raw;
  if (id !== undefined && id !== null) input.id = parseId(id, index);
  if (user !== undefined && user !== null) input.user = parseObject(user, "user", index);
  if (v !== undefined && v !== null) input.v = parseVersion(v, index);
  if (ts !== undefined && ts !== null && ts !== 0) input.tsMs = parseTs(ts, index);
  if (meta !== undefined && meta !== null) {
    const parsed = parseEventMeta(meta, (what) => fail(index, what));
    if (parsed !== undefined) input.meta = parsed;
  }
  return input;
}

function parseName(name: unknown, index: number): string {
  if (typeof name !== "string" || name === "") {
    throw fail(index, `has the field "name" ${show(name)}: it must be a non-empty string`);
  }
  if (name.length > LIMITS.eventNameCharsMax) {
    throw fail(
      index,
      `has a "name" of ${name.length} characters (${show(name)}): at most ${LIMITS.eventNameCharsMax} are taken`,
    );
  }
  if (RESERVED_PREFIX.test(name)) {
    throw fail(
      index,
      `has the field "name" ${show(name)}: names that begin with "inngest/" are reserved for internal use, so choose another prefix`,
    );
  }
  return name;
}

function parseData(data: unknown, index: number): JsonObject {
  if (data === undefined || data === null) return {};
  const object = parseObject(data, "data", index);
  // Senders must not pose as the engine, which keeps its own facts under this key.
  if ("_inngest" in object) delete object["_inngest"];
  return object;
}

function parseObject(value: unknown, field: string, index: number): JsonObject {
  if (isJsonObject(value)) return value as JsonObject;
  throw fail(index, `has the field "${field}" ${show(value)}: it must be an object, or left out`);
}

function parseId(id: unknown, index: number): string {
  if (typeof id === "string" && id !== "") return id;
  throw fail(index, `has the field "id" ${show(id)}: it must be a non-empty string, or left out`);
}

function parseVersion(v: unknown, index: number): string {
  if (typeof v === "string") return v;
  throw fail(index, `has the field "v" ${show(v)}: it must be a string, or left out`);
}

function parseTs(ts: unknown, index: number): number {
  const isInRange =
    typeof ts === "number" && ts >= LIMITS.eventTsMsMin && ts <= LIMITS.eventTsMsMax;
  if (isInRange && Number.isInteger(ts)) return ts;
  throw fail(
    index,
    `has the field "ts" ${show(ts)}: it must be whole milliseconds since 1970, between the years 1980 and 2100, or left out`,
  );
}

function fail(index: number, what: string): EverstepError {
  return new EverstepError("event_invalid", `Event ${index} ${what}.`, { data: { index } });
}

/** The value as JSON, short enough for a message. */
function show(value: unknown): string {
  const text = value === undefined ? "missing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
