// All ways to the digits are interchangeable, whatever key and text hold.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hmacInJavaScript, hmacSha256 } from "./hmac-sha256.ts";

describe("hmacSha256", () => {
  it("is the platform's own where there is one", () => {
    expect(hmacSha256).not.toBe(hmacInJavaScript);
  });

  it("gives the digits of RFC 4231, case 2", () => {
    const expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    for (const hmac of [hmacSha256, hmacInJavaScript]) {
      expect(hmac("Jefe", "what do ya want for nothing?")).toBe(expected);
    }
  });

  it.each([
    ["of no character", ""],
    ["of a block", "5a".repeat(32)],
    ["longer than a block", "5a".repeat(33)],
    ["beyond ASCII", "schlüssel☃"],
  ])("takes a key %s, also between other keys", (_, key) => {
    const expected = hmacInJavaScript(key, '{"é":"☃\ud800"}');
    expect(hmacSha256(key, '{"é":"☃\ud800"}')).toBe(expected);
    expect(hmacSha256("other", "text")).toBe(hmacInJavaScript("other", "text"));
    expect(hmacSha256(key, '{"é":"☃\ud800"}')).toBe(expected);
  });

  it("gives the same digits either way, for any key and text", () => {
    const anything = fc.string({ unit: "binary", maxLength: 200 });
    const ascii = fc.string({ unit: "binary-ascii", maxLength: 70 });
    fc.assert(
      fc.property(fc.oneof(ascii, anything), anything, (key, text) => {
        expect(hmacSha256(key, text)).toBe(hmacInJavaScript(key, text));
      }),
    );
  });
});
