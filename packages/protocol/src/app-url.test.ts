// One app, one URL.
import { describe, expect, it } from "vitest";
import { normalizeAppUrl } from "./app-url.ts";

describe("normalizeAppUrl", () => {
  it.each([
    ["http://127.0.0.1:3000/api/inngest", "http://localhost:3000/api/inngest"],
    ["http://0.0.0.0:3000/x", "http://localhost:3000/x"],
    ["http://127.0.0.1/x", "http://127.0.0.1/x"],
    ["https://a.test:443/x", "https://a.test/x"],
    ["http://a.test:80/x", "http://a.test/x"],
    ["http://a.test/x?deployId=1&b=2&probe=trust&a=1", "http://a.test/x?a=1&b=2"],
    ["http://a.test/x?deployId=1", "http://a.test/x"],
    ["ws://connect?app_name=shop", "ws://connect/?app_name=shop"],
  ])("%s becomes %s, and stays so", (text, normal) => {
    expect(normalizeAppUrl(text)).toBe(normal);
    expect(normalizeAppUrl(normal)).toBe(normal);
  });

  it("refuses what cannot be called", () => {
    for (const text of ["", "localhost:3000", "/api/inngest", "ftp://a.test"]) {
      expect(() => normalizeAppUrl(text)).toThrow(/not the URL of an app/);
    }
  });
});
