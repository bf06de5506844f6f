// Times, counts and searches as they stand on the page and in the URL.
import { describe, expect, it } from "vitest";
import { bytesText, percentText } from "./number-text.ts";
import { listOf, oneOf, parseSearch, stringifySearch, textOf } from "./search-params.ts";
import { durationText, relativeTime } from "./time-text.ts";

describe("times", () => {
  it.each([
    [0, "now"],
    [12_900, "12 s ago"],
    [-180_000, "in 3 min"],
    [7_200_000, "2 h ago"],
    [5 * 86_400_000, "5 d ago"],
  ])("%d ms before now is %s", (agoMs, text) => {
    expect(relativeTime(1e12 - agoMs, 1e12)).toBe(text);
  });

  it.each([
    [0.4, "0 ms"],
    [340, "340 ms"],
    [1_240, "1.24 s"],
    [12_340, "12.3 s"],
    [192_000, "3 min 12 s"],
    [7_500_000, "2 h 5 min"],
    [86_400_000, "1 d"],
  ])("%d ms last %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe("numbers", () => {
  it.each([
    [1, "100 %"],
    [0.999_999, "99.9 %"],
    [0.666_7, "66.7 %"],
    [0.012, "1.20 %"],
    [0, "0 %"],
  ])("the share %d is %s", (share, text) => {
    expect(percentText(share)).toBe(text);
  });

  it("writes sizes", () => {
    expect([0, 999, 1_500, 2_500_000].map(bytesText)).toEqual(["0 B", "999 B", "1.5 kB", "2.5 MB"]);
  });
});

describe("the search of a URL", () => {
  it("is readable text in which lists repeat their name", () => {
    const search = { status: ["failed", "queued"], q: "a == 'b&c'", none: undefined, empty: "" };
    const text = stringifySearch(search);
    expect(text).toBe("?status=failed&status=queued&q=a+%3D%3D+%27b%26c%27");
    expect(parseSearch(text)).toEqual({ status: ["failed", "queued"], q: "a == 'b&c'" });
    expect(stringifySearch({})).toBe("");
  });

  it("gives pages what they understand and nothing else", () => {
    expect(textOf(["a", "b"])).toBe("a");
    expect(textOf({})).toBeUndefined();
    expect(listOf("a")).toEqual(["a"]);
    expect(listOf([1, ""])).toBeUndefined();
    expect(oneOf("c", ["a", "b"])).toBeUndefined();
    expect(oneOf("b", ["a", "b"])).toBe("b");
  });
});
