// SPEC.md and the tests hold each other: every rule is cited by a test name, every cited rule exists.
// A rule is a list item `- [R1] text`; a test, or a group of tests, cites it by opening its name with `[R1]` or `[R1, R2]`.
import type { Argument, Expression, MemberExpression } from "oxc-parser";
import { describe, expect, it } from "vitest";
import { readLines } from "./repository.ts";
import { parseSource, sourceFiles, visit } from "./source-file.ts";
import type { SourceFile } from "./source-file.ts";

interface Mention {
  readonly id: string;
  readonly where: string;
}

const SPEC = "packages/core/SPEC.md";
const RULE = /^\s*[-*] (?:\*\*)?\[([A-Z]{1,4}\d+)\]/;
const CITATION = /\[([A-Z]{1,4}\d+(?:\s*,\s*[A-Z]{1,4}\d+)*)\]/g;

function specRules(): Mention[] {
  return readLines(SPEC).flatMap((line, index) => {
    const id = RULE.exec(line)?.[1];
    return id === undefined ? [] : [{ id, where: `${SPEC}:${index + 1}` }];
  });
}

/** `it`, `it.each(…)`, `describe.for(…)` and the like start with these words. A skipped test proves nothing. */
const TEST_WORDS: ReadonlySet<string> = new Set(["it", "test", "describe"]);

function isTestCall(callee: Expression): boolean {
  if (callee.type === "Identifier") return TEST_WORDS.has(callee.name);
  if (callee.type === "MemberExpression") return !isSkipped(callee) && isTestCall(callee.object);
  if (callee.type === "CallExpression") return isTestCall(callee.callee);
  return callee.type === "TaggedTemplateExpression" && isTestCall(callee.tag);
}

function isSkipped(callee: MemberExpression): boolean {
  return callee.property.type === "Identifier" && /^(skip|todo)$/.test(callee.property.name);
}

function titleOf(argument: Argument | undefined): string {
  if (argument?.type === "Literal" && typeof argument.value === "string") return argument.value;
  if (argument?.type !== "TemplateLiteral") return "";
  return argument.quasis.map((quasi) => quasi.value.raw).join("…");
}

function citations(source: SourceFile): Mention[] {
  const mentions: Mention[] = [];
  visit(source, {
    CallExpression: (node) => {
      if (!isTestCall(node.callee)) return;
      for (const [, ids = ""] of titleOf(node.arguments[0]).matchAll(CITATION)) {
        const where = `${source.file}:${source.lineAt(node.start)}`;
        for (const id of ids.split(",")) mentions.push({ id: id.trim(), where });
      }
    },
  });
  return mentions;
}

const rules = specRules();
// The SDK and the seeds cite the rules R1 to R26 of the seeds' audit, which tests/seeds lists.
const cited = sourceFiles(
  /^(packages\/(?!sdk\/)[^/]+\/src\/.*\.test\.ts|tests\/(?!tidy\/|seeds\/).*\.ts)$/,
).flatMap(citations);

function without(mentions: readonly Mention[], known: readonly Mention[]): string[] {
  const ids = new Set(known.map(({ id }) => id));
  return mentions.filter(({ id }) => !ids.has(id)).map(({ id, where }) => `${where} [${id}]`);
}

describe("SPEC.md and the tests", () => {
  it("finds citations in plain, templated and parametrised names", () => {
    const source = parseSource(
      "sample.test.ts",
      'it("[R1] a", f); it.skip("[S1] off", f); test.each([1])("[T2, T3] b %s", f); it(`[W4] ${x}`, f); call("[R9] no", f);',
    );
    expect(citations(source).map(({ id }) => id)).toEqual(["R1", "T2", "T3", "W4"]);
  });

  it("SPEC.md has rules, each id once", () => {
    expect(rules.length).toBeGreaterThan(0);
    const repeated = rules.filter((rule, index) =>
      rules.slice(0, index).some((earlier) => earlier.id === rule.id),
    );
    expect(repeated.map(({ id, where }) => `${where} [${id}]`)).toEqual([]);
  });

  it("every rule is cited by a test", () => {
    expect(without(rules, cited)).toEqual([]);
  });

  it("every cited rule exists", () => {
    expect(without(cited, rules)).toEqual([]);
  });
});
