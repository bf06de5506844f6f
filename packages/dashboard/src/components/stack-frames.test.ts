// Which lines of a stack are the app's, which are folded, and which head is left out.
import { describe, expect, it } from "vitest";
import { foldLibraries, stackLines } from "./stack-frames.ts";

const HEAD = { name: "TypeError", message: "x is\nnot a function" };
const OWN = "    at charge (file:///app/src/charge.ts:3:9)";
const NODE = "    at process.processTimers (node:internal/timers:615:9)";
const PACKAGE = "    at async run (/app/node_modules/everstep/dist/index.js:1:2)";

const stackOf = (...lines: string[]): string =>
  [`${HEAD.name}: ${HEAD.message}`, ...lines].join("\n");

describe("stackLines", () => {
  it("leaves out the head that repeats name and message, also over several lines", () => {
    expect(stackLines(stackOf(OWN), HEAD)).toEqual([{ text: OWN, kind: "own" }]);
  });

  it("keeps a head that says something else", () => {
    const lines = stackLines(`RangeError: other\n${OWN}`, HEAD);
    expect(lines.map(({ kind }) => kind)).toEqual(["text", "own"]);
  });

  it.each([
    [OWN, "own"],
    [NODE, "library"],
    [PACKAGE, "library"],
    ["    at new Promise (<anonymous>)", "library"],
    ["    at node:internal/x:1:1", "library"],
    ["    at C:\\app\\node_modules\\p\\i.js:1:1", "library"],
    ["    at /app/src/node_modules.ts:1:1", "own"],
    ["Caused by nothing", "text"],
  ])("takes %j for %s", (line, kind) => {
    expect(stackLines(stackOf(line), HEAD)).toEqual([{ text: line, kind }]);
  });
});

describe("foldLibraries", () => {
  it("folds frames of libraries that follow each other", () => {
    const parts = foldLibraries(stackLines(stackOf(OWN, NODE, PACKAGE, OWN, NODE), HEAD));
    expect(parts.map((part) => (part.kind === "folded" ? part.lines.length : part.kind))).toEqual([
      "line",
      2,
      "line",
      "line",
    ]);
  });

  it("folds nothing where no frame is the app's", () => {
    const parts = foldLibraries(stackLines(stackOf(NODE, PACKAGE), HEAD));
    expect(parts.map(({ kind }) => kind)).toEqual(["line", "line"]);
  });
});
