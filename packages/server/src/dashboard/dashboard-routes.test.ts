// The dashboard's documents and files: what a browser gets, how long it keeps it, and what it may run.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp, type App } from "../http/app.ts";
import { createUnknownPage, dashboardRoutes } from "./dashboard-routes.ts";

const PAGE = "<!doctype html><title>Everstep</title>";
const SCRIPT = `export const words = "${"step ".repeat(1_000)}";`;

let folder: string;
let app: App;

const appOver = (path: string): App =>
  createApp({
    routes: dashboardRoutes(path),
    checkSigningKey: () => undefined,
    log: () => undefined,
    unknownPage: createUnknownPage(path),
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "everstep-dashboard-"));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), PAGE);
  await writeFile(join(folder, "secret.env"), "KEY=1");
  await writeFile(join(folder, "assets/index-1a2b.js"), SCRIPT);
  app = appOver(folder);
});
afterAll(() => rm(folder, { recursive: true }));

describe("dashboard", () => {
  it.each([
    "/",
    "/runs",
    "/runs/01JA",
    "/runs/01JA/compare/01JB",
    "/functions/shop-order",
    "/settings",
  ])("answers %s with the document, never kept without asking", async (path) => {
    const response = await app.request(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    expect(await response.text()).toBe(PAGE);
  });

  it("allows scripts and styles of its own files only", async () => {
    const policy = (await app.request("/")).headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|http|data:/);
  });

  it("lets hashed files be kept for ever, and packs them", async () => {
    const plain = await app.request("/assets/index-1a2b.js");
    expect(plain.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(await plain.text()).toBe(SCRIPT);
    const headers = { "accept-encoding": "gzip, br" };
    const packed = await app.request("/assets/index-1a2b.js", { headers });
    expect(packed.headers.get("content-encoding")).toBe("br");
    const bytes = Buffer.from(await packed.arrayBuffer());
    expect(bytes.length).toBeLessThan(SCRIPT.length / 10);
    expect(brotliDecompressSync(bytes).toString()).toBe(SCRIPT);
  });

  it("answers 304 for what the browser has", async () => {
    const etag = (await app.request("/runs")).headers.get("etag") ?? "";
    const response = await app.request("/events", { headers: { "if-none-match": etag } });
    expect(response.status).toBe(304);
    expect(await response.text()).toBe("");
  });

  it.each(["/run-s", "/runs/no/such", "/failures/x", "/nothing/at/all.html"])(
    "answers a browser at %s with the document and 404, also when it has the document",
    async (path) => {
      const { headers } = await app.request("/runs");
      const asked = {
        accept: "text/html,application/xhtml+xml,*/*;q=0.8",
        "if-none-match": headers.get("etag") ?? "",
      };
      const response = await app.request(path, { headers: asked });
      expect(response.status).toBe(404);
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(await response.text()).toBe(PAGE);
    },
  );

  it.each([
    ["/run-s", "*/*", "GET"],
    ["/run-s", "application/json", "GET"],
    ["/run-s", "text/html", "POST"],
    ["/v1/runz", "text/html", "GET"],
    ["/e/key/more", "text/html", "GET"],
  ])("answers %s with JSON to Accept %s of a %s", async (path, accept, method) => {
    const response = await app.request(path, { method, headers: { accept } });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "route_not_found" });
  });

  it.each(["/assets/gone.js", "/assets/../secret.env", "/assets/%2e%2e/secret.env", "/secret.env"])(
    "has nothing at %s",
    async (path) => {
      expect((await app.request(path)).status).toBe(404);
    },
  );

  it("says how to build it when it is not built", async () => {
    const response = await appOver(join(folder, "none")).request("/");
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("npm run build:dashboard");
  });
});
