// Signatures and key hashes. What the official SDK accepts and makes is the second opinion.
import canonicalizePackage from "canonicalize";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";
import { findKeyDigest, hashSigningKey, signBody, verifySignature } from "./signature.ts";
import { FALLBACK_KEY, makeCallBody, SIGNING_KEY } from "./testing/hand-made-app.ts";
import { makeOfficialApp } from "./testing/official-app.ts";

/** A CommonJS module whose types promise an ES module. */
const canonicalize = canonicalizePackage as unknown as (value: unknown) => string;
const NOW_MS = 1_700_000_000_000;
const BODY = '{"event":{"data":{"é":"☃"}},"steps":{}}';
const HEADER = signBody({ key: SIGNING_KEY, body: BODY, atMs: NOW_MS });

function verify(body: unknown, header: string | undefined, nowMs = NOW_MS): unknown {
  return verifySignature({ keys: [SIGNING_KEY], body, header, nowMs });
}

describe("a signature", () => {
  it("is accepted by the official SDK, whose own is accepted here", async () => {
    const { handle } = makeOfficialApp({ isDev: false, signingKey: SIGNING_KEY });
    const body = canonicalJson(makeCallBody());
    const response = await handle(
      new Request("http://app.test/api/inngest?fnId=app-hello&stepId=step", {
        method: "POST",
        headers: { "x-inngest-signature": signBody({ key: SIGNING_KEY, body, atMs: Date.now() }) },
        body,
      }),
    );
    expect(response.status).toBe(206);
    const header = response.headers.get("x-inngest-signature") ?? "";
    expect(verify(await response.text(), header, Date.now())).toEqual({
      ok: true,
      key: SIGNING_KEY,
    });
  });

  it("names the key that made it, also the fallback", () => {
    const header = signBody({ key: FALLBACK_KEY, body: BODY, atMs: NOW_MS });
    const keys = [SIGNING_KEY, FALLBACK_KEY];
    expect(verifySignature({ keys, body: BODY, header, nowMs: NOW_MS })).toEqual({
      ok: true,
      key: FALLBACK_KEY,
    });
  });

  it("holds for a body that was parsed or rewritten on its way", () => {
    const valid = { ok: true, key: SIGNING_KEY };
    expect(verify(JSON.parse(BODY), HEADER)).toEqual(valid);
    const rewritten = JSON.stringify({ steps: {}, event: { data: { é: "☃" } } }, null, 2);
    expect(verify(rewritten, HEADER)).toEqual(valid);
    expect(verify(BODY.replace("☃", "x"), HEADER)).toEqual({ ok: false, problem: "mismatch" });
  });

  it("of an empty body is over the time alone", () => {
    const header = signBody({ key: SIGNING_KEY, body: "", atMs: NOW_MS });
    for (const body of ["", undefined]) {
      expect(verify(body, header)).toEqual({ ok: true, key: SIGNING_KEY });
    }
  });

  it.each([
    ["missing", undefined, NOW_MS],
    ["missing", "", NOW_MS],
    ["malformed", "t=1&s=abc", NOW_MS],
    ["malformed", HEADER.split("&").toReversed().join("&"), NOW_MS],
    ["mismatch", `t=1700000000&s=${"0".repeat(64)}`, NOW_MS],
    ["expired", HEADER, NOW_MS + 301_000],
    ["expired", HEADER, NOW_MS - 301_000],
  ])("is refused as %s: %s", (problem, header, nowMs) => {
    expect(verify(BODY, header, nowMs)).toEqual({ ok: false, problem });
  });

  it("is never valid without keys", () => {
    const header = signBody({ key: "", body: BODY, atMs: NOW_MS });
    expect(verifySignature({ keys: [], body: BODY, header, nowMs: NOW_MS }).ok).toBe(false);
  });
});

describe("the hashed key", () => {
  it("is the bearer that the official SDK shows", async () => {
    const { handle, sent } = makeOfficialApp({ isDev: false, signingKey: SIGNING_KEY });
    await handle(new Request("http://app.test/api/inngest", { method: "PUT" }));
    const headers = new Headers(sent[0]?.init.headers);
    expect(headers.get("authorization")).toBe(`Bearer ${hashSigningKey(SIGNING_KEY)}`);
  });

  it("of a key that is not hex is refused with the way out", () => {
    expect(() => hashSigningKey("signkey-test-hello")).toThrow(/hex digits.*copy it again/);
    expect(findKeyDigest("hello")).toBeNull();
    expect(findKeyDigest(undefined)).toBeNull();
  });
});

describe("canonical JSON", () => {
  it("is what the package computes that official SDKs verify with", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const parsed: unknown = JSON.parse(JSON.stringify(value));
        expect(canonicalJson(parsed)).toBe(canonicalize(parsed));
      }),
    );
  });
});
