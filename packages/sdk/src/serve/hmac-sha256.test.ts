// The two implementations are interchangeable, whatever the texts hold.
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

  it("gives the same digits either way, for any text", () => {
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(text, text, (key, body) => {
        expect(hmacSha256(key, body)).toBe(hmacInJavaScript(key, body));
      }),
    );
  });
});
