// Which URL an app reports as its own: options first, then forwarded headers, then the request.
import { describe, expect, it } from "vitest";
import { inferAppUrl, withServeSettings, type UrlSettings } from "./app-url.ts";
import type { ServeRequest } from "./serve-request.ts";

function requestTo(url: string, headers: Record<string, string> = {}): ServeRequest {
  return {
    method: "PUT",
    url,
    header: (name) => headers[name],
    body: () => Promise.resolve(""),
    args: [],
  };
}

const NONE: UrlSettings = { serveOrigin: undefined, servePath: undefined };
const INNER = "http://10.0.0.7:3000/api/inngest";

describe("the URL of an app", () => {
  it.each([
    ["the request's", {}, "http://10.0.0.7:3000/api/inngest"],
    ["the host header's", { host: "app.example" }, "http://app.example/api/inngest"],
    [
      "the forwarded host's and scheme's",
      { host: "inner", "x-forwarded-host": "app.example", "x-forwarded-proto": "https" },
      "https://app.example/api/inngest",
    ],
    [
      "the first of several proxies'",
      { "x-forwarded-host": "app.example:8443, inner", "x-forwarded-proto": "https,http" },
      "https://app.example:8443/api/inngest",
    ],
    ["the IPv6 host's", { host: "[::1]:3000" }, "http://[::1]:3000/api/inngest"],
  ])("is %s", (_name, headers, expected) => {
    expect(inferAppUrl(requestTo(INNER, headers), NONE, true).href).toBe(expected);
  });

  it.each(["evil.example/path", "user@evil.example", "a b", "host:port:1", ""])(
    "ignores the host header %j",
    (host) => {
      const url = inferAppUrl(requestTo(INNER, { "x-forwarded-host": host }), NONE, true);
      expect(url.href).toBe(INNER);
    },
  );

  it("ignores a scheme that is none of the web", () => {
    const headers = { host: "app.example", "x-forwarded-proto": "javascript" };
    expect(inferAppUrl(requestTo(INNER, headers), NONE, true).protocol).toBe("http:");
  });

  it("is what the author said, whatever headers say", () => {
    const headers = { "x-forwarded-host": "evil.example" };
    const settings = { serveOrigin: "https://app.example", servePath: "x/inngest" };
    expect(inferAppUrl(requestTo(INNER, headers), settings, true).href).toBe(
      "https://app.example/x/inngest",
    );
    const hostOnly = { serveOrigin: "app.example", servePath: undefined };
    expect(inferAppUrl(requestTo(INNER, headers), hostOnly, true).href).toBe(
      "https://app.example/api/inngest",
    );
  });

  it.each([
    ["app.example", "https://app.example/api/inngest"],
    ["10.0.0.7:3000", "https://evil.example/api/inngest"],
    ["web", "https://evil.example/api/inngest"],
    ["web.internal", "https://evil.example/api/inngest"],
  ])("of %s is moved by a stranger's headers only when that is an inner name", (host, expected) => {
    const headers = { host, "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" };
    expect(inferAppUrl(requestTo(INNER, headers), NONE, false).href).toBe(expected);
  });

  it("loses its encryption to no stranger", () => {
    const request = requestTo("https://app.example/", { "x-forwarded-proto": "http" });
    expect(inferAppUrl(request, NONE, false).protocol).toBe("https:");
    expect(inferAppUrl(request, NONE, true).protocol).toBe("http:");
  });

  it("keeps its own query and drops what belongs to one request", () => {
    const url = new URL(`${INNER}?tenant=1&deployId=d&probe=trust&fnId=f&stepId=s`);
    expect(withServeSettings(url, NONE).href).toBe(`${INNER}?tenant=1`);
  });

  it("refuses an origin that is none, with an example", () => {
    const settings = { serveOrigin: "http://", servePath: undefined };
    expect(() => inferAppUrl(requestTo(INNER), settings, true)).toThrow(
      /serveOrigin is "http:\/\/".*https:/,
    );
  });
});
