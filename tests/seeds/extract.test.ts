// The documents and the table of sdk.md 6.3 agree: the same fences at the same lines, and a test for every row that can run.
import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { extractSamples, listDocuments, readSamples } from "./harness/extract.ts";
import { PARTS, ROWS, RULES_ELSEWHERE } from "./harness/rows.ts";

const FOLDER = new URL("./", import.meta.url);
const RULES = Array.from({ length: 26 }, (_, index) => `R${index + 1}`).filter(
  (id) => !(id in RULES_ELSEWHERE),
);

/**
 * Ids in square brackets at the beginning of test titles: `it("[000#02] …"`. Rules stand as `[seeds R3]`, because `[R3]` is a
 * rule of the core's specification.
 */
function testedIds(): string[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".test.ts"));
  const texts = files.map((file) => readFileSync(new URL(file, FOLDER), "utf8"));
  return texts.flatMap((text) =>
    [...text.matchAll(/\bit\(\s*["`]((?:\[[\w# ]+\])+)/g)].flatMap(([, ids = ""]) =>
      [...ids.matchAll(/\[(?:seeds )?([\w#]+)\]/g)].map(([, id = ""]) => id),
    ),
  );
}

describe("the seed documents", () => {
  it("are five, with 100 fences where the table says", () => {
    expect(listDocuments()).toEqual(["000", "001", "002", "003", "004"]);
    const found = readSamples().map(({ id, lines }) => ({ id, lines }));
    expect(found).toEqual(ROWS.map(({ id, lines }) => ({ id, lines })));
    expect(found).toHaveLength(100);
  });

  it("a row that does not run whole says why", () => {
    const silent = ROWS.filter(({ verdict, note }) => verdict !== "runs" && note === undefined);
    const layouts = silent.filter(({ verdict }) => verdict === "text").map(({ id }) => id);
    expect(silent).toHaveLength(layouts.length);
    const languages = new Map(readSamples().map(({ id, language }) => [id, language]));
    expect(layouts.filter((id) => languages.get(id) === "typescript")).toEqual([]);
  });

  it("parts lie within their fence", () => {
    for (const { id, lines, verdict } of ROWS) {
      expect([id, verdict === "parts"]).toEqual([id, id in PARTS]);
      for (const [from, to] of PARTS[id] ?? []) {
        expect([id, lines[0] < from && from <= to && to < lines[1]]).toEqual([id, true]);
      }
    }
  });

  it("every row that is a program and every rule R1 to R26 has a test named by its id", () => {
    const tested = new Set(testedIds());
    const programs = ROWS.filter(({ verdict }) => verdict !== "text").map(({ id }) => id);
    const missing = [...programs, ...RULES].filter((id) => !tested.has(id));
    expect(missing).toEqual([]);
    const known = new Set([...programs, ...RULES]);
    expect([...tested].filter((id) => !known.has(id))).toEqual([]);
  });
});

describe("cutting out fences", () => {
  it("keeps the text, numbers the fences and refuses an open one", () => {
    const text = "# T\n```ts\na\n  b\n```\n\n```\nc\n```\n";
    expect(extractSamples("009", text)).toEqual([
      { id: "009#01", document: "009", language: "ts", lines: [2, 5], text: "a\n  b" },
      { id: "009#02", document: "009", language: "", lines: [7, 9], text: "c" },
    ]);
    expect(() => extractSamples("009", "```ts\na")).toThrow("line 1 is not closed");
  });
});
