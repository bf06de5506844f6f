// The two implementations are interchangeable, whatever the texts hold.
import fc from "fast-check";
import { bytesToHex } from "@noble/hashes/utils.js";
import { describe, expect, it } from "vitest";
import { hmacInJavaScript, hmacSha256 } from "./hmac-sha256.ts";

describe("hmacSha256", () => {
  it("is the platform's own where there is one", () => {
    expect(hmacSha256).not.toBe(hmacInJavaScript);
  });

  it("gives the bytes of RFC 4231, case 2", () => {
    const expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    for (const hmac of [hmacSha256, hmacInJavaScript]) {
      expect(bytesToHex(hmac("Jefe", "what do ya ", "want for nothing?"))).toBe(expected);
    }
  });

  it("gives the same bytes either way, for any text", () => {
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(text, text, text, (key, first, second) => {
        const plain = bytesToHex(hmacInJavaScript(key, first, second));
        expect(bytesToHex(hmacSha256(key, first, second))).toBe(plain);
      }),
    );
  });
});
