// ULIDs: 48 bits of time and 80 bits of randomness in 26 characters that sort by time. A factory's ids strictly increase,
// also within a millisecond and when the clock steps back. Time and randomness are arguments. Also the ids that a
// sender's seed header fixes, so that a repeated request makes the same ones (server.md 1.2).

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_MS_MAX = 2 ** 48 - 1;
const HALF = 2 ** 20;
const WORD = 2 ** 40;

/** Two characters for each of 1,024 values: an id is made of table look-ups, not of divisions by 32. */
const PAIRS: readonly string[] = Array.from(
  { length: 1024 },
  (_, value) => ALPHABET.charAt(value >>> 5) + ALPHABET.charAt(value & 31),
);

const DIGIT_VALUES: ReadonlyMap<string, number> = new Map(
  Array.from(ALPHABET, (digit, value) => [digit, value]),
);

/**
 * A maker of ULIDs that strictly increase.
 * @param randomBytes Returns `count` random bytes; asked once for each new millisecond.
 * @returns A function from epoch ms to a ULID. A time before the latest one counts as the latest one.
 */
export function createUlidFactory(
  randomBytes: (count: number) => Uint8Array,
): (atMs: number) => string {
  let lastMs = -1;
  let high = 0;
  let low = 0;
  let prefix = "";
  return (atMs) => {
    if (atMs > lastMs) {
      lastMs = checkedTime(atMs);
      const bytes = randomBytes(10);
      // The top bit stays clear, so that counting up within a millisecond cannot run over.
      high = readWord(bytes, 0) % (WORD / 2);
      low = readWord(bytes, 5);
      prefix = encodeTime(lastMs) + encodeWord(high);
    } else {
      low += 1;
      if (low === WORD) {
        low = 0;
        high += 1;
        prefix = encodeTime(lastMs) + encodeWord(high);
      }
    }
    return prefix + encodeWord(low);
  };
}

/**
 * The time of a ULID, epoch ms.
 * @throws RangeError when the text is not a ULID.
 */
export function ulidTimeMs(ulid: string): number {
  if (!isUlid(ulid)) {
    throw new RangeError(`"${ulid.slice(0, 64)}" is not a ULID: it must be 26 base-32 characters`);
  }
  let timeMs = 0;
  for (const digit of ulid.slice(0, 10).toUpperCase()) {
    timeMs = timeMs * 32 + (DIGIT_VALUES.get(digit) ?? 0);
  }
  return timeMs;
}

/** Whether the text is a ULID; lower case is accepted, as ULID readers do. */
export function isUlid(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i.test(text);
}

/** What `x-inngest-event-id-seed` says: the base of every id of one request. */
export interface EventIdSeed {
  readonly atMs: number;
  /** 10 bytes. */
  readonly entropy: Uint8Array;
}

/** Reads `<epoch ms>,<base64 of 10 bytes>`; undefined when absent or malformed, which callers treat as no seed. */
export function parseEventIdSeed(header: string | undefined): EventIdSeed | undefined {
  const match = /^\s*(\d{1,15})\s*,\s*([A-Za-z0-9+/_-]{14}(?:==)?)\s*$/.exec(header ?? "");
  if (match === null) return undefined;
  const atMs = Number(match[1]);
  const entropy = Buffer.from(match[2] ?? "", "base64");
  if (atMs === 0 || atMs > TIME_MS_MAX || entropy.length !== 10) return undefined;
  return { atMs, entropy: new Uint8Array(entropy) };
}

/**
 * The id of one event of a seeded request.
 * @param index Number of the event: from 1 on for `/e`, 0 for `/invoke`. Added into the last four bytes, big-endian.
 */
export function ulidFromSeed(seed: EventIdSeed, index: number): string {
  const bytes = Uint8Array.from(seed.entropy);
  const view = new DataView(bytes.buffer);
  view.setUint32(6, (view.getUint32(6) + index) >>> 0);
  return (
    encodeTime(checkedTime(seed.atMs)) +
    encodeWord(readWord(bytes, 0)) +
    encodeWord(readWord(bytes, 5))
  );
}

function checkedTime(atMs: number): number {
  if (!(atMs >= 0 && atMs <= TIME_MS_MAX)) {
    throw new RangeError(`atMs is ${atMs}: a ULID holds epoch ms from 0 to ${TIME_MS_MAX}`);
  }
  return Math.floor(atMs);
}

function encodeTime(timeMs: number): string {
  const high = Math.floor(timeMs / WORD);
  return pair(high) + encodeWord(timeMs % WORD);
}

/** 40 bits as 8 characters. */
function encodeWord(word: number): string {
  const high = Math.floor(word / HALF);
  const low = word % HALF;
  return pair(high >>> 10) + pair(high & 1023) + pair(low >>> 10) + pair(low & 1023);
}

function pair(value: number): string {
  return PAIRS[value] ?? "";
}

function readWord(bytes: Uint8Array, offset: number): number {
  let word = 0;
  for (let index = offset; index < offset + 5; index += 1) word = word * 256 + (bytes[index] ?? 0);
  return word;
}
