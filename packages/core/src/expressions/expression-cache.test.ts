// The cache of compiled expressions: same object on a hit, bounded in entries and characters, errors not kept.
import { expect, it } from "vitest";
import { compileCached, createExpressionCache } from "./expression-cache.ts";

it("compiles a text once", () => {
  expect(compileCached("async.data.a == 1")).toBe(compileCached("async.data.a == 1"));
});

it("forgets the least recently used entry beyond its size", () => {
  const cache = createExpressionCache(2, 1_000);
  const first = cache.compile("1 == 1");
  const second = cache.compile("2 == 2");
  cache.compile("1 == 1");
  cache.compile("3 == 3");
  expect(cache.size).toBe(2);
  expect(cache.compile("1 == 1")).toBe(first);
  expect(cache.compile("2 == 2")).not.toBe(second);
});

it("forgets entries when their texts add up to too much", () => {
  const cache = createExpressionCache(100, 30);
  const long = (letter: string): string => `"${letter.repeat(12)}"`;
  cache.compile(long("a"));
  cache.compile(long("b"));
  cache.compile(long("c"));
  expect(cache.size).toBe(2);
  cache.compile(`"${"d".repeat(50)}"`);
  expect(cache.size).toBe(0);
});

it("does not keep what fails to compile", () => {
  const cache = createExpressionCache(2, 1_000);
  expect(() => cache.compile("1 ==")).toThrow("is not valid");
  expect(cache.size).toBe(0);
});
