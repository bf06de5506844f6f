// The packed types under the compilers and settings that apps have: TypeScript 5.8 (the oldest that is promised) and 7,
// resolution as of Node 16, of today's Node and of bundlers, with Node's types and without. Libraries are checked too.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../build/published-package.ts";
import { packSdk, type PackedSdk } from "./harness/packed-sdk.ts";
import { runNode } from "./harness/run-program.ts";

const TYPED_APP = fileURLToPath(new URL("./sources/typed-app.ts", import.meta.url));
const EXPORTING_APP = fileURLToPath(new URL("./sources/exporting-app.ts", import.meta.url));

/** Their types name node:http. */
const FOR_NODE = new Set(["express", "fastify", "koa", "node"]);

const COMMON = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  target: "es2022",
};
const WITH_NODE = { lib: ["es2022"], types: ["node"] };

const COMPILERS = [
  { compiler: "TypeScript 5.8", from: join(ROOT, "examples/nextjs/package.json") },
  { compiler: "TypeScript 7", from: join(ROOT, "package.json") },
].map(({ compiler, from }) => {
  const manifest = createRequire(from).resolve("typescript/package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string };
  return { compiler, version, tsc: join(dirname(manifest), "bin", "tsc") };
});

let packed: PackedSdk;
let project: string;
let subpaths: string[];
beforeAll(async () => {
  packed = await packSdk();
  project = await packed.install("everstep");
  const manifest = JSON.parse(readFileSync(join(packed.folder, "package.json"), "utf8")) as {
    readonly exports: object;
  };
  subpaths = Object.keys(manifest.exports).filter((path) => path !== "./package.json");
  return packed.remove;
});

/** One file that names every given subpath, so that all their types are read. */
function importsOf(wanted: readonly string[]): string {
  const lines = wanted.map(
    (path, index) => `export * as entry${index} from "everstep${path.slice(1)}";`,
  );
  return `${lines.join("\n")}\n`;
}

interface Program {
  readonly files: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
}

/** @throws with the compiler's words when there is an error. */
async function compile(tsc: string, name: string, { files, options }: Program): Promise<string> {
  const folder = join(project, name.replaceAll(/\W+/g, "-"));
  mkdirSync(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  const config = { compilerOptions: { ...COMMON, ...options }, files: Object.keys(files) };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  return runNode([tsc, "-p", folder], folder);
}

describe.each(COMPILERS)("$compiler", ({ compiler, version, tsc }) => {
  it("is the compiler that its name says", () => {
    expect(`TypeScript ${version}`.startsWith(`${compiler}.`)).toBe(true);
  });

  it.each(["node16", "bundler"])("knows every entry under %s", async (resolution) => {
    const module = resolution === "bundler" ? "esnext" : resolution;
    const text = readFileSync(TYPED_APP, "utf8");
    const printed = await compile(tsc, `${compiler} ${resolution}`, {
      files: { "app.mts": text, "all.mts": importsOf(subpaths) },
      options: {
        ...WITH_NODE,
        module,
        moduleResolution: resolution,
        // Of all strict settings the one that changes most, and few apps have it.
        exactOptionalPropertyTypes: resolution === "node16",
      },
    });
    expect(printed).toBe("");
  });

  it.each(["node16", "bundler"])("can name what an app exports under %s", async (resolution) => {
    const printed = await compile(tsc, `${compiler} ${resolution} declarations`, {
      files: { "app.mts": readFileSync(EXPORTING_APP, "utf8") },
      options: {
        ...WITH_NODE,
        lib: ["es2022", "dom", "dom.iterable"],
        module: resolution === "bundler" ? "esnext" : resolution,
        moduleResolution: resolution,
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        outDir: "declarations",
      },
    });
    expect(printed).toBe("");
  });

  it("knows the entries for other runtimes without Node's types", async () => {
    const neutral = subpaths.filter((path) => !FOR_NODE.has(path.slice(2)));
    expect(neutral.length).toBeGreaterThan(12);
    const printed = await compile(tsc, `${compiler} without Node`, {
      files: { "all.ts": importsOf(neutral) },
      options: {
        lib: ["es2022", "dom", "dom.iterable", "dom.asynciterable"],
        types: [],
        module: "esnext",
        moduleResolution: "bundler",
      },
    });
    expect(printed).toBe("");
  });

  it("lets a CommonJS file require it", async () => {
    const text = `
      import { Everstep } from "everstep";
      import express = require("everstep/express");
      const client: Everstep = new Everstep({ id: "app" });
      export const handle: unknown = express.serve({ client, functions: [] });
    `;
    const printed = await compile(tsc, `${compiler} commonjs`, {
      files: { "app.cts": text },
      options: { ...WITH_NODE, module: "nodenext", moduleResolution: "nodenext" },
    });
    expect(printed).toBe("");
  });
});
