// R17: what JSON has no form for comes back as what it was; hostile maps change nothing.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromTaggedJson, toTaggedJson } from "./tagged-values.ts";

const AT = new Date("2026-01-02T03:04:05.006Z");
const ISO = AT.toISOString();

function overTheWire(value: unknown): unknown {
  const { json, tags } = toTaggedJson(value);
  const sent = JSON.parse(JSON.stringify({ json, tags })) as { json: unknown; tags: unknown };
  return fromTaggedJson(sent.json, sent.tags);
}

describe("toTaggedJson", () => {
  it("leaves what JSON can say as it is, the same object", () => {
    const value = { a: [1, { b: null }], c: "text", d: undefined };
    expect(toTaggedJson(value)).toEqual({ json: value });
    expect(toTaggedJson(value).json).toBe(value);
  });

  it("writes plain JSON that anybody can read, and the places beside it", () => {
    const value = {
      at: AT,
      big: 12n,
      bytes: new Uint8Array([1, 2, 255]),
      map: new Map([["k", AT]]),
      set: new Set([1, 2]),
      plain: { n: 1 },
    };
    expect(toTaggedJson(value)).toEqual({
      json: {
        at: ISO,
        big: "12",
        bytes: "AQL/",
        map: [["k", ISO]],
        set: [1, 2],
        plain: { n: 1 },
      },
      tags: {
        at: "date",
        big: "bigint",
        bytes: "bytes",
        map: ["map", [["date"]]],
        set: "set",
      },
    });
    expect(value.at).toBe(AT);
  });

  it("needs one map for all items of a list, whatever some of them lack", () => {
    const items = [{ at: AT }, { at: null }, {}, { at: AT, end: AT }];
    expect(toTaggedJson({ items }).tags).toEqual({ items: [{ at: "date", end: "date" }] });
    expect(overTheWire({ items })).toEqual({ items });
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`u${n}`, { at: AT }]));
    expect(toTaggedJson(many).tags).toEqual([{ at: "date" }]);
    expect(overTheWire(many)).toEqual(many);
  });

  it("does not make a date of a text beside one", () => {
    const value = [AT, ISO, { at: ISO }, { at: AT }];
    expect(toTaggedJson(value).tags).toEqual({ "0": "date", "3": { at: "date" } });
    expect(overTheWire(value)).toEqual(value);
  });

  it("leaves a value's own toJSON alone, and an app's own form of bigints", () => {
    const money = { toJSON: () => "5 EUR", at: AT };
    expect(toTaggedJson({ money })).toEqual({ json: { money } });
    const prototype = BigInt.prototype as { toJSON?: () => string };
    prototype.toJSON = () => "own";
    try {
      expect(overTheWire({ big: 1n, at: AT })).toEqual({ big: "own", at: AT });
    } finally {
      delete prototype.toJSON;
    }
  });

  it("brings errors back with their class, name and cause", () => {
    const error = new TypeError("wrong", { cause: new RangeError("why") });
    const back = (overTheWire({ error }) as { error: TypeError }).error;
    expect(back).toBeInstanceOf(TypeError);
    expect([back.message, (back.cause as Error).name]).toEqual(["wrong", "RangeError"]);
  });

  it("ends for data that refers to itself, however it branches", () => {
    const nodes = Array.from({ length: 40 }, (): Record<string, unknown> => ({}));
    for (const node of nodes) nodes.forEach((other, n) => (node[`n${n}`] = other));
    expect(toTaggedJson(nodes).tags).toBeUndefined();
    const self: Record<string, unknown> = { at: AT };
    self["self"] = self;
    expect(toTaggedJson(self)).toMatchObject({ json: { at: ISO }, tags: { at: "date" } });
  });

  it("leaves a date that is none to JSON", () => {
    expect(overTheWire({ at: new Date(Number.NaN) })).toEqual({ at: null });
  });

  it("gives every tree of values back", () => {
    const leaf = fc.oneof(
      fc.date({ noInvalidDate: true, min: new Date(-1e15), max: new Date(1e15) }),
      fc.bigInt(),
      fc.uint8Array(),
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(ISO),
    );
    // A member called __proto__ arrives as plain JSON: setting it would change the prototype.
    const name = fc.string().filter((text) => text !== "__proto__");
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie("tree"), { maxLength: 5 }),
        fc.dictionary(name, tie("tree"), { maxKeys: 12 }),
        fc.array(fc.tuple(fc.string(), tie("tree")), { maxLength: 4 }).map((all) => new Map(all)),
        fc.uniqueArray(fc.integer(), { maxLength: 4 }).map((all) => new Set(all)),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        // Objects without a prototype, which fast-check makes, come back with one.
        expect(overTheWire(value)).toEqual(withPrototypes(value));
      }),
      { numRuns: 500 },
    );
  });
});

function withPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPrototypes);
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [k, withPrototypes(v)]));
  if (typeof value !== "object" || value === null) return value;
  if (![null, Object.prototype].includes(Object.getPrototypeOf(value) as null)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withPrototypes(v)]));
}

describe("fromTaggedJson", () => {
  it("ignores maps that do not fit", () => {
    const json = { at: "soon", n: 1, list: [ISO], text: "x" };
    const maps: unknown[] = [
      null,
      7,
      "date",
      "unknown",
      [],
      ["map", "date"],
      ["set", ["set", ["set"]]],
      [[[["date"]]]],
      { at: "date", n: "bigint", list: "map", text: ["error", {}], missing: "date" },
      { at: { x: "date" }, n: ["date"], list: { length: "date", push: "date" } },
      { text: "bigint", constructor: "date", toString: { call: "date" } },
    ];
    for (const map of maps) expect(fromTaggedJson(json, map)).toEqual(json);
    expect(json).toEqual({ at: "soon", n: 1, list: [ISO], text: "x" });
  });

  it("does not touch prototypes", () => {
    const json = JSON.parse(
      `{"__proto__":{"at":"${ISO}"},"constructor":{"prototype":{"at":"${ISO}"}}}`,
    ) as object;
    const tags = JSON.parse(
      '{"__proto__":{"at":"date"},"constructor":{"prototype":{"at":"date"}},"x":"date"}',
    ) as object;
    const result = fromTaggedJson(json, tags) as { constructor: { prototype: object } };
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(result.constructor)).toBe(Object.prototype);
    expect(({} as { at?: unknown }).at).toBeUndefined();
  });

  it("takes no time over large or deep maps", () => {
    let deep: unknown = "date";
    for (let n = 0; n < 5_000; n += 1) deep = ["set", deep];
    expect(fromTaggedJson({ at: [ISO] }, { at: deep })).toEqual({ at: [ISO] });
    const big = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`k${n}`, "date"]));
    expect(fromTaggedJson({ k1: ISO }, big)).toEqual({ k1: AT });
    expect(fromTaggedJson({ n: "9".repeat(100_000) }, { n: "bigint" })).toEqual({
      n: "9".repeat(100_000),
    });
  });

  it("changes nothing in place", () => {
    const json = Object.freeze({ a: Object.freeze({ at: ISO }), b: Object.freeze({}) });
    const result = fromTaggedJson(json, { a: { at: "date" } }) as typeof json;
    expect(result).toEqual({ a: { at: AT }, b: {} });
    expect(result.b).toBe(json.b);
  });

  it("never throws, whatever the map", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.jsonValue({ maxDepth: 5 }), (json, map) => {
        fromTaggedJson(json, map);
      }),
    );
  });
});
