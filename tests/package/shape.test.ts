// The package as npm gets it: what publint and attw say, what is in the tarball, how much of it an app carries, and that it is
// found by import and by require under its own name and under the alias `inngest`.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { beforeAll, describe, expect, it } from "vitest";
import { measureBundle } from "./harness/bundle-size.ts";
import { ROOT } from "../../build/published-package.ts";
import { packSdk, type PackedSdk } from "./harness/packed-sdk.ts";
import { runNode } from "./harness/run-program.ts";

const MAIN_ENTRY_BYTES_MAX = 40_000;
/** Entries for Node alone. */
const NODE_ENTRIES = ["./node"];

const SOURCE_MANIFEST = JSON.parse(
  readFileSync(join(ROOT, "packages/sdk/package.json"), "utf8"),
) as { readonly exports: Readonly<Record<string, string>>; readonly version: string };
const SUBPATHS = Object.keys(SOURCE_MANIFEST.exports).filter((path) => !path.endsWith(".json"));

let packed: PackedSdk;
beforeAll(async () => {
  packed = await packSdk();
  return packed.remove;
});

/** `everstep/next` of `./next`. */
function specifier(subpath: string, name = "everstep"): string {
  return `${name}${subpath.slice(1)}`;
}

function builtFile(subpath: string): string {
  return join(packed.folder, `${subpath === "." ? "index" : subpath}.js`);
}

describe("the packed package", () => {
  it("has nothing that publint would mend", async () => {
    const tarball = readFileSync(packed.tarball);
    const { messages } = await publint({ pack: { tarball: toArrayBuffer(tarball) }, strict: true });
    expect(messages).toEqual([]);
  });

  it("has types that say what is there, wherever ES modules can be loaded", async () => {
    const result = await checkPackage(
      createPackageFromTarballData(new Uint8Array(readFileSync(packed.tarball))),
    );
    if (result.types === false) throw new Error("attw found no types");
    const problems = result.problems.map((problem) => ({
      kind: problem.kind,
      where: "resolutionKind" in problem ? problem.resolutionKind : "",
    }));
    // Accepted: only ES modules are in it. `require()` finds them on Node 22.12 and later, but TypeScript's older `node16`
    // knows nothing of that.
    const accepted = { kind: "CJSResolvesToESM", where: "node16-cjs" };
    expect(problems).toEqual(SUBPATHS.map(() => accepted));
  });

  it("has every entry of the workspace, its licences and no sources", () => {
    const manifest = JSON.parse(readFileSync(join(packed.folder, "package.json"), "utf8")) as {
      readonly exports: Readonly<Record<string, string>>;
    };
    expect(Object.keys(manifest.exports)).toEqual(Object.keys(SOURCE_MANIFEST.exports));
    expect(manifest).toMatchObject({ name: "everstep", version: SOURCE_MANIFEST.version });
    // No dependency, no script that runs at installation, and nothing that keeps it from being published.
    for (const member of ["dependencies", "peerDependencies", "scripts", "private"]) {
      expect(manifest).not.toHaveProperty(member);
    }
    const files = readdirSync(packed.folder, { recursive: true, encoding: "utf8" });
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "THIRD-PARTY-LICENSES"]));
    expect(files.filter((file) => /(?<!\.d)\.ts$|test/.test(file))).toEqual([]);
    expect(readFileSync(join(packed.folder, "THIRD-PARTY-LICENSES"), "utf8")).toMatch(
      /^@noble\/hashes .*\n\nThe MIT License/,
    );
  });

  it("is light: the main entry and every adapter below 40 kB, all packages included", async () => {
    const sizes = await Promise.all(
      SUBPATHS.map(async (subpath) => ({ subpath, ...(await measureBundle(builtFile(subpath))) })),
    );
    console.table(
      sizes.map(({ subpath, imports: _imports, ...bytes }) => ({
        entry: specifier(subpath),
        ...bytes,
      })),
    );
    expect(sizes.filter((each) => each.gzippedBytes > MAIN_ENTRY_BYTES_MAX)).toEqual([]);
    // A bundle of nothing would pass any limit.
    expect(sizes.find((each) => each.subpath === ".")?.gzippedBytes).toBeGreaterThan(10_000);
    // Only what makes a handler for any framework waits for its first request.
    const withLater = sizes.filter((each) => each.lazyGzippedBytes > 0);
    expect(withLater.map((each) => each.subpath)).toEqual(["."]);
    const withImports = sizes.filter((each) => each.imports.length > 0);
    expect(withImports.map((each) => each.subpath)).toEqual(NODE_ENTRIES);
    expect(withImports.flatMap((each) => each.imports).every(isBuiltin)).toBe(true);
  });
});

describe("in a project that installed nothing else", () => {
  let project: string;
  beforeAll(async () => {
    project = await packed.install("everstep");
  });

  it("exports what the sources export, by import and by require alike", async () => {
    const script = (load: string): string => `
      const found = {};
      for (const each of ${JSON.stringify(SUBPATHS.map((path) => specifier(path)))}) {
        found[each] = Object.keys(${load}).filter((name) => name !== "__esModule").sort();
      }
      console.log(JSON.stringify(found));
    `;
    writeFileSync(join(project, "by-import.mjs"), script("await import(each)"));
    writeFileSync(join(project, "by-require.cjs"), script("require(each)"));
    const sources = await Promise.all(
      SUBPATHS.map(async (path) => {
        const names = Object.keys((await import(specifier(path))) as object);
        return [specifier(path), names.toSorted()];
      }),
    );
    const expected = Object.fromEntries(sources) as Record<string, string[]>;
    expect(expected["everstep"]?.length).toBeGreaterThan(40);
    for (const file of ["by-import.mjs", "by-require.cjs"]) {
      const output = await runNode([file], project);
      expect(JSON.parse(output)).toEqual(expected);
    }
  });

  it("is the packed one and not the workspace's", async () => {
    writeFileSync(join(project, "where.mjs"), `console.log(import.meta.resolve("everstep/next"))`);
    const output = await runNode(["where.mjs"], project);
    expect(output).toContain(`${project}/node_modules/everstep/next.js`);
  });
});

describe("under the alias inngest", () => {
  it("is what an app of the official package imports", async () => {
    const project = await packed.install("inngest");
    const app = `
      import { Inngest, InngestCommHandler, NonRetriableError } from "inngest";
      import { serve } from "inngest/next";
      import { InngestCommHandler as Eager } from "inngest/comm-handler";
      const inngest = new Inngest({ id: "alias", isDev: true });
      const hello = inngest.createFunction({ id: "hello" }, { event: "app/hello" }, () => "hello");
      const { GET } = serve({ client: inngest, functions: [hello] });
      const answer = await GET(new Request("http://127.0.0.1/api/inngest"));
      console.log(answer.status, JSON.stringify(await answer.json()), typeof Eager);
      console.log(import.meta.resolve("inngest"), new NonRetriableError("x").name);
    `;
    writeFileSync(join(project, "app.mjs"), app);
    const output = await runNode(["app.mjs"], project);
    expect(output).toMatch(/^200 \{.*"function_count":1.*\} function\n/);
    expect(output).toContain(`${project}/node_modules/inngest/index.js NonRetriableError`);
  });

  it.each(["mjs", "cjs"])(
    "serves with a handler that the app makes itself, in .%s",
    async (type) => {
      const project = await packed.install("inngest");
      const load = type === "mjs" ? 'await import("inngest")' : 'require("inngest")';
      const app = `
      const { Inngest, InngestCommHandler } = ${load};
      const inngest = new Inngest({ id: "custom", isDev: true });
      const hello = inngest.createFunction({ id: "hello" }, { event: "app/hello" }, () => "hello");
      const handle = new InngestCommHandler({
        frameworkName: "mine",
        client: inngest,
        functions: [hello],
        handler: (request) => ({
          body: () => request.text(),
          headers: (name) => request.headers.get(name),
          method: () => request.method,
          url: () => new URL(request.url),
          transformResponse: ({ body, status, headers }) => new Response(body, { status, headers }),
        }),
      }).createHandler();
      handle(new Request("http://127.0.0.1/api/inngest")).then(async (answer) => {
        console.log(answer.status, answer.headers.get("x-inngest-framework"), await answer.text());
      });
    `;
      writeFileSync(join(project, `own.${type}`), app);
      const output = await runNode([`own.${type}`], project);
      expect(output).toMatch(/^200 mine \{.*"function_count":1.*\}\n/);
    },
  );
});

function toArrayBuffer(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}
