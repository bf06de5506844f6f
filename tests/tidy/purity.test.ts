// core and protocol are pure: time, ids and randomness are arguments, nothing waits, nothing touches the outside.
// Held here over the syntax tree, because lint sees names only: `new Date(ms)` is pure, `new Date()` reads a clock.
import type {
  CallExpression,
  Expression,
  ImportDeclarationSpecifier,
  NewExpression,
} from "oxc-parser";
import { describe, expect, it } from "vitest";
import { parseSource, sourceFiles, visit } from "./source-file.ts";
import type { SourceFile } from "./source-file.ts";

/** `Object.member` pairs that read a clock or a random source. */
const IMPURE_MEMBERS: ReadonlySet<string> = new Set([
  "Date.now",
  "Math.random",
  "performance.now",
  "process.hrtime",
  "crypto.randomUUID",
  "crypto.getRandomValues",
]);

/** Global functions and objects that reach time, the environment or the network. */
const IMPURE_GLOBALS: ReadonlySet<string> = new Set([
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "process",
  "fetch",
  "console",
  "performance",
]);

const RANDOM_CRYPTO = /^(random|getRandom|generateKey|webcrypto)/;

/** Methods of a cron schedule that use the present moment when they get no argument. */
const CLOCK_DEFAULT_METHODS: ReadonlySet<string> = new Set(["nextRun", "nextRuns", "msToNext"]);

function memberName(expression: Expression): string | undefined {
  if (expression.type !== "MemberExpression" || expression.computed) return undefined;
  const { object, property } = expression;
  if (object.type !== "Identifier" || property.type !== "Identifier") return undefined;
  return `${object.name}.${property.name}`;
}

function impureCall(node: CallExpression): string | undefined {
  const { callee } = node;
  if (callee.type === "Identifier" && callee.name === "Date") return "Date() reads the clock";
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return undefined;
  const method = callee.property.name;
  if (node.arguments.length === 0 && CLOCK_DEFAULT_METHODS.has(method)) {
    return `${method}() without a moment reads the clock`;
  }
  return undefined;
}

function impureNew(node: NewExpression): string | undefined {
  if (node.callee.type !== "Identifier" || node.arguments.length > 0) return undefined;
  return node.callee.name === "Date" ? "new Date() reads the clock" : undefined;
}

/** Clock, randomness, timers and globals: refused in the sources and in the tests of a pure package. */
function impurities(source: SourceFile): string[] {
  const offenders: string[] = [];
  const report = (start: number, complaint: string | undefined): void => {
    if (complaint !== undefined) {
      offenders.push(`${source.file}:${source.lineAt(start)} ${complaint}`);
    }
  };
  visit(source, {
    CallExpression: (node) => {
      report(node.start, impureCall(node));
      if (node.callee.type === "Identifier" && IMPURE_GLOBALS.has(node.callee.name)) {
        report(node.start, `${node.callee.name}() is not pure`);
      }
    },
    NewExpression: (node) => report(node.start, impureNew(node)),
    MemberExpression: (node) => {
      const name = memberName(node);
      if (name !== undefined && IMPURE_MEMBERS.has(name)) report(node.start, `${name} is not pure`);
      else if (node.object.type === "Identifier" && IMPURE_GLOBALS.has(node.object.name)) {
        report(node.start, `${node.object.name} is not pure`);
      }
    },
  });
  return offenders;
}

function asyncCode(source: SourceFile): string[] {
  const offenders: string[] = [];
  const report = (start: number, what: string): void => {
    offenders.push(`${source.file}:${source.lineAt(start)} ${what}`);
  };
  const reportAsync = (node: { async: boolean; start: number }): void => {
    if (node.async) report(node.start, "an async function");
  };
  visit(source, {
    FunctionDeclaration: reportAsync,
    FunctionExpression: reportAsync,
    ArrowFunctionExpression: reportAsync,
    AwaitExpression: (node) => report(node.start, "await"),
    NewExpression: (node) => {
      if (node.callee.type === "Identifier" && node.callee.name === "Promise") {
        report(node.start, "new Promise");
      }
    },
  });
  return offenders;
}

function builtinImports(source: SourceFile): string[] {
  const allowed = source.file.startsWith("packages/protocol/") ? ["node:crypto"] : [];
  return source.imports
    .filter(({ specifier }) => specifier.startsWith("node:") && !allowed.includes(specifier))
    .map(({ specifier, line }) => `${source.file}:${line} imports ${specifier}`);
}

/** `*` stands for the whole module, which holds the random functions too. */
function importedName(entry: ImportDeclarationSpecifier): string {
  if (entry.type !== "ImportSpecifier") return "*";
  return entry.imported.type === "Identifier" ? entry.imported.name : entry.imported.value;
}

function randomImports(source: SourceFile): string[] {
  const offenders: string[] = [];
  visit(source, {
    ImportDeclaration: (node) => {
      if (node.source.value !== "node:crypto") return;
      for (const entry of node.specifiers) {
        const name = importedName(entry);
        if (name !== "*" && !RANDOM_CRYPTO.test(name)) continue;
        offenders.push(`${source.file}:${source.lineAt(entry.start)} imports ${name}`);
      }
    },
  });
  return offenders;
}

const PURE_CODE = sourceFiles(/^packages\/(core|protocol)\/src\/(?!.*\.test\.ts$)/);
const PURE_TESTS = sourceFiles(/^packages\/(core|protocol)\/src\/.*\.test\.ts$/);

describe("purity of core and protocol", () => {
  it("finds what it looks for", () => {
    const source = parseSource(
      "sample.ts",
      `import { createHash, randomUUID } from "node:crypto";
      export async function f() { await fetch("x"); }
      export const values = [Date.now(), new Date(), Date(), Math.random(), cron.nextRun()];
      export const pure = [new Date(0), Date.parse("x"), cron.nextRun(new Date(0)), createHash("md5")];
      setTimeout(() => process.env.X, 1);`,
    );
    const found = [...impurities(source), ...asyncCode(source), ...randomImports(source)];
    expect(found.map((each) => each.replace("sample.ts:", "")).toSorted()).toEqual([
      "1 imports randomUUID",
      "2 an async function",
      "2 await",
      "2 fetch() is not pure",
      "3 Date() reads the clock",
      "3 Date.now is not pure",
      "3 Math.random is not pure",
      "3 new Date() reads the clock",
      "3 nextRun() without a moment reads the clock",
      "5 process is not pure",
      "5 setTimeout() is not pure",
    ]);
  });

  it("has sources to look at", () => {
    expect(PURE_CODE.some((source) => source.file.startsWith("packages/core/"))).toBe(true);
    expect(PURE_CODE.some((source) => source.file.startsWith("packages/protocol/"))).toBe(true);
  });

  it("no clock, randomness, timers or I/O in sources and tests", () => {
    expect([...PURE_CODE, ...PURE_TESTS].flatMap(impurities)).toEqual([]);
  });

  it("no asynchronous code", () => {
    expect(PURE_CODE.flatMap(asyncCode)).toEqual([]);
  });

  it("no node: import but node:crypto for hashing in protocol", () => {
    expect([...PURE_CODE.flatMap(builtinImports), ...PURE_CODE.flatMap(randomImports)]).toEqual([]);
  });
});
