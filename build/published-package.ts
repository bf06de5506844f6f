// The files of a published package beside the code: its package.json, derived from the workspace's, and its texts.
// npm applies `publishConfig.exports` of no package, so what the build exports is written into a manifest of its own.
// docs/decisions/0013-published-packages.md says which packages are published, and why these.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT: string = join(import.meta.dirname, "..");

export interface WorkspaceManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly keywords: readonly string[];
  readonly exports: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** What a published manifest says about its code; every path is below the built folder. */
export interface PublishedCode {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly imports?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly sideEffects?: false;
  /** Versions of Node. Not in the workspace's manifest: a clone brings its own Node, whatever the machine has. */
  readonly engines: { readonly node: string };
}

/** @param folder Of the package, absolute. */
export function readWorkspaceManifest(folder: string): WorkspaceManifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as WorkspaceManifest;
}

/** Completes a built folder: manifest, licence, the page that npm shows. Both folders are absolute. */
export function writePublishedPackage(source: string, built: string, code: PublishedCode): void {
  const { name, version, description, keywords, license, peerDependencies } =
    readWorkspaceManifest(source);
  const published = {
    name,
    version,
    description,
    keywords,
    license,
    type: "module",
    ...code,
    ...(peerDependencies === undefined ? {} : { peerDependencies }),
    // A name with a scope is private by default.
    ...(name.startsWith("@") ? { publishConfig: { access: "public" } } : {}),
  };
  writeFileSync(join(built, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
  copyFileSync(join(source, "README.md"), join(built, "README.md"));
  copyFileSync(join(ROOT, "LICENSE"), join(built, "LICENSE"));
}

/** Exports of entries that were built from the subpaths of a workspace's manifest. */
export function builtExports(manifest: WorkspaceManifest): Record<string, unknown> {
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

/** Output name of each subpath, with its source: `{ index: "src/index.ts", "deno/fresh": … }`. */
export function listEntries(manifest: WorkspaceManifest): Record<string, string> {
  const sources = Object.entries(manifest.exports).filter(([, target]) => target.endsWith(".ts"));
  return Object.fromEntries(sources.map(([subpath, source]) => [outputName(subpath), source]));
}

function outputName(subpath: string): string {
  return subpath === "." ? "index" : subpath.slice("./".length);
}
