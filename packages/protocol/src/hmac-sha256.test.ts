// Against the HMAC of node:crypto, for any key and text.
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hmacSha256 } from "./hmac-sha256.ts";

function expected(key: string, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

describe("hmacSha256", () => {
  it.each([
    ["of no character", ""],
    ["of a block", "5a".repeat(32)],
    ["longer than a block", "5a".repeat(33)],
    ["beyond ASCII", "schlüssel☃"],
  ])("takes a key %s, also between other keys", (_, key) => {
    const text = '{"é":"☃\ud800"}';
    expect(hmacSha256(key, text)).toBe(expected(key, text));
    expect(hmacSha256("other", "")).toBe(expected("other", ""));
    expect(hmacSha256(key, text)).toBe(expected(key, text));
  });

  it("gives the digits of node:crypto for anything", () => {
    const anything = fc.string({ unit: "binary", maxLength: 200 });
    fc.assert(
      fc.property(anything, anything, (key, text) => {
        expect(hmacSha256(key, text)).toBe(expected(key, text));
      }),
    );
  });
});
