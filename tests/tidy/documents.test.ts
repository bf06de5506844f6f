// What the documents name exists: paths in ARCHITECTURE.md, links between documents, npm commands.
// Prose that nobody runs drifts; these are the parts of it that a machine can hold.
import path from "node:path";
import { describe, expect, it } from "vitest";
import { FILES, fileExists, filesMatching, readLines, readManifest } from "./repository.ts";

interface Mention {
  readonly text: string;
  readonly where: string;
}

const FOLDERS = ["packages", "tests", "docs", "bench", "examples", "\\.ci"].join("|");
const FOLDER_PATH = new RegExp(`(?<![\\w./:@-])(?:${FOLDERS})/[\\w./*@{},-]+`, "g");
const FILE_NAME = /(?<=`)[\w./-]+\.(?:ts|js|md|json|sql)(?=`)/g;
const LINK = /\]\(([^)\s]+)\)/g;
const NPM_COMMAND = /\bnpm ((?:run [\w:-]+|start|test|t)\b(?: -w [\w@/-]+)?)/g;
const NODE_COMMAND = /\bnode ((?:[\w.-]+\/)+[\w.-]+\.(?:ts|js))/g;

function mentions(file: string, pattern: RegExp, group = 0): Mention[] {
  return readLines(file).flatMap((line, index) =>
    [...line.matchAll(pattern)].map((match) => ({
      text: (match[group] ?? "").replace(/[.,]+$/, ""),
      where: `${file}:${index + 1}`,
    })),
  );
}

/** A path from the root, the end of one (`core/src/decide.ts`, `decide.ts`), a folder, or a pattern with `*`. */
function namesSomething(text: string): boolean {
  const wanted = text.replace(/\/$/, "");
  if (/[*{]/.test(wanted)) {
    return FILES.some((file) => path.matchesGlob(file, wanted) || isBelowGlob(file, wanted));
  }
  return FILES.some((file) => `/${file}/`.includes(`/${wanted}/`));
}

function isBelowGlob(file: string, pattern: string): boolean {
  const depth = pattern.split("/").length;
  return path.matchesGlob(file.split("/").slice(0, depth).join("/"), pattern);
}

function offenders(found: readonly Mention[], holds: (mention: Mention) => boolean): string[] {
  return found.filter((mention) => !holds(mention)).map(({ text, where }) => `${where} ${text}`);
}

function linkHolds({ text, where }: Mention): boolean {
  if (/^(https?:|mailto:|#)/.test(text)) return true;
  const target = path.posix.join(path.posix.dirname(where), text.replace(/#.*$/, ""));
  return target === "." || fileExists(target);
}

/** Of the root, or of the workspace package with a name. */
function scriptsOf(workspace: string | undefined): Readonly<Record<string, string>> {
  if (workspace === undefined) return readManifest(".").scripts ?? {};
  const found = filesMatching(/^(?:packages|examples)\/[^/]+\/package\.json$/)
    .map((file) => readManifest(path.posix.dirname(file)))
    .find(({ name }) => name === workspace);
  return found?.scripts ?? {};
}

const documents = filesMatching(/\.md$/);

describe("documents", () => {
  it("the documents of the frame are there", () => {
    const required = [
      "README.md",
      "ARCHITECTURE.md",
      "CONTRIBUTING.md",
      "CHANGELOG.md",
      "SECURITY.md",
      "LICENSE",
      "packages/core/SPEC.md",
      "docs/reference/errors.md",
    ];
    expect(required.filter((file) => !fileExists(file))).toEqual([]);
  });

  it("every path named in ARCHITECTURE.md exists", () => {
    const found = ["ARCHITECTURE.md"].flatMap((file) => [
      ...mentions(file, FOLDER_PATH),
      ...mentions(file, FILE_NAME),
    ]);
    expect(found.length).toBeGreaterThan(0);
    expect(offenders(found, ({ text }) => namesSomething(text))).toEqual([]);
  });

  it("every link between documents leads somewhere", () => {
    const found = documents.flatMap((file) => mentions(file, LINK, 1));
    expect(offenders(found, linkHolds)).toEqual([]);
  });

  it("every npm command in a document is a script", () => {
    const found = documents.flatMap((file) => mentions(file, NPM_COMMAND, 1));
    const holds = ({ text }: Mention): boolean => {
      const [command = "", workspace] = text.split(" -w ");
      return command.replace(/^run /, "") in scriptsOf(workspace);
    };
    expect(found.some(({ where }) => where.startsWith("README.md:"))).toBe(true);
    expect(offenders(found, holds)).toEqual([]);
  });

  it("every file that a script or a document runs with node exists", () => {
    const scripts = Object.entries(readManifest(".").scripts ?? {}).flatMap(([name, command]) =>
      [...command.matchAll(NODE_COMMAND)].map((match) => ({
        text: match[1] ?? "",
        where: `package.json script ${name}`,
      })),
    );
    const found = [...scripts, ...documents.flatMap((file) => mentions(file, NODE_COMMAND, 1))];
    expect(found.length).toBeGreaterThan(0);
    expect(offenders(found, ({ text }) => fileExists(text))).toEqual([]);
  });

  it("a document has one title", () => {
    const titles = (file: string): number => mentions(file, /^# /g).length;
    const found = documents.filter((file) => !file.startsWith("packages/") && titles(file) > 1);
    expect(found).toEqual([]);
  });
});
