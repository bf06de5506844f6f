// The cache of compiled expressions: same object on a hit, bounded in entries and characters, errors not kept.
import { expect, it } from "vitest";
import { compileCached, createExpressionCache } from "./expression-cache.ts";

it("compiles a text once", () => {
  expect(compileCached("async.data.a == 1")).toBe(compileCached("async.data.a == 1"));
});

it("keeps what is used and forgets what is not, within its size", () => {
  const cache = createExpressionCache(4, 1_000);
  const used = cache.compile("0 == 0");
  const unused = cache.compile("-1 == -1");
  for (let n = 1; n <= 20; n++) {
    cache.compile(`${n} == ${n}`);
    expect(cache.compile("0 == 0")).toBe(used);
    expect(cache.size).toBeLessThanOrEqual(4);
  }
  expect(cache.compile("-1 == -1")).not.toBe(unused);
});

it("stays within its characters", () => {
  const cache = createExpressionCache(100, 60);
  const text = (letter: string): string => `"${letter.repeat(12)}"`;
  for (const letter of "abcdefgh") {
    cache.compile(text(letter));
    expect(cache.size).toBeLessThanOrEqual(4);
  }
  const kept = cache.compile(text("h"));
  cache.compile(`"${"x".repeat(50)}"`);
  expect(cache.compile(text("h"))).toBe(kept);
});

it("does not keep what fails to compile", () => {
  const cache = createExpressionCache(2, 1_000);
  expect(() => cache.compile("1 ==")).toThrow("is not valid");
  expect(cache.size).toBe(0);
});
