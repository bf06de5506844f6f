// Canonical JSON: against RFC 8785 by example, against the `canonicalize` package that SDKs verify with, and by property.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalizeText, canonicalJson } from "./canonical-json.ts";
import { LIMITS } from "./limits.ts";

/** Comes with the official SDKs, which canonicalize with it before they verify; hence by path, not as our dependency. */
const { default: canonicalize } = (await import(
  new URL("../../../node_modules/canonicalize/lib/canonicalize.js", import.meta.url).href
)) as { default: (value: unknown) => string };

describe("canonicalJson", () => {
  it("sorts keys by UTF-16 code units at every level, also keys that look like numbers", () => {
    const value = { b: 1, "10": 2, "9": 3, a: [{ d: 1, c: { z: 0, y: 0 } }], "€": 4, "\r": 5 };
    expect(canonicalJson(value)).toBe(
      '{"\\r":5,"10":2,"9":3,"a":[{"c":{"y":0,"z":0},"d":1}],"b":1,"€":4}',
    );
  });

  it("puts a surrogate pair before U+FB33, as RFC 8785 asks", () => {
    expect(canonicalJson({ "\ufb33": 1, "\u{1f600}": 2 })).toBe('{"\u{1f600}":2,"\ufb33":1}');
  });

  it("writes numbers in their shortest form", () => {
    const numbers = "[333333333.33333329,1E30,4.50,2e-3,1e-27,-0,1e21,100000000000000000000]";
    expect(canonicalizeText(`{"b":${numbers},"a":0}`)).toBe(
      '{"a":0,"b":[333333333.3333333,1e+30,4.5,0.002,1e-27,0,1e+21,100000000000000000000]}',
    );
  });

  it("treats undefined, NaN, dates and lone surrogates as JSON.stringify does, sorted or not", () => {
    for (const keys of [
      ["a", "b"],
      ["b", "a"],
    ]) {
      const value = Object.fromEntries(
        keys.map((key) => [key, [undefined, Number.NaN, new Date(0), "\ud800", () => 1]]),
      );
      const list = '[null,null,"1970-01-01T00:00:00.000Z","\\ud800",null]';
      expect(canonicalJson({ ...value, c: undefined })).toBe(`{"a":${list},"b":${list}}`);
    }
    expect(canonicalJson(undefined)).toBe("null");
  });

  it("honours toJSON of class instances and of plain objects, and sorts what it gives", () => {
    const custom = { toJSON: () => ({ b: 1, a: 2 }) };
    expect(canonicalJson({ z: new URL("http://a.test/"), custom })).toBe(
      '{"custom":{"a":2,"b":1},"z":"http://a.test/"}',
    );
    expect(canonicalJson(custom)).toBe('{"a":2,"b":1}');
  });

  it("keeps a key named __proto__ that came from JSON", () => {
    expect(canonicalizeText('{"b":1,"__proto__":{"x":1}}')).toBe('{"__proto__":{"x":1},"b":1}');
  });

  it("sorts objects of many keys", () => {
    const keys = Array.from({ length: 100 }, (_, index) => `k${(index * 37) % 100}`);
    const value = Object.fromEntries(keys.map((key) => [key, 0]));
    expect(canonicalJson(value)).toBe(canonicalize(value));
  });

  it("refuses nesting beyond the bound instead of overflowing the stack", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(canonicalizeText(nested(LIMITS.jsonDepthMax))).toBe(nested(LIMITS.jsonDepthMax));
    expect(() => canonicalizeText(nested(LIMITS.jsonDepthMax + 1))).toThrow(/deeper than 1000/);
    const unsorted = `{"b":1,"a":${nested(LIMITS.jsonDepthMax)}}`;
    expect(() => canonicalizeText(unsorted)).toThrow(/deeper than 1000/);
  });

  it("agrees with the official SDKs' canonicalizer on any JSON value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
    );
  });

  it("is a fixed point that keeps the value", () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: "binary" }), (text) => {
        const canonical = canonicalizeText(text);
        expect(canonicalizeText(canonical)).toBe(canonical);
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(JSON.parse(text))));
      }),
    );
  });
});
