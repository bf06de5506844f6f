// docs/reference/rest-v2.md says what the API does: `npx vitest run packages/server/src/rest-v2 -u` rewrites it from the table. The
// page in the browser is made from the same document.
import { API_ROUTES } from "@everstep/api";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { docsPage } from "./docs-page.ts";
import { referencePage } from "./reference-page.ts";

const PAGE = fileURLToPath(new URL("../../../../docs/reference/rest-v2.md", import.meta.url));
const ROUTES = Object.values(API_ROUTES);

describe("docs/reference/rest-v2.md", () => {
  it("is equal to the table of routes", async () => {
    await expect(referencePage()).toMatchFileSnapshot(PAGE);
  });

  it("names every route", () => {
    const page = referencePage();
    for (const { method, path } of ROUTES) expect(page).toContain(`### ${method} ${path}\n`);
  });
});

describe("/docs/api", () => {
  it("shows every route, and loads and runs nothing", async () => {
    const response = docsPage({ version: "1.2.3", isGuarded: true });
    const html = await response.text();
    for (const { path } of ROUTES) expect(html).toContain(`<code>${path}</code>`);
    expect(html).toContain("Bearer &lt;signing key&gt;");
    expect(html).not.toMatch(/<script|<img|<link|src=|url\(|undefined/);
    expect(response.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    );
  });
});
