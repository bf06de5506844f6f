// What the package promises about its names: its version on the wire, its subpaths, and the name of each framework.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SDK_NAME, SDK_VERSION } from "./sdk-identity.ts";

const PACKAGE = new URL("../../package.json", import.meta.url);

interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
}

interface Adapter {
  readonly serve?: unknown;
  readonly frameworkName?: unknown;
}

const manifest = JSON.parse(readFileSync(PACKAGE, "utf8")) as Manifest;
/** Subpath and file of each adapter. */
const adapters = Object.entries(manifest.exports).filter(([, file]) => file.includes("/adapters/"));

/** The official adapters of these do not load beside h3 2; they are named as their subpaths. */
const OF_H3: ReadonlySet<string> = new Set(["h3", "nitro", "nuxt"]);

async function officialNameOf(name: string): Promise<unknown> {
  const specifier = ["inngest4", name].join("/");
  const { frameworkName } = (await import(specifier)) as Adapter;
  return frameworkName;
}

describe("the name on the wire", () => {
  it("carries the version of the package", () => {
    expect(SDK_VERSION).toBe(manifest.version);
    expect(SDK_NAME).toMatch(/^everstep-js:v\d+\.\d+\.\d+$/);
  });
});

describe("the subpaths", () => {
  it("are those of the official package that serve", () => {
    expect(adapters.map(([subpath]) => subpath.slice(2)).toSorted()).toEqual([
      "astro",
      "bun",
      "cloudflare",
      "deno/fresh",
      "digitalocean",
      "edge",
      "express",
      "fastify",
      "h3",
      "hono",
      "koa",
      "lambda",
      "next",
      "nitro",
      "node",
      "nuxt",
      "redwood",
      "remix",
      "sveltekit",
    ]);
  });

  it.each(adapters)("%s names its framework as the official one does", async (subpath, file) => {
    const ours = (await import(new URL(file, PACKAGE).href)) as Adapter;
    expect(ours.serve).toBeTypeOf("function");
    const name = subpath.slice(2);
    expect(ours.frameworkName).toBe(OF_H3.has(name) ? name : await officialNameOf(name));
  });
});
