// Type-checks samples of the documentation, each as a module, with one run of `tsc -p` over a generated program in strict mode.
// Samples of one page share a folder, so that one can import a file that another shows. Diagnostics come back by page and line.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Sample {
  readonly id: string;
  /** Path of the sample within the program. */
  readonly path: string;
  /** The page or source file, and its line on which the sample's first line stands. */
  readonly file: string;
  readonly firstLine: number;
  readonly text: string;
}

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const PRELUDE = fileURLToPath(new URL("../prelude", import.meta.url));
const CACHE = join(ROOT, "node_modules/.cache/everstep-docs");
const COMPILER = join(ROOT, "node_modules/typescript/bin/tsc");
const DIAGNOSTIC = /^(?<path>[^\s(][^(]*)\((?<line>\d+),\d+\): error (?<text>TS\d+: .*)$/;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** @returns By sample id `file:line TS1234: message`; what is wrong elsewhere under "". */
export async function compileSamples(
  samples: readonly Sample[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  writeProgram(samples);
  const byPath = new Map(samples.map((sample) => [sample.path, sample]));
  const found = new Map<string, string[]>();
  for (const line of (await runCompiler()).split("\n")) {
    if (line.trim() === "" || line.startsWith(" ")) continue;
    const groups = DIAGNOSTIC.exec(line)?.groups ?? {};
    const sample = byPath.get(groups["path"] ?? "");
    const text =
      sample === undefined
        ? line
        : `${sample.file}:${sample.firstLine + Number(groups["line"]) - 1} ${groups["text"]}`;
    const id = sample?.id ?? "";
    found.set(id, [...(found.get(id) ?? []), text]);
  }
  return found;
}

function writeProgram(samples: readonly Sample[]): void {
  rmSync(CACHE, { recursive: true, force: true });
  cpSync(PRELUDE, CACHE, { recursive: true });
  for (const file of readdirSync(CACHE)) {
    if (file.endsWith(".txt")) renameSync(join(CACHE, file), join(CACHE, file.slice(0, -4)));
  }
  const paths = new Set<string>();
  for (const { id, path, text } of samples) {
    if (paths.has(path)) throw new Error(`${id}: the page shows the file ${path} already`);
    paths.add(path);
    const target = join(CACHE, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, `${text}\n`);
  }
}

function runCompiler(): Promise<string> {
  const args = [COMPILER, "-p", join(CACHE, "tsconfig.json"), "--pretty", "false"];
  return new Promise((resolve, reject) => {
    const options = { cwd: CACHE, maxBuffer: OUTPUT_BYTES_MAX };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      // The compiler exits with 1 or 2 when it found something; silence is a fault of the harness.
      if (error !== null && stdout === "") reject(new Error(`tsc: ${stderr.slice(0, 2_000)}`));
      else resolve(stdout);
    });
  });
}
