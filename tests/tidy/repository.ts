// The files of this repository as git would commit them: tracked ones and new ones that no ignore rule covers.
// Invariant: paths are relative to the root with forward slashes, so that an offender reads as `file:line`.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

const MEBIBYTE = 1024 * 1024;

/** Every file of the repository that exists, sorted; deleted but still tracked ones are left out. */
export const FILES: readonly string[] = listFiles();

function listFiles(): string[] {
  const output = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * MEBIBYTE,
  });
  const files = output.split("\0").filter((file) => file !== "" && fileExists(file));
  return [...new Set(files)].toSorted();
}

export function fileExists(file: string): boolean {
  return existsSync(path.join(ROOT, file));
}

/** The text of one file. Throws when it is missing, which is how a required file is required. */
export function readText(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

export function readLines(file: string): string[] {
  return readText(file).split("\n");
}

export function filesMatching(pattern: RegExp): string[] {
  return FILES.filter((file) => pattern.test(file));
}

export interface Manifest {
  readonly name: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly imports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readText(path.posix.join(folder, "package.json"))) as Manifest;
}

/** The workspace packages: folder name under packages/ and manifest. */
export function listPackages(): { folder: string; manifest: Manifest }[] {
  return filesMatching(/^packages\/[^/]+\/package\.json$/).map((file) => {
    const folder = path.posix.dirname(file);
    return { folder, manifest: readManifest(folder) };
  });
}
