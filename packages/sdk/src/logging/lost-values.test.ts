// What is certain to be lost is found, with its path; what JSON keeps, or changes as the types say, is not.
import { describe, expect, it } from "vitest";
import { findLoss } from "./lost-values.ts";

const circular: Record<string, unknown> = { name: "a" };
circular["self"] = circular;
const shared = { n: 1 };

describe("findLoss", () => {
  it.each([
    ["a map", { m: new Map([[1, 2]]) }, "result.m", "a Map becomes {}"],
    ["a set in a list", [[new Set([1])]], "result[0][0]", "a Set becomes {}"],
    ["a bigint", { sum: 1n }, "result.sum", "a bigint is left out"],
    ["not a number", Number.NaN, "result", "NaN becomes null"],
    ["a promise", { p: Promise.resolve(1) }, "result.p", "a Promise that is not awaited"],
    ["an error", { error: new TypeError("no") }, "result.error", "an Error loses its message"],
    ["bytes", new Uint8Array(2), "result", "bytes become an object"],
    ["a circle", circular, "result.self", "a circular reference becomes a text"],
  ])("names %s", (_name, value, path, what) => {
    expect(findLoss(value, "result")).toEqual({ path, what: expect.stringContaining(what) });
  });

  it.each([
    ["plain data", { a: [1, "b", null, true] }],
    ["dates", { at: new Date(0) }],
    ["what has a JSON form", { url: new URL("http://a.test"), bytes: Buffer.from("x") }],
    ["what is left out everywhere", { no: undefined, call: () => 1 }],
    ["one object twice", [shared, shared]],
    ["empty maps and sets", [new Map(), new Set()]],
  ])("says nothing of %s", (_name, value) => {
    expect(findLoss(value, "result")).toBeUndefined();
  });

  it("stops after 500 values, and at getters that throw", () => {
    const long = Array.from({ length: 600 }, (_, n) => (n === 599 ? Number.NaN : n));
    expect(findLoss(long, "result")).toBeUndefined();
    const hostile = Object.defineProperty({}, "x", {
      enumerable: true,
      get: () => {
        throw new Error("no");
      },
    });
    expect(findLoss(hostile, "result")).toBeUndefined();
  });
});
