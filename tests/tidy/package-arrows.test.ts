// The package arrows of ARCHITECTURE.md: who may import whom, and that every import is declared.
// The table below is the arrow diagram; a new arrow is a design decision and needs a record in docs/decisions.
import { isBuiltin } from "node:module";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { listPackages, readManifest } from "./repository.ts";
import type { Manifest } from "./repository.ts";
import { sourceFiles } from "./source-file.ts";
import type { Import, SourceFile } from "./source-file.ts";

const ARROWS: Readonly<Record<string, readonly string[]>> = {
  "@everstep/protocol": [],
  "@everstep/core": ["@everstep/protocol"],
  // What app authors install: it stands alone.
  everstep: [],
  // The definition of REST v2, for the server and for clients.
  "@everstep/api": [],
  "@everstep/store-sqlite": ["@everstep/core", "@everstep/protocol"],
  "@everstep/engine": ["@everstep/core", "@everstep/protocol"],
  "@everstep/embedded": [
    "everstep",
    "@everstep/engine",
    "@everstep/store-sqlite",
    "@everstep/core",
    "@everstep/protocol",
  ],
  "@everstep/server": ["@everstep/api", "@everstep/engine", "@everstep/core", "@everstep/protocol"],
  // Over HTTP only; it knows the API's types.
  "@everstep/dashboard": ["@everstep/api"],
  "everstep-cli": [
    "@everstep/server",
    "@everstep/engine",
    "@everstep/store-sqlite",
    "@everstep/core",
    "@everstep/protocol",
  ],
};

const packages = listPackages();
const rootManifest = readManifest(".");

function packageNameOf(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
}

function isOurs(specifier: string): boolean {
  return packageNameOf(specifier) in ARROWS;
}

function offendersOf(
  sources: readonly SourceFile[],
  judge: (source: SourceFile, found: Import) => string | undefined,
): string[] {
  return sources.flatMap((source) =>
    source.imports.flatMap((found) => {
      const complaint = judge(source, found);
      return complaint === undefined ? [] : [`${source.file}:${found.line} ${complaint}`];
    }),
  );
}

function isDeclared(manifest: Manifest, name: string): boolean {
  return name in { ...manifest.dependencies, ...manifest.peerDependencies };
}

/** What builds a package is no part of it, and its tools are development dependencies. */
function isBuildDependency({ file }: SourceFile, manifest: Manifest, name: string): boolean {
  const isBuild = file.endsWith(".config.ts") || /^packages\/[^/]+\/build\//.test(file);
  return isBuild && name in (manifest.devDependencies ?? {});
}

/** Tests, and what only tests use. */
function isTestCode(source: SourceFile): boolean {
  return source.file.endsWith(".test.ts") || source.file.includes("/testing/");
}

/** Tests may import their own package by its name; `@everstep/protocol` may judge what others put on the wire. */
function isTestDependency(source: SourceFile, name: string): boolean {
  const own = packages.find(({ folder }) => source.file.startsWith(`${folder}/`))?.manifest.name;
  const isKnown = name in (rootManifest.devDependencies ?? {}) || name === "@everstep/protocol";
  return isTestCode(source) && (isKnown || name === own);
}

/** Whether a package offers this path of its own, e.g. `everstep/next`. */
function isEntry(specifier: string): boolean {
  const name = packageNameOf(specifier);
  const { manifest } = packages.find((each) => each.manifest.name === name) ?? {};
  return `.${specifier.slice(name.length)}` in (manifest?.exports ?? {});
}

describe("package arrows", () => {
  it("every package has its row in the table, and the table names only packages", () => {
    expect(packages.map((each) => each.manifest.name).toSorted()).toEqual(
      Object.keys(ARROWS).toSorted(),
    );
  });

  it("the table has no cycle", () => {
    const open = new Map(Object.entries(ARROWS));
    for (let leaf = findLeaf(open); leaf !== undefined; leaf = findLeaf(open)) open.delete(leaf);
    expect([...open.keys()]).toEqual([]);
  });

  it("a manifest declares only packages that its arrows reach", () => {
    const offenders = packages.flatMap(({ folder, manifest }) =>
      Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
        .filter((name) => isOurs(name) && !(ARROWS[manifest.name] ?? []).includes(name))
        .map((name) => `${folder}/package.json declares ${name}`),
    );
    expect(offenders).toEqual([]);
  });

  it.each(packages)("$folder imports only along its arrows", ({ folder, manifest }) => {
    const allowed = ARROWS[manifest.name] ?? [];
    const offenders = offendersOf(sourceFiles(new RegExp(`^${folder}/`)), (source, found) =>
      isOurs(found.specifier) &&
      !allowed.includes(packageNameOf(found.specifier)) &&
      !isTestDependency(source, packageNameOf(found.specifier))
        ? `imports ${found.specifier}; ${manifest.name} may import: ${allowed.join(", ") || "nothing"}`
        : undefined,
    );
    expect(offenders).toEqual([]);
  });

  it.each(packages)("$folder imports only what it declares", ({ folder, manifest }) => {
    const offenders = offendersOf(sourceFiles(new RegExp(`^${folder}/`)), (source, found) => {
      const name = packageNameOf(found.specifier);
      if (found.specifier.startsWith(".") || isBuiltin(found.specifier)) return undefined;
      if (found.specifier in (manifest.imports ?? {})) return undefined;
      if (isDeclared(manifest, name) || isTestDependency(source, name)) return undefined;
      if (isBuildDependency(source, manifest, name)) return undefined;
      return `imports ${found.specifier}, which ${folder}/package.json does not declare`;
    });
    expect(offenders).toEqual([]);
  });

  it("no file reaches into a package past its index", () => {
    const offenders = offendersOf(sourceFiles(/./), (source, found) => {
      const isPart = found.specifier !== packageNameOf(found.specifier);
      if (isOurs(found.specifier) && isPart && !isEntry(found.specifier)) {
        return `imports ${found.specifier}; import the package by its name`;
      }
      if (!found.specifier.startsWith(".")) return undefined;
      const target = path.posix.join(path.posix.dirname(source.file), found.specifier);
      const [, folder] = /^(packages\/[^/]+)\//.exec(target) ?? [];
      if (folder === undefined || source.file.startsWith(`${folder}/`)) return undefined;
      return `imports ${found.specifier}; import the package by its name`;
    });
    expect(offenders).toEqual([]);
  });
});

function findLeaf(open: ReadonlyMap<string, readonly string[]>): string | undefined {
  return [...open].find(([, targets]) => targets.every((target) => !open.has(target)))?.[0];
}
