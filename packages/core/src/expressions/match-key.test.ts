// Which equality a wait is indexed by, and the canonical form of its value.
import { describe, expect, it } from "vitest";
import { bindEvent } from "./bind-event.ts";
import { compileExpression } from "./compile-expression.ts";
import { matchKeyOf, matchKeyValue } from "./match-key.ts";

const trigger = { data: { id: "u1", n: 5, ok: true } };
const keyOf = (source: string): unknown =>
  matchKeyOf(bindEvent(compileExpression(source), trigger));

describe("[X18] the equality", () => {
  it.each([
    ["async.data.id == event.data.id", { path: "data.id", value: "s:u1" }],
    ["event.data.id == async.data.id", { path: "data.id", value: "s:u1" }],
    ["async.data.n == event.data.n", { path: "data.n", value: "n:5" }],
    ["async.data.ok == event.data.ok", { path: "data.ok", value: "b:true" }],
    ['async["data"]["id"] == "x"', { path: "data.id", value: "s:x" }],
    ['async.name == "x"', { path: "name", value: "s:x" }],
    [
      "async.data.n == 5 && async.data.a > 1 && async.data.id == event.data.id",
      { path: "data.id", value: "s:u1" },
    ],
    [
      "async.data.ok == true && (async.data.n == 1 && async.data.x != 2)",
      { path: "data.n", value: "n:1" },
    ],
    ["async.data.a == async.data.b", undefined],
    ["async.data.id != event.data.id", undefined],
    ['async.data.id == "a" || async.data.id == "b"', undefined],
    ['!(async.data.id == "a")', undefined],
    ['(async.data.a || async.data.b) == "a"', undefined],
    ["async.data.id == null", undefined],
    ["async.data.list == [1]", undefined],
    ['async.data["a.b"] == "x"', undefined],
    ['async.data.items[0] == "x"', undefined],
    ['async == "x"', undefined],
    ['vars.id == "x"', undefined],
    ['lowercase(async.data.id) == "x"', undefined],
  ])("%s", (source, expected) => {
    expect(keyOf(source)).toEqual(expected);
  });
});

describe("[X19] the value", () => {
  const valueOf = (id: unknown): unknown => matchKeyValue({ data: { id } }, "data.id");

  it("agrees for equal numbers, whatever their form", () => {
    expect(keyOf("async.data.n == 1")).toEqual(keyOf("async.data.n == 1.0"));
    expect(keyOf("async.data.n == 1u")).toEqual({ path: "data.n", value: valueOf(1) });
    expect(keyOf("async.data.n == 0")).toEqual({ path: "data.n", value: valueOf(-0) });
    expect(keyOf("async.data.n == 9007199254740992")).toEqual({
      path: "data.n",
      value: valueOf(2 ** 53),
    });
    expect(keyOf("async.data.n == 1e300")).toEqual({ path: "data.n", value: valueOf(1e300) });
  });

  it("differs between text, number and boolean", () => {
    expect(
      new Set([valueOf("1"), valueOf(1), valueOf(true), valueOf("true"), valueOf("n:1")]).size,
    ).toBe(5);
  });

  it("has none for what cannot equal a literal", () => {
    for (const id of [undefined, null, [1], { a: 1 }]) expect(valueOf(id)).toBeUndefined();
    expect(matchKeyValue(undefined, "data.id")).toBeUndefined();
    expect(matchKeyValue({ data: "text" }, "data.length")).toBeUndefined();
    expect(matchKeyValue({ data: {} }, "data.constructor")).toBeUndefined();
  });

  it("is short and storable for every text", () => {
    for (const id of ["x".repeat(1_000_000), "a\u0000b", "\ud800", "line\nbreak"]) {
      expect(valueOf(id)).toMatch(/^h:\d+:\d+$/);
      expect(valueOf(id)).not.toBe(valueOf(`${id} `));
    }
    expect(valueOf("x".repeat(128))).toBe(`s:${"x".repeat(128)}`);
  });
});
