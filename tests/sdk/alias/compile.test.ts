// Apps written for the official SDKs compile against our types under the official name: the test apps and a tour of either
// version. The repository's own type check compiles the same files against the official SDKs, so nothing here is our dialect.
// Not here, on purpose: official version 3 refuses events that its registry does not know; ours does so with the option `strict`.
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const SDK = join(ROOT, "packages/sdk");
const PROJECT = join(ROOT, "node_modules/.cache/everstep-alias");

const SOURCES = [
  new URL("./usage-v3.ts", import.meta.url),
  new URL("./usage-v4.ts", import.meta.url),
  new URL("./idioms-v3.ts", import.meta.url),
  new URL("./idioms-v4.ts", import.meta.url),
  new URL("../../protocol/apps/app-v3.ts", import.meta.url),
  new URL("../../protocol/apps/app-v4.ts", import.meta.url),
  new URL("../../crash/apps/app-v3.ts", import.meta.url),
  new URL("../../crash/apps/app-v4.ts", import.meta.url),
].map((url) => fileURLToPath(url));

/** Each subpath of our package under both official names, as the compiler's option `paths`. */
function aliasPaths(): Record<string, string[]> {
  const manifest = readFileSync(join(SDK, "package.json"), "utf8");
  const { exports } = JSON.parse(manifest) as { exports: Record<string, string> };
  return Object.fromEntries(
    Object.entries(exports)
      .filter(([, source]) => source.endsWith(".ts"))
      .flatMap(([subpath, source]) =>
        ["inngest3", "inngest4"].map((name) => [`${name}${subpath.slice(1)}`, [join(SDK, source)]]),
      ),
  );
}

function compile(files: readonly string[]): Promise<string> {
  mkdirSync(PROJECT, { recursive: true });
  const config = {
    extends: join(ROOT, "tsconfig.json"),
    compilerOptions: { paths: aliasPaths() },
    include: [],
    files,
  };
  writeFileSync(join(PROJECT, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [compiler, "-p", PROJECT, "--pretty", "false"],
      { cwd: ROOT },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    );
  });
}

it("apps of both official versions compile unchanged, and their mistakes are found", async () => {
  expect(await compile(SOURCES)).toBe("");
}, 120_000);
