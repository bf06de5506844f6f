// Every sample compiles unchanged against the package, but for the few lines that no SDK can mend. One compiler run checks all
// of them; a second one takes back the two allowances of the preset.
import { parseSync } from "oxc-parser";
import { beforeAll, describe, expect, it } from "vitest";
import { ALLOWED_DIAGNOSTICS } from "./harness/allowed-diagnostics.ts";
import { compile, partOf, sourceOf, writeProgram, type CompileOutcome } from "./harness/compile.ts";
import { getSample, readSamples, type Sample } from "./harness/extract.ts";
import { PARTS } from "./harness/rows.ts";

/** Marked as TypeScript, but a list of bare names: one syntax error would hide what the compiler says of all others. */
const NO_PROGRAM = "001#04";

const SAMPLES: readonly Sample[] = readSamples().filter(
  ({ id, language }) => language === "typescript" && id !== NO_PROGRAM,
);
const SOURCES = [
  ...SAMPLES.map(sourceOf),
  ...Object.entries(PARTS).flatMap(([id, parts]) =>
    parts.map((lines, index) => partOf(getSample(id), index, lines)),
  ),
];

let lenient: CompileOutcome;
let strict: CompileOutcome;

beforeAll(async () => {
  writeProgram(SOURCES);
  lenient = await compile(SOURCES, "lenient");
  strict = await compile(SOURCES, "strict");
}, 120_000);

/** `000#09:303 TS2554`, with the message where it is not expected. */
function found(outcome: CompileOutcome, id: string): string[] {
  const own = outcome.samples.filter((diagnostic) => diagnostic.id === id);
  return own.map(({ line, code, message }) => {
    const isKnown = ALLOWED_DIAGNOSTICS.some(
      (each) => each.id === id && each.line === line && each.code === code,
    );
    return `${id}:${line} ${code}${isKnown ? "" : ` ${message}`}`;
  });
}

function allowed(id: string, preset: "lenient" | "strict"): string[] {
  return ALLOWED_DIAGNOSTICS.filter(
    (each) => each.id === id && (preset === "strict" || each.strictOnly !== true),
  ).map(({ line, code }) => `${id}:${line} ${code}`);
}

describe("samples compile unchanged", () => {
  it("only samples have errors: the package and the prelude have none", () => {
    expect(lenient.others).toEqual([]);
    expect(strict.others).toEqual([]);
  });

  it("the fence that is left out is no program", () => {
    expect(parseSync("a.ts", getSample(NO_PROGRAM).text).errors).not.toEqual([]);
  });

  it.each(SOURCES.map(({ id }) => id))("%s under the preset", (id) => {
    expect(found(lenient, id).toSorted()).toEqual(allowed(id, "lenient").toSorted());
  });

  it.each(SOURCES.map(({ id }) => id))("%s in strict mode", (id) => {
    expect(found(strict, id).toSorted()).toEqual(allowed(id, "strict").toSorted());
  });
});
