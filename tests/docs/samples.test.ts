// Every TypeScript sample of the documentation and every `@example` of a docstring is a program that compiles in strict mode.
import { beforeAll, describe, expect, it } from "vitest";
import { compileSamples, type Sample } from "./harness/compile.ts";
import { listPages, nameOf, readFences } from "./harness/documents.ts";
import { readExamples } from "./harness/examples.ts";

const PAGES = listPages();
const FENCES = PAGES.flatMap(readFences).filter(({ language }) => /^tsx?$/.test(language));
const EXAMPLES = readExamples();

const samples: readonly Sample[] = [
  ...FENCES.map((fence) => {
    const folder = `docs/${fence.file.replaceAll(/\W/g, "-")}`;
    const name = nameOf(fence) ?? `line-${fence.firstLine}.${fence.language}`;
    return { ...fence, path: `${folder}/${name}` };
  }),
  ...EXAMPLES.map((example, index) => ({
    ...example,
    path: `examples/example-${index}.ts`,
    file: example.id.replace(/:\d+$/, ""),
    firstLine: example.firstLine - 1,
  })),
];

let diagnostics: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  diagnostics = await compileSamples(samples);
}, 120_000);

describe("samples of the documentation", () => {
  it("are found", () => {
    expect(FENCES.length).toBeGreaterThan(40);
    expect(EXAMPLES.length).toBeGreaterThan(20);
  });

  it("nothing but samples is wrong", () => {
    expect(diagnostics.get("") ?? []).toEqual([]);
  });

  it.each(samples.map(({ id }) => id))("%s compiles", (id) => {
    expect(diagnostics.get(id) ?? []).toEqual([]);
  });

  it("leave nothing out", () => {
    const gaps = [...FENCES, ...EXAMPLES].filter(({ text }) => /…|\.\.\.(?![\w([{"'])/.test(text));
    expect(gaps.map(({ id }) => id)).toEqual([]);
  });
});
