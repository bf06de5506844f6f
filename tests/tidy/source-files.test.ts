// What every source file keeps: an opening comment, a name that says what is inside, a bounded size, no loose ends.
// There is no list of exempted files; only folders of generated code are left out.
import type { Expression, Node } from "oxc-parser";
import { describe, expect, it } from "vitest";
import { FILES, readLines } from "./repository.ts";
import { parseSource, sourceFiles, visit } from "./source-file.ts";
import type { SourceFile } from "./source-file.ts";

const SOURCE_LINES_MAX = 300;
const TEST_LINES_MAX = 500;
const FUNCTION_LINES_MAX = 70;
const HEADER_LINES_MAX = 6;

const SOURCES = sourceFiles(/^(?!.*\/generated\/)/);
// `event-type` is a thing; `event-types` or `type` is a bucket.
const BUCKET_NAME = /(^|-)(utils?|helpers?|common|types|shared|misc)$|^type$/;
const TEST_FOLDERS = /^(tests|bench)\//;

// Put together from parts so that this file is not its own offender.
const LATER_MARK = ["TO", "DO"].join("");
const NEVER_MARK = ["FIX", "ME"].join("");
const FORBIDDEN_MARK = new RegExp(`\\b${NEVER_MARK}\\b|\\b${LATER_MARK}\\b(?!\\(#\\d+\\))`);
const MACHINE_FOLDERS = ["tmp", "work", "root", "home"];
const MACHINE_PATH = new RegExp(
  `(^|[\\s"'\`(=:,])/(${MACHINE_FOLDERS.join("|")})(?=[/"'\`\\s),]|$)`,
);

function isTest(file: string): boolean {
  return file.endsWith(".test.ts") || TEST_FOLDERS.test(file);
}

function headerComplaint(source: SourceFile): string | undefined {
  const firstCode = Math.min(...source.codeLines);
  const isShebang = source.text.startsWith("#!");
  const [first] = source.comments;
  const openingLine = isShebang ? 2 : 1;
  if (first === undefined || source.lineAt(first.start) > openingLine || firstCode < openingLine) {
    return "does not open with a comment";
  }
  let lastLine = source.lineAt(first.end);
  if (first.type === "Line") {
    for (const comment of source.comments.slice(1)) {
      if (comment.type !== "Line" || source.lineAt(comment.start) !== lastLine + 1) break;
      lastLine += 1;
    }
  }
  const count = lastLine - source.lineAt(first.start) + 1;
  return count > HEADER_LINES_MAX ? `opens with ${count} lines of comment` : undefined;
}

function calleeName(callee: Expression): string {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type === "MemberExpression") return calleeName(callee.object);
  return callee.type === "CallExpression" ? calleeName(callee.callee) : "";
}

/** Functions longer than the limit; the callback of a `describe` holds a suite and is measured by its file. */
function longFunctions(source: SourceFile): string[] {
  const suites = new Set<unknown>();
  const offenders: string[] = [];
  const measure = (node: Node): void => {
    if (suites.has(node)) return;
    const [first, last] = [source.lineAt(node.start), source.lineAt(node.end)];
    let count = 0;
    for (let line = first; line <= last; line += 1) count += source.codeLines.has(line) ? 1 : 0;
    if (count > FUNCTION_LINES_MAX) {
      offenders.push(`${source.file}:${first} a function of ${count} lines`);
    }
  };
  visit(source, {
    CallExpression: (node) => {
      if (calleeName(node.callee) === "describe")
        for (const each of node.arguments) suites.add(each);
    },
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  });
  return offenders;
}

function matchingLines(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    readLines(file).flatMap((line, index) =>
      pattern.test(line) ? [`${file}:${index + 1} ${line.trim().slice(0, 100)}`] : [],
    ),
  );
}

describe("source files", () => {
  it("every file opens with one comment of at most six lines", () => {
    const offenders = SOURCES.flatMap((source) => {
      const complaint = headerComplaint(source);
      return complaint === undefined ? [] : [`${source.file}:1 ${complaint}`];
    });
    expect(offenders).toEqual([]);
  });

  it("no name is a bucket", () => {
    const offenders = FILES.filter((file) =>
      file.split("/").some((part) => BUCKET_NAME.test(part.replace(/\..*$/, ""))),
    );
    expect(offenders).toEqual([]);
  });

  it("no file is longer than its limit", () => {
    const offenders = SOURCES.flatMap(({ file, codeLines }) => {
      const max = isTest(file) ? TEST_LINES_MAX : SOURCE_LINES_MAX;
      return codeLines.size > max ? [`${file}:1 ${codeLines.size} code lines, limit ${max}`] : [];
    });
    expect(offenders).toEqual([]);
  });

  it("no function is longer than its limit, in tests too", () => {
    expect(SOURCES.flatMap(longFunctions)).toEqual([]);
  });

  it("no unfinished marks without an issue", () => {
    const files = FILES.filter((file) => /\.(ts|js|mjs|sql|sh|yaml|yml)$|^\.ci\//.test(file));
    expect(matchingLines(files, FORBIDDEN_MARK)).toEqual([]);
  });

  it("no path of one machine", () => {
    const files = FILES.filter((file) => file !== "package-lock.json");
    expect(matchingLines(files, MACHINE_PATH)).toEqual([]);
  });
});

describe("the checks themselves", () => {
  it("a file without an opening comment, or with a long one, is found", () => {
    const header = (text: string): string | undefined => headerComplaint(parseSource("a.ts", text));
    expect(header("export const a = 1;\n// late")).toBe("does not open with a comment");
    expect(header("\n// late\nexport const a = 1;")).toBe("does not open with a comment");
    expect(header("// a\n// b\nexport const a = 1;")).toBeUndefined();
    expect(header(`${"// a\n".repeat(7)}export const a = 1;`)).toBe(
      "opens with 7 lines of comment",
    );
    expect(header(`/*\n${" * a\n".repeat(5)} */\nexport {};`)).toBe(
      "opens with 7 lines of comment",
    );
  });

  it("a long function is found, a long suite is not", () => {
    const body = "a();\n".repeat(80);
    const long = (text: string): number => longFunctions(parseSource("a.ts", text)).length;
    expect(long(`function f() {\n${body}}`)).toBe(1);
    expect(long(`describe("x", () => {\n${body}});`)).toBe(0);
    expect(long(`describe.each([1])("x", () => {\n${body}});`)).toBe(0);
    expect(long(`it("x", () => {\n${body}});`)).toBe(1);
  });

  it("bucket names, marks and machine paths are found", () => {
    expect(["types", "run-helpers", "util"].every((name) => BUCKET_NAME.test(name))).toBe(true);
    expect(["run-state", "typed", "shareholder"].some((name) => BUCKET_NAME.test(name))).toBe(
      false,
    );
    expect(FORBIDDEN_MARK.test(`// ${LATER_MARK} later`)).toBe(true);
    expect(FORBIDDEN_MARK.test(`// ${LATER_MARK}(#12) later`)).toBe(false);
    expect(MACHINE_PATH.test(`open("/${MACHINE_FOLDERS[0]}/x")`)).toBe(true);
    expect(MACHINE_PATH.test("https://example.com/work/x")).toBe(false);
  });
});
