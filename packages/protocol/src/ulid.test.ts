// ULIDs: order, layout, and the ids of seeded requests, checked against a slow big-integer model.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createUlidFactory, isUlid, parseEventIdSeed, ulidFromSeed, ulidTimeMs } from "./ulid.ts";

/** Bytes that differ from call to call, the same in every test run. */
function fakeRandom(): (count: number) => Uint8Array {
  let state = 1;
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    });
}

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The layout by definition: 48 bits of time, then 80 bits, five bits a character. */
function encodeSlowly(atMs: number, entropy: bigint): string {
  let value = (BigInt(atMs) << 80n) | entropy;
  let text = "";
  for (let index = 0; index < 26; index += 1) {
    text = ALPHABET.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return text;
}

describe("createUlidFactory", () => {
  it("strictly increases for any times, also when the clock steps back", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 }), { minLength: 2, maxLength: 200 }), (times) => {
        const next = createUlidFactory(fakeRandom());
        const ids = times.map((time) => next(1_700_000_000_000 + time));
        expect(ids).toEqual([...new Set(ids)].toSorted());
        expect(ids.every(isUlid)).toBe(true);
      }),
    );
  });

  it("holds the time that was passed in, to the last millisecond that fits", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 48 - 1 }), (atMs) => {
        expect(ulidTimeMs(createUlidFactory(fakeRandom())(atMs))).toBe(atMs);
      }),
    );
  });

  it("counts up within a millisecond, with the carry into the upper half", () => {
    const next = createUlidFactory(() => Uint8Array.from([0, 0, 0, 0, 1, 255, 255, 255, 255, 255]));
    const base = (1n << 40n) | 0xff_ffff_ffffn;
    expect(next(5)).toBe(encodeSlowly(5, base));
    expect(next(5)).toBe(encodeSlowly(5, base + 1n));
    expect(next(4)).toBe(encodeSlowly(5, base + 2n));
  });

  it("clears the top bit of the randomness so that counting cannot run over", () => {
    const next = createUlidFactory(() => new Uint8Array(10).fill(255));
    expect(next(1)).toBe(encodeSlowly(1, (1n << 79n) - 1n));
    expect(next(1)).toBe(encodeSlowly(1, 1n << 79n));
  });

  it("refuses a time that no ULID can hold", () => {
    const next = createUlidFactory(fakeRandom());
    for (const atMs of [2 ** 48, Number.POSITIVE_INFINITY]) {
      expect(() => next(atMs)).toThrow(RangeError);
    }
  });
});

describe("ulidTimeMs and isUlid", () => {
  it("reads lower case too and refuses what is not a ULID", () => {
    expect(ulidTimeMs("01arz3ndektsv4rrffq69g5fav")).toBe(1_469_922_850_259);
    for (const text of ["", "01ARZ3NDEKTSV4RRFFQ69G5FA", "8".repeat(26), "U".repeat(26)]) {
      expect(isUlid(text)).toBe(false);
      expect(() => ulidTimeMs(text)).toThrow(/not a ULID/);
    }
  });
});

describe("seeded ids", () => {
  it("adds the event's number into the last four bytes", () => {
    const entropy = Uint8Array.from([1, 2, 3, 4, 5, 6, 0, 0, 0, 250]);
    const header = `1700000000000,${Buffer.from(entropy).toString("base64")}`;
    const seed = parseEventIdSeed(header);
    expect(seed).toEqual({ atMs: 1_700_000_000_000, entropy });
    if (seed === undefined) throw new Error("unreachable");
    for (const index of [0, 1, 10]) {
      const value = BigInt(`0x${Buffer.from(entropy).toString("hex")}`) + BigInt(index);
      expect(ulidFromSeed(seed, index)).toBe(encodeSlowly(seed.atMs, value));
    }
  });

  it("wraps within the four bytes, as a 32-bit addition does", () => {
    const entropy = new Uint8Array(10).fill(255);
    const id = ulidFromSeed({ atMs: 1, entropy }, 1);
    expect(id).toBe(encodeSlowly(1, ((1n << 48n) - 1n) << 32n));
  });

  it("takes a malformed header as no seed", () => {
    const tenBytes = Buffer.alloc(10).toString("base64");
    const nineBytes = Buffer.alloc(9).toString("base64");
    const headers = [
      undefined,
      "",
      tenBytes,
      `,${tenBytes}`,
      `x,${tenBytes}`,
      `-1,${tenBytes}`,
      `0,${tenBytes}`,
      `999999999999999,${tenBytes}`,
      `1700000000000,${nineBytes}`,
      `1700000000000,${tenBytes},1`,
    ];
    for (const header of headers) expect(parseEventIdSeed(header)).toBeUndefined();
  });
});
