// The header that fixes the ids of sent events, so that a repeated request makes none twice (protocol.md 6.2). One seed holds for
// all requests of one `send`: the seed of a later request is moved on by the number of events before it, so the ids are those of
// one endless request, however the events were split.
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

const SEED_BYTES = 10;
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ULID = /[0-7][0-9A-HJKMNP-TV-Z]{25}/i;

/** What fixes the ids of sent events: a time and chance. */
export interface EventIdSeed {
  readonly atMs: number;
  /** 10 bytes. */
  readonly entropy: Uint8Array;
}

/** A seed that nobody else has. */
export function randomSeed(nowMs: number): EventIdSeed {
  return { atMs: nowMs, entropy: crypto.getRandomValues(new Uint8Array(SEED_BYTES)) };
}

/** The seed that a text fixes. Its time is that of the first ULID in the text (the run's), so that ids sort sensibly. */
export function seedFromText(text: string): EventIdSeed {
  const ulid = ULID.exec(text)?.[0];
  return {
    atMs: Math.max(1, ulid === undefined ? 1 : ulidTimeMs(ulid)),
    entropy: sha256(utf8ToBytes(text)).slice(0, SEED_BYTES),
  };
}

/** The seed of a request whose first event has `offset` events before it. */
export function shiftSeed(seed: EventIdSeed, offset: number): EventIdSeed {
  const entropy = Uint8Array.from(seed.entropy);
  const view = new DataView(entropy.buffer);
  // The server adds the event's number to these four bytes in the same way.
  view.setUint32(6, (view.getUint32(6) + offset) >>> 0);
  return { atMs: seed.atMs, entropy };
}

/** The header's value for a request whose first event has `offset` events before it. */
export function seedHeader(seed: EventIdSeed, offset: number): string {
  const { atMs, entropy } = shiftSeed(seed, offset);
  return `${atMs},${btoa(String.fromCharCode(...entropy))}`;
}

function ulidTimeMs(ulid: string): number {
  let timeMs = 0;
  for (const digit of ulid.slice(0, 10).toUpperCase())
    timeMs = timeMs * 32 + CROCKFORD.indexOf(digit);
  return timeMs;
}
