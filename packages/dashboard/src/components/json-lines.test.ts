// What a payload looks like as lines: folded, cut, and unable to mislead the eye.
import { describe, expect, it } from "vitest";
import { toJsonLines, visibleText } from "./json-lines.ts";

const textsOf = (value: unknown, folds = new Map<string, boolean>()): string[] =>
  toJsonLines(value, folds).map(
    ({ depth, key, text, comma }) =>
      `${" ".repeat(depth)}${key === undefined ? "" : `${key}: `}${text}${comma ? "," : ""}`,
  );

describe("JSON lines", () => {
  it("shows values as JSON writes them", () => {
    expect(textsOf({ a: 1, b: ["x", null, true], c: {}, d: [] })).toEqual([
      "{",
      ' "a": 1,',
      ' "b": [',
      '  "x",',
      "  null,",
      "  true",
      " ],",
      ' "c": {},',
      ' "d": []',
      "}",
    ]);
  });

  it.each([
    ["<b>", '"<b>"'],
    [5, "5"],
    [null, "null"],
    [undefined, "undefined"],
  ])("shows %s alone", (value, text) => {
    expect(textsOf(value)).toEqual([text]);
  });

  it("folds what is deep or long, and unfolds it by its path", () => {
    const value = { a: { "b/c": { d: [1] } }, long: Array.from({ length: 101 }, () => 0) };
    const lines = toJsonLines(value, new Map());
    const deep = lines.find(({ key }) => key === '"d"');
    expect(deep).toMatchObject({ path: "/a/b~1c/d", fold: { isOpen: false, size: 1 } });
    expect(lines.find(({ key }) => key === '"long"')?.fold).toEqual({ isOpen: false, size: 101 });
    const open = textsOf(
      value,
      new Map([
        ["/a/b~1c/d", true],
        ["", true],
      ]),
    );
    expect(open).toContain("    1");
    expect(textsOf(value, new Map([["", false]]))).toEqual(["{"]);
  });

  it("bears a value that is nested 100,000 deep", () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) value = [value];
    expect(toJsonLines(value, new Map())).toHaveLength(7);
  });

  it("has a path of its own for every line", () => {
    const paths = toJsonLines({ a: [[1], [2]], "]": [3] }, new Map()).map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it("cuts a text of a megabyte and keeps the whole at hand", () => {
    const text = "x".repeat(1_000_000);
    const [line] = toJsonLines(text, new Map());
    expect(line?.text.length).toBeLessThan(2_100);
    expect(line?.whole).toBe(text);
  });
});

describe("visible text", () => {
  it.each([
    ["a\u202Eb", "a\\u202eb"],
    ["\u001B[31mred", "\\u001b[31mred"],
    ["\u200B\uFEFF", "\\u200b\\ufeff"],
    ["\uD800", "\\ud800"],
    ["line\nnext\tcell", "line\nnext\tcell"],
    ["שלום 😀", "שלום 😀"],
  ])("writes %j as %j", (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });
});
