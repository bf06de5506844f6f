// What the documentation names exists in the code, and what authors can write is on its page. The command's page and the page of
// error codes are held equal to the code by tests of their own, so they count as the code here.
import * as sdk from "everstep";
import { mockStep } from "everstep";
import { describe, expect, it } from "vitest";
import { filesMatching, readLines, readText } from "../tidy/repository.ts";
import { listPages } from "./harness/documents.ts";
import { sdkEntries } from "./harness/examples.ts";
import { membersOf } from "./harness/interface-members.ts";

const CLI_PAGE = "docs/reference/cli.md";
const SDK = "packages/sdk/src";
const PAGES = listPages().filter((file) => file !== CLI_PAGE);
const SOURCES = filesMatching(/^packages\/[^/]+\/src\/.*\.ts$/).filter(
  (file) => !file.includes(".test."),
);
/** Words of the code, quoted or not. */
const WORDS = new Set(SOURCES.flatMap((file) => readText(file).match(/\w+/g) ?? []));

/** Each match with the place where it stands. */
function mentions(pattern: RegExp): readonly { readonly text: string; readonly where: string }[] {
  return PAGES.flatMap((file) =>
    readLines(file).flatMap((line, index) =>
      [...line.matchAll(pattern)].map((match) => ({
        text: match[1] ?? match[0],
        where: `${file}:${index + 1}`,
      })),
    ),
  );
}

function unknown(pattern: RegExp, isKnown: (text: string) => boolean): readonly string[] {
  const found = mentions(pattern);
  expect(found.length).toBeGreaterThan(0);
  return found.filter(({ text }) => !isKnown(text)).map(({ text, where }) => `${where} ${text}`);
}

function anchorsOf(file: string): ReadonlySet<string> {
  const headings = readLines(file).filter((line) => /^#{1,6} /.test(line));
  return new Set(
    headings.map((line) =>
      line
        .replace(/^#+ /, "")
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, "")
        .replaceAll(" ", "-"),
    ),
  );
}

describe("names in the documentation", () => {
  it("variables are read by the SDK or by the command", () => {
    const ofCommand = readText(CLI_PAGE).match(/\b(?:INNGEST|EVERSTEP)_[A-Z_]+\b/g) ?? [];
    const ofSdk = SOURCES.filter((file) => file.startsWith(SDK)).flatMap((file) =>
      [...readText(file).matchAll(/\bfind(?:(?:Named)?Variable)?\("([A-Z_]+)"/g)].flatMap(
        ([, name]) => [`INNGEST_${name}`, `EVERSTEP_${name}`],
      ),
    );
    const known = new Set<string>([...ofCommand, ...ofSdk]);
    expect(unknown(/\b(?:INNGEST|EVERSTEP)_[A-Z_]+\b/g, (text) => known.has(text))).toEqual([]);
  });

  it("every variable of the SDK is on the page about serving", () => {
    const page = readText("docs/serving.md");
    const names = SOURCES.filter((file) => file.startsWith(SDK)).flatMap((file) =>
      [
        ...readText(file).matchAll(/\bfind(?:Named)?Variable\("([A-Z_]+)"|\bfind\("([A-Z_]+)"\)/g),
      ].map(([, first, second]) => first ?? second ?? ""),
    );
    const ours = new Set(names.filter((name) => name !== "VERCEL_ENV"));
    expect(ours.size).toBeGreaterThan(10);
    const missing = [...ours].filter(
      (name) => !page.includes(`\`INNGEST_${name}\``) || !page.includes(`\`EVERSTEP_${name}\``),
    );
    expect(missing).toEqual([]);
  });

  it("flags are flags of the command", () => {
    const known = new Set(readText(CLI_PAGE).match(/--[a-z][\w-]*/g));
    const isOurs = (line: string): boolean =>
      /^(?:npx )?everstep |`(?:everstep )?[^`]*--/.test(line);
    const found = PAGES.filter((file) => file !== "docs/benchmarks.md").flatMap((file) =>
      readLines(file)
        .filter(isOurs)
        .flatMap((line) => [...line.matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([flag]) => flag)),
    );
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter((flag) => !known.has(flag))).toEqual([]);
  });

  it("commands are commands", () => {
    const known = /^(?:dev|start|send|runs|run|why|pause|resume|limits|keys|version|help)$/;
    expect(unknown(/npx everstep (\w+)/g, (text) => known.test(text))).toEqual([]);
  });

  it("codes in lower case with underscores are words of the code", () => {
    expect(unknown(/`([a-z]+(?:_[a-z]+)+)`/g, (text) => WORDS.has(text))).toEqual([]);
  });

  it("classes of errors exist", () => {
    const isBuiltIn = (name: string): boolean => name in globalThis;
    expect(
      unknown(/`(?:new )?([A-Z]\w+Error)\b/g, (text) => isBuiltIn(text) || WORDS.has(text)),
    ).toEqual([]);
  });

  it("imports exist", () => {
    const known = new Set(sdkEntries().map(({ specifier }) => specifier));
    expect(unknown(/["`](everstep\/[\w/-]+)["`]/g, (text) => known.has(text))).toEqual([]);
  });

  it("step tools exist", () => {
    const tools = new Set(["run", ...Object.keys(mockStep())]);
    expect(unknown(/`step\.(\w+)/g, (text) => tools.has(text))).toEqual([]);
  });

  it("anchors of links are headings", () => {
    const offenders = PAGES.flatMap((file) =>
      [...readText(file).matchAll(/\]\(([\w./-]*)#([\w-]+)\)/g)].flatMap(
        ([, path = "", anchor = ""]) => {
          const url = new URL(path, `https://docs.example/${file}`);
          const target = path === "" ? file : url.pathname.slice(1);
          return anchorsOf(target).has(anchor) ? [] : [`${file}: ${path}#${anchor}`];
        },
      ),
    );
    expect(offenders).toEqual([]);
  });

  it("what the migration page says is not there, is not there", () => {
    const entries = new Set(sdkEntries().map(({ specifier }) => specifier.slice(9)));
    const absent = ["connect", "realtime", "react", "types", "internals"];
    const page = readText("docs/migration.md");
    expect(absent.filter((name) => !page.includes(`inngest/${name}`))).toEqual([]);
    expect(absent.filter((name) => entries.has(name))).toEqual([]);
  });
});

describe("everything has its place", () => {
  it.each([
    ["docs/functions.md", `${SDK}/functions/function-options.ts`, "BaseFunctionOptions"],
    ["docs/functions.md", `${SDK}/functions/function-options.ts`, "FunctionOptions"],
    ["docs/functions.md", `${SDK}/functions/function-options.ts`, "RetryOption"],
    ["docs/serving.md", `${SDK}/serve/serve-options.ts`, "ServeOptions"],
    ["docs/serving.md", `${SDK}/client/client-options.ts`, "ClientOptions"],
    ["docs/steps.md", `${SDK}/functions/step-tools.ts`, "StepTools"],
    ["docs/steps.md", `${SDK}/steps/step-request.ts`, "StepOptions"],
    ["docs/steps.md", `${SDK}/steps/step-request.ts`, "StepContext"],
    [
      "docs/middleware.md",
      `${SDK}/middleware/encryption/encryption-middleware.ts`,
      "EncryptionOptions",
    ],
    ["docs/middleware.md", `${SDK}/middleware/inngest-middleware.ts`, "FunctionRunHooks"],
    ["docs/testing.md", `${SDK}/steps/mock-step.ts`, "MockStepOptions"],
  ])("%s names every member of %s %s", (page, file, name) => {
    const text = readText(page);
    const missing = membersOf(file, name).filter(
      (member) => !new RegExp(`\\b${member}\\b`).test(text),
    );
    expect(missing).toEqual([]);
  });

  it("every class of errors that authors meet has a heading", () => {
    const names = Object.keys(sdk).filter((name) => /^[A-Z]\w+Error$/.test(name));
    const headings = anchorsOf("docs/errors.md");
    expect(names.filter((name) => !headings.has(name.toLowerCase()))).toEqual([]);
  });

  it("every likely mistake that the SDK tells of is in the table", () => {
    const declared = /type DiagnosticId =([^;]+);/.exec(readText(`${SDK}/logging/diagnostics.ts`));
    const ids = declared?.[1]?.match(/[A-Z]\d+/g) ?? [];
    expect(ids.length).toBeGreaterThan(3);
    const page = readText("docs/functions.md");
    expect(ids.filter((id) => !page.includes(`| ${id} `))).toEqual([]);
  });

  it("every adapter is on the page about serving", () => {
    const page = readText("docs/serving.md");
    const adapters = sdkEntries().filter(({ source }) => source.includes("/adapters/"));
    expect(adapters.length).toBe(19);
    expect(adapters.filter(({ specifier }) => !page.includes(specifier))).toEqual([]);
  });
});
