// Cuts events into requests that every server takes: at most 5,000 events and 3 MiB each (server.md 1.2). Each event becomes text
// once, here, and one that fits into no request is refused before anything is sent.
import type { EventObject } from "../functions/definition.ts";
import { safeStringify } from "../wire/json-text.ts";

const EVENTS_PER_REQUEST_MAX = 5_000;
/** Also the largest event that any server takes. */
const REQUEST_BYTES_MAX = 3 * 1024 * 1024;
const NAME_CHARS_MAX = 512;
const encoder = new TextEncoder();

export interface EventBatch {
  /** A JSON array. */
  readonly body: string;
  readonly count: number;
  /** Events of the same call that are in earlier batches. */
  readonly offset: number;
}

/**
 * The requests for some events, in order.
 * @throws TypeError for an event without a usable name or data, or that is too large; nothing must be sent then.
 */
export function toBatches(payloads: readonly EventObject[], nowMs: number): EventBatch[] {
  const batches: EventBatch[] = [];
  let texts: string[] = [];
  let bytes = 2;
  let offset = 0;
  const close = (): void => {
    if (texts.length === 0) return;
    batches.push({ body: `[${texts.join(",")}]`, count: texts.length, offset });
    offset += texts.length;
    texts = [];
    bytes = 2;
  };
  for (const [index, payload] of payloads.entries()) {
    const text = toWireText(payload, index, nowMs);
    const size = byteLength(text);
    if (size + 2 > REQUEST_BYTES_MAX) throw tooLarge(payload, index, size);
    if (texts.length === EVENTS_PER_REQUEST_MAX || bytes + size + 1 > REQUEST_BYTES_MAX) close();
    texts.push(text);
    bytes += size + 1;
  }
  close();
  return batches;
}

function toWireText(payload: EventObject, index: number, nowMs: number): string {
  const given: unknown = payload;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new TypeError(
      `Event ${index} is ${given === null ? "null" : typeof given}: write { name: "shop/order.placed", data: { … } }.`,
    );
  }
  const { id, name, data, user, ts, v, meta } = payload;
  checkName(name, index);
  if (data !== undefined && data !== null && (typeof data !== "object" || Array.isArray(data))) {
    throw new TypeError(
      `Event ${index} ("${name}") has data that is ${Array.isArray(data) ? "an array" : typeof data}: it must be an object, e.g. { items: […] }.`,
    );
  }
  return safeStringify({ id, name, data: data ?? {}, user, ts: ts ?? nowMs, v, meta }) ?? "{}";
}

function checkName(name: unknown, index: number): void {
  if (typeof name !== "string" || name === "" || name.length > NAME_CHARS_MAX) {
    throw new TypeError(
      `Event ${index} has the name ${JSON.stringify(name)}: it must be a text of 1 to ${NAME_CHARS_MAX} characters, e.g. "shop/order.placed".`,
    );
  }
  if (/^inngest\//i.test(name)) {
    throw new TypeError(
      `Event ${index} has the name "${name}": names that begin with "inngest/" belong to the engine; choose another prefix.`,
    );
  }
}

function tooLarge(payload: EventObject, index: number, size: number): TypeError {
  const biggest = biggestField(payload);
  const where = biggest === undefined ? "" : ` Its biggest field is ${biggest}.`;
  return new TypeError(
    `Event ${index} ("${payload.name}") has ${size} bytes; at most ${REQUEST_BYTES_MAX - 2} can be sent.${where} Keep large data elsewhere and send a reference to it.`,
  );
}

/** `data.image with 4,000,000 bytes` */
export function biggestField(payload: EventObject): string | undefined {
  const sizes = Object.entries(payload.data ?? {}).map(
    ([key, value]) => [key, byteLength(safeStringify(value) ?? "")] as const,
  );
  const [first] = sizes.toSorted((left, right) => right[1] - left[1]);
  return first === undefined ? undefined : `data.${first[0]} with ${first[1]} bytes`;
}

function byteLength(text: string): number {
  return encoder.encode(text).byteLength;
}
