// The published packages as strangers get them: installed from their tarballs into a project that has nothing else, far from
// this repository. The command serves its dashboard and runs apps, with keys and without; the embedded engine runs functions
// in both module systems.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../build/published-package.ts";
import { createTestApp } from "../cli/test-app.ts";
import { startChild, type ChildApp } from "../examples/harness/child-process.ts";
import { waitUntil } from "../protocol/harness/wait-until.ts";
import { createCleanProject, type CleanProject } from "./harness/clean-project.ts";
import { runNode, runProgram } from "./harness/run-program.ts";

const TARBALL_BYTES_MAX = 1_500_000;
const VERSION = versionOf("packages/cli");

const APP = `
  import { Everstep } from "everstep";
  import { createServer } from "everstep/node";
  const client = new Everstep({ id: "stranger" });
  const greet = client.createFunction(
    { id: "greet", triggers: { event: "test/hello" } },
    async ({ event, step }) => {
      const text = await step.run("write", () => "Hello " + event.data.name);
      await step.sleep("rest", "10ms");
      return step.run("say", () => text);
    },
  );
  const server = createServer({ client, functions: [greet] });
  server.listen(0, "127.0.0.1", () => {
    console.log("listening at http://127.0.0.1:" + server.address().port + "/api/inngest");
  });
`;

const EMBEDDED = `
  const shop = new Everstep({ id: "shop" });
  const ship = shop.createFunction(
    { id: "ship", triggers: { event: "shop/order.placed" } },
    async ({ event, step }) => {
      const label = await step.run("book", () => "label for " + event.data.orderId);
      await step.sleep("rest", "10ms");
      return { label };
    },
  );
  async function main() {
    const engine = await createEngine({ functions: [ship], data: process.argv[2] }).start();
    console.log(JSON.stringify(await engine.invoke(ship, { data: { orderId: "o-1" } })));
    await engine.stop();
  }
`;

let project: CleanProject;
beforeAll(async () => {
  project = await createCleanProject();
  project.write("app.mjs", APP);
  return project.remove;
});

const cleanups: (() => Promise<unknown>)[] = [];
const cleanUp = async (): Promise<void> => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
};

function versionOf(folder: string): string {
  const text = readFileSync(join(ROOT, folder, "package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

describe.each(["everstep-cli", "@everstep/embedded"] as const)("the tarball of %s", (name) => {
  const packed = () => project.packed.get(name) ?? { tarball: "", folder: "" };

  it("has nothing that publint would mend", async () => {
    const tarball = new Uint8Array(readFileSync(packed().tarball)).buffer;
    const { messages } = await publint({ pack: { tarball }, strict: true });
    expect(messages).toEqual([]);
  });

  it("has licences and no sources, asks for nothing else, and is small", () => {
    const { folder, tarball } = packed();
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as object;
    expect(manifest).toMatchObject({ name, version: VERSION, engines: { node: ">=22.18" } });
    for (const member of ["dependencies", "scripts", "private", "devDependencies"]) {
      expect(manifest).not.toHaveProperty(member);
    }
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "THIRD-PARTY-LICENSES"]));
    expect(files.filter((file) => /(?<!\.d)\.tsx?$|\.test\.|(^|\/)\.[^/]+$/.test(file))).toEqual(
      [],
    );
    const licences = readFileSync(join(folder, "THIRD-PARTY-LICENSES"), "utf8");
    expect(licences).toMatch(/^undici [\d.]+ is part of this package[^]*MIT License/m);
    expect(statSync(tarball).size).toBeLessThan(TARBALL_BYTES_MAX);
  });
});

it("the licences of the command name what is in the dashboard", () => {
  const { folder = "" } = project.packed.get("everstep-cli") ?? {};
  const licences = readFileSync(join(folder, "THIRD-PARTY-LICENSES"), "utf8");
  for (const name of ["react-dom", "@tanstack/react-router", "uplot"]) {
    expect(licences).toMatch(new RegExp(`^## ${name} - [\\d.]+ \\(MIT\\)`, "m"));
  }
});

describe("the command", () => {
  it("npx finds it, and it knows its version", async () => {
    const printed = await runProgram("npx", ["everstep", "--version"], project.folder);
    expect(printed).toContain(`everstep ${VERSION}, Node.js ${process.version}\n`);
  });
});

/** Starts a server and resolves when it is ready. */
async function startServer(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const server = startChild([project.command, ...argv], { cwd: project.folder, env });
  cleanups.push(server.stop);
  const [, url = ""] = await server.printed(/"url":"(http:[^"]+)"/u);
  return url;
}

async function startApp(env: Readonly<Record<string, string>>): Promise<ChildApp> {
  const app = startChild(["app.mjs"], { cwd: project.folder, env });
  cleanups.push(app.stop);
  const [, url = ""] = await app.printed(/listening at (\S+)/);
  const synced = await fetch(url, { method: "PUT" });
  expect(synced.status).toBe(200);
  return app;
}

/** Sends an event with the command, and waits until the command says that its run is completed. */
async function expectRun(env: Readonly<Record<string, string>>): Promise<void> {
  const ask = (...argv: string[]): Promise<string> =>
    runNode([project.command, ...argv], project.folder, env);
  await ask("send", "test/hello", "--data", '{"name":"Ada"}');
  const id = await waitUntil(
    async () => {
      const runs = JSON.parse(await ask("runs", "--function", "greet", "--json")) as {
        readonly id: string;
        readonly status: string;
      }[];
      return runs.find((run) => run.status === "completed")?.id;
    },
    { what: "the run to be completed" },
  );
  expect(await ask("run", id)).toContain('"Hello Ada"');
}

describe("everstep dev", () => {
  let url: string;
  beforeAll(async () => {
    url = await startServer(["dev", "-p", "0", "--no-discovery", "--no-poll"]);
    return cleanUp;
  });

  it("serves the dashboard with every script and style that it names", async () => {
    const page = await fetch(url, { headers: { accept: "text/html" } });
    expect(page.headers.get("content-type")).toMatch(/^text\/html/);
    const html = await page.text();
    const paths = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? "");
    const kinds = new Map<string, string>();
    for (const path of paths) {
      const asset = await fetch(`${url}${path}`);
      expect({ path, status: asset.status }).toEqual({ path, status: 200 });
      kinds.set(path.slice(path.lastIndexOf(".")), asset.headers.get("content-type") ?? "");
    }
    expect(Object.fromEntries(kinds)).toMatchObject({
      ".js": expect.stringMatching(/^text\/javascript/),
      ".css": expect.stringMatching(/^text\/css/),
    });
    expect((await fetch(`${url}/docs/api`)).status).toBe(200);
  });

  it("runs an app on everstep", async () => {
    await startApp({ INNGEST_DEV: url });
    await expectRun({ EVERSTEP_URL: url });
  });

  it("runs an app on the official package", async () => {
    await expectOfficialRun(url);
  });
});

describe("everstep start", () => {
  afterEach(cleanUp);

  it("with keys and a YAML file runs apps of both packages, durably", async () => {
    const keys = JSON.parse(
      await runNode([project.command, "keys", "new", "--json"], project.folder),
    ) as { readonly signingKey: string; readonly eventKey: string };
    const config = project.write("everstep.yaml", "host: 127.0.0.1\nport: 0\nsqlite-dir: ./kept\n");
    const env = {
      EVERSTEP_SIGNING_KEY: keys.signingKey,
      EVERSTEP_EVENT_KEY: keys.eventKey,
      EVERSTEP_CONFIG: config,
    };
    const url = await startServer(["start"], env);
    await startApp({
      NODE_ENV: "production",
      INNGEST_BASE_URL: url,
      INNGEST_SIGNING_KEY: keys.signingKey,
      INNGEST_EVENT_KEY: keys.eventKey,
    });
    await expectRun({ ...env, EVERSTEP_URL: url });
    expect((await fetch(`${url}/v2/runs`)).status).toBe(401);
    expect(readdirSync(join(project.folder, "kept"))).toContain("main.db");
    await expectOfficialRun(url, keys);
  });
});

async function expectOfficialRun(
  url: string,
  keys?: { readonly signingKey: string; readonly eventKey: string },
): Promise<void> {
  const app = await createTestApp(url, keys);
  cleanups.push(app.close);
  await app.sync();
  app.open();
  const sent = await fetch(`${url}/e/${keys?.eventKey ?? "key"}`, {
    method: "POST",
    body: JSON.stringify({ name: "test/greet", data: { name: "Ada" } }),
  });
  expect(sent.status).toBe(200);
  await app.ended();
  expect(app.calls()).toBe(1);
}

describe("the embedded engine", () => {
  it.each([
    [
      "an ES module",
      "embedded.mjs",
      `import { createEngine } from "@everstep/embedded";
       import { Everstep } from "everstep";
       ${EMBEDDED}
       await main();`,
    ],
    [
      "CommonJS",
      "embedded.cjs",
      `const { createEngine } = require("@everstep/embedded");
       const { Everstep } = require("everstep");
       ${EMBEDDED}
       void main();`,
    ],
  ])("runs a function on a file, in %s", async (_kind, file, text) => {
    project.write(file, text);
    const printed = await runNode([file, `./${file}.db`], project.folder);
    expect(printed).toBe('{"label":"label for o-1"}\n');
    expect(statSync(join(project.folder, `${file}.db`)).size).toBeGreaterThan(0);
  });

  it("has types that say what is there, wherever ES modules can be loaded", async () => {
    const { tarball = "" } = project.packed.get("@everstep/embedded") ?? {};
    const data = createPackageFromTarballData(new Uint8Array(readFileSync(tarball)));
    const result = await checkPackage(data);
    if (result.types === false) throw new Error("attw found no types");
    // Accepted for the reason of shape.test.ts.
    expect(result.problems).toMatchObject([
      { kind: "CJSResolvesToESM", resolutionKind: "node16-cjs" },
    ]);
  });

  it.each([
    ["TypeScript 5.8", "examples/nextjs/package.json"],
    ["TypeScript 7", "package.json"],
  ])("is known to %s with its types and those of a function", async (_name, from) => {
    const manifest = createRequire(join(ROOT, from)).resolve("typescript/package.json");
    const tsc = join(manifest, "../bin/tsc");
    const file = project.write("typed.mts", TYPED);
    const options = "--strict --noEmit --module nodenext --target es2022 --lib esnext,dom";
    expect(await runNode([tsc, ...options.split(" "), file], project.folder)).toBe("");
  });
});

const TYPED = `
  import { createEngine, type EmbeddedEngine, type RunHandle } from "@everstep/embedded";
  import { Everstep, eventType, staticSchema } from "everstep";
  const placed = eventType("shop/placed", { schema: staticSchema<{ orderId: string }>() });
  const shop = new Everstep({ id: "shop" });
  const ship = shop.createFunction({ id: "ship", triggers: [placed] }, ({ event }) => ({
    label: event.data.orderId.length,
  }));
  const engine: EmbeddedEngine = createEngine({ functions: [ship], data: ":memory:" });
  const { label } = await engine.invoke(ship, { data: { orderId: "o-1" } });
  export const length: number = label;
  // @ts-expect-error: the data is checked.
  await engine.invoke(ship, { data: { orderId: 1 } });
  export const handle: RunHandle<unknown> = await engine.startRun(ship, { data: { orderId: "a" } });
`;
