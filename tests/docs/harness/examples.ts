// The `@example` blocks of the SDK's docstrings as programs. They leave imports out, so each gets one first line that imports what
// it uses of the package: of the main entry, and of the subpath that its own file is.
import { filesMatching, readManifest, readText } from "../../tidy/repository.ts";
import { exportsOf } from "./exports.ts";
import { freeNames } from "./free-names.ts";

export interface Example {
  /** `packages/sdk/src/errors.ts:12`, the line of the tag. */
  readonly id: string;
  /** Line of the source file that the second line of the text stands on. */
  readonly firstLine: number;
  /** Its first line holds the imports. */
  readonly text: string;
}

/** Of the handler, unless an example imports them: the package exports these names too. */
const AMBIENT: ReadonlySet<string> = new Set(["step", "group"]);
const BLOCK = /\/\*\*[\s\S]*?\*\//g;

/** Every example of the package. */
export function readExamples(): readonly Example[] {
  const files = filesMatching(/^packages\/sdk\/src\/.*\.ts$/);
  return files.filter((file) => !file.includes(".test.")).flatMap(examplesOf);
}

function examplesOf(file: string): readonly Example[] {
  const source = readText(file);
  return [...source.matchAll(BLOCK)].flatMap((match) => {
    const blockLine = source.slice(0, match.index).split("\n").length;
    return examplesOfBlock(match[0], file, blockLine);
  });
}

function examplesOfBlock(block: string, file: string, blockLine: number): readonly Example[] {
  const lines = block
    .split("\n")
    .map((line) => line.replace(/^\s*(\/\*\*|\*\/|\*) ?/, "").replace(/\s*\*\/$/, ""));
  const examples: Example[] = [];
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith("@example")) continue;
    const rest = lines.slice(index + 1);
    const end = rest.findIndex((each) => /^@[a-z]/.test(each));
    const code = rest.slice(0, end < 0 ? undefined : end).join("\n");
    examples.push({
      id: `${file}:${blockLine + index}`,
      firstLine: blockLine + index + 1,
      text: `${importsFor(code, file)}\n${code}`,
    });
  }
  return examples;
}

function importsFor(code: string, file: string): string {
  const names = freeNames(code);
  const own = sdkEntries().find(({ source }) => source === file);
  const main = { specifier: "everstep", source: "packages/sdk/src/index.ts" };
  const lines: string[] = names.delete("z") ? ['import { z } from "zod";'] : [];
  for (const { specifier, source } of own === undefined ? [main] : [own, main]) {
    const exported = new Set(exportsOf(source).map(({ name }) => name.replace(/\..*$/, "")));
    const taken = [...names].filter((name) => exported.has(name) && !AMBIENT.has(name));
    for (const name of taken) names.delete(name);
    if (taken.length > 0) lines.push(`import { ${taken.join(", ")} } from "${specifier}";`);
  }
  return lines.join(" ");
}

/** What can be imported: `everstep`, `everstep/next`, and the source file of each. */
export function sdkEntries(): readonly { readonly specifier: string; readonly source: string }[] {
  return Object.entries(readManifest("packages/sdk").exports ?? {}).flatMap(([key, target]) =>
    typeof target === "string" && target.endsWith(".ts")
      ? [{ specifier: `everstep${key.slice(1)}`, source: `packages/sdk/${target.slice(2)}` }]
      : [],
  );
}
