// Type-checks every sample unchanged, each as its own module, with one run of `tsc -p` over a generated program: samples, the
// prelude that declares what they use, and the package under its alias `inngest`. Diagnostics come back by sample and by line
// of the document; those of other files (the package, the prelude) are kept apart, because they are nobody's sample.
import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Sample } from "./extract.ts";

export interface Diagnostic {
  readonly id: string;
  /** Line of the document, from 1. */
  readonly line: number;
  /** `TS2554` */
  readonly code: string;
  readonly message: string;
}

export interface CompileOutcome {
  readonly samples: readonly Diagnostic[];
  /** Diagnostics outside of samples, as `file(line,column): message`. */
  readonly others: readonly string[];
}

/** A text to check: a sample, or some lines of one. */
export interface Source {
  /** `000#06`, or `001#23/1` for a part. */
  readonly id: string;
  /** Line of the document where the text starts. */
  readonly firstLine: number;
  readonly text: string;
}

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const PRELUDE = fileURLToPath(new URL("../prelude", import.meta.url));
const CACHE = join(ROOT, "node_modules/.cache/everstep-seeds");
const DIAGNOSTIC =
  /^(?<file>[^\s(][^(]*)\((?<line>\d+),\d+\): error (?<code>TS\d+): (?<message>.*)$/;
const COMPILER = join(ROOT, "node_modules/typescript/bin/tsc");
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

export function sourceOf(sample: Sample): Source {
  return { id: sample.id, firstLine: sample.lines[0] + 1, text: sample.text };
}

/** Lines of the document, first and last, as a source of their own. */
export function partOf(sample: Sample, index: number, lines: readonly [number, number]): Source {
  const first = lines[0] - sample.lines[0] - 1;
  const text = sample.text.split("\n").slice(first, first + lines[1] - lines[0] + 1);
  return { id: `${sample.id}/${index + 1}`, firstLine: lines[0], text: text.join("\n") };
}

/** Writes the program anew; call it once before `compile`. @param packageFolder What `inngest` stands for. */
export function writeProgram(
  sources: readonly Source[],
  packageFolder: string = join(ROOT, "packages/sdk"),
): void {
  rmSync(CACHE, { recursive: true, force: true });
  mkdirSync(join(CACHE, "samples"), { recursive: true });
  mkdirSync(join(CACHE, "node_modules"));
  cpSync(PRELUDE, CACHE, { recursive: true });
  for (const entry of readdirSync(CACHE, { recursive: true, encoding: "utf8" })) {
    if (entry.endsWith(".txt")) {
      renameSync(join(CACHE, entry), join(CACHE, entry.slice(0, -".txt".length)));
    }
  }
  for (const source of sources) writeFileSync(join(CACHE, fileOf(source.id)), `${source.text}\n`);
  symlinkSync(packageFolder, join(CACHE, "node_modules/inngest"), "dir");
}

/** Checks what `writeProgram` wrote. @param preset `lenient` is sdk.md 6.1; `strict` takes back its two allowances. */
export async function compile(
  sources: readonly Source[],
  preset: "lenient" | "strict",
): Promise<CompileOutcome> {
  const project = preset === "lenient" ? "tsconfig.json" : "tsconfig.strict.json";
  const output = await runCompiler(["-p", join(CACHE, project), "--pretty", "false"]);
  const byFile = new Map(sources.map((source) => [fileOf(source.id), source]));
  const samples: Diagnostic[] = [];
  const others: string[] = [];
  for (const text of output.split("\n")) {
    const { file = "", line = "0", code = "", message = "" } = DIAGNOSTIC.exec(text)?.groups ?? {};
    const source = byFile.get(file);
    if (source !== undefined) {
      samples.push({ id: source.id, line: source.firstLine + Number(line) - 1, code, message });
    } else if (text.trim() !== "" && !text.startsWith(" ")) {
      others.push(text);
    }
  }
  return { samples, others };
}

/** `000#06` -> `samples/000-06.ts` */
function fileOf(id: string): string {
  return `samples/${id.replace("#", "-").replace("/", ".part")}.ts`;
}

function runCompiler(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: CACHE, maxBuffer: OUTPUT_BYTES_MAX };
    execFile(process.execPath, [COMPILER, ...args], options, (error, stdout, stderr) => {
      // The compiler exits with 1 or 2 when it found something; anything else, or silence, is a fault of the harness.
      if (error !== null && stdout === "") reject(new Error(`tsc: ${stderr.slice(0, 2_000)}`));
      else resolve(stdout);
    });
  });
}
