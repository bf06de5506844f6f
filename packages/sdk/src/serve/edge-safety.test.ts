// What is reachable from the adapters of web frameworks must load where there is no Node: no import of a node: module, and no
// package but the hashing one. Type imports vanish and do not count.
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { describe, expect, it } from "vitest";

const EDGE_ADAPTERS = [
  "astro",
  "bun",
  "cloudflare",
  "deno-fresh",
  "edge",
  "h3",
  "hono",
  "next",
  "nitro",
  "nuxt",
  "remix",
  "sveltekit",
];
const IMPORT = /^(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;

/** Specifiers of everything outside of the package that loading a file loads, with the file that asks for it. */
function collectOutside(file: URL, seen: Set<string>): string[] {
  if (seen.has(file.href)) return [];
  seen.add(file.href);
  return [...readFileSync(file, "utf8").matchAll(IMPORT)].flatMap(([, specifier = ""]) =>
    specifier.startsWith(".")
      ? collectOutside(new URL(specifier, file), seen)
      : [`${specifier} in ${file.pathname.split("/src/").at(-1) ?? ""}`],
  );
}

describe.each(EDGE_ADAPTERS)("the adapter %s", (name) => {
  it("loads without Node", () => {
    const seen = new Set<string>();
    const outside = collectOutside(new URL(`./adapters/${name}.ts`, import.meta.url), seen);
    expect(seen.size).toBeGreaterThan(20);
    expect(outside.some((entry) => entry.startsWith("@noble/hashes/"))).toBe(true);
    expect(outside.filter((entry) => isBuiltin(entry.split(" in ")[0] ?? ""))).toEqual([]);
    expect(outside.filter((entry) => !entry.startsWith("@noble/hashes/"))).toEqual([]);
  });
});

it("the adapter node is what such an import looks like", () => {
  const outside = collectOutside(new URL("./adapters/node.ts", import.meta.url), new Set());
  expect(outside).toContain("node:http in serve/adapters/node.ts");
});
