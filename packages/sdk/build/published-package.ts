// The files of the published package beside the code: its package.json, derived from the workspace's, and its texts.
// npm applies `publishConfig.exports` of no package, so the exports of the build are written into a manifest of their own.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

interface WorkspaceManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly keywords: readonly string[];
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>>;
}

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const SOURCE = /\.ts$/;

const manifest = JSON.parse(
  readFileSync(join(PACKAGE, "package.json"), "utf8"),
) as WorkspaceManifest;

/** Output name of each subpath, with its source: `{ index: "src/index.ts", "deno/fresh": … }`. */
export function listEntries(): Record<string, string> {
  const sources = Object.entries(manifest.exports).filter(([, target]) => SOURCE.test(target));
  return Object.fromEntries(sources.map(([subpath, source]) => [outputName(subpath), source]));
}

/** Completes a built folder: manifest, licences, the page that npm shows. */
export function writePackageFiles(folder: string): void {
  const { name, version, description, license, keywords, engines } = manifest;
  const published = {
    name,
    version,
    description,
    keywords,
    license,
    type: "module",
    sideEffects: false,
    exports: publishedExports(),
    engines,
  };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
  copyFileSync(join(PACKAGE, "README.md"), join(folder, "README.md"));
  copyFileSync(join(PACKAGE, "../../LICENSE"), join(folder, "LICENSE"));
  writeFileSync(join(folder, "THIRD-PARTY-LICENSES"), bundledLicences());
}

function publishedExports(): Record<string, unknown> {
  const entries = Object.keys(manifest.exports).map((subpath) => {
    const file = `./${outputName(subpath)}`;
    // `default` and not `import`: require() of Node 22 finds the same module.
    return [
      subpath,
      subpath.endsWith(".json") ? subpath : { types: `${file}.d.ts`, default: `${file}.js` },
    ];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function outputName(subpath: string): string {
  return subpath === "." ? "index" : subpath.slice("./".length);
}

/** What the workspace declares as dependency is bundled, and its licence asks to be named. */
function bundledLicences(): string {
  return Object.entries(manifest.dependencies)
    .map(([name, version]) => {
      const licence = readFileSync(join(installedFolder(name), "LICENSE"), "utf8").trim();
      return `${name} ${version} is part of this package, under this licence:\n\n${licence}\n`;
    })
    .join("\n\n");
}

function installedFolder(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const found = folders.map((folder) => join(folder, name)).find((folder) => existsSync(folder));
  if (found === undefined) throw new Error(`${name} is not installed: run npm ci.`);
  return found;
}
