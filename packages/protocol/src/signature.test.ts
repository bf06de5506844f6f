// Signatures and keys, against the helpers of the official package itself.
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";
import {
  hashSigningKey,
  isAuthorized,
  signBody,
  stripKeyPrefix,
  verifySignature,
} from "./signature.ts";

interface OfficialNet {
  signDataWithKey(data: unknown, key: string, ts: string, logger: unknown): Promise<string>;
}
interface OfficialStrings {
  hashSigningKey(key: string): string;
  removeSigningKeyPrefix(key: string): string;
}

const key = "signkey-test-12345678abcdef";
const otherKey = "signkey-prod-00ff";
const nowMs = 1_700_000_000_999;
const silent = { debug: () => undefined };

async function importOfficial<Module>(path: string): Promise<Module> {
  const file = new URL(`../../../node_modules/inngest4/helpers/${path}`, import.meta.url);
  return (await import(file.href)) as Module;
}

describe("signBody", () => {
  it("makes the signature that the official SDK expects", async () => {
    const { signDataWithKey } = await importOfficial<OfficialNet>("net.js");
    const data = { b: [1, "ü"], a: { d: null, c: true } };
    const expected = await signDataWithKey(data, key, "1700000000", silent);
    expect(signBody({ key, body: canonicalJson(data), atMs: nowMs })).toBe(
      `t=1700000000&s=${expected}`,
    );
  });

  it("signs an empty body by its time alone", async () => {
    const { signDataWithKey } = await importOfficial<OfficialNet>("net.js");
    const expected = await signDataWithKey("", key, "1700000000", silent);
    expect(signBody({ key, body: "", atMs: nowMs })).toBe(`t=1700000000&s=${expected}`);
  });
});

describe("verifySignature", () => {
  const body = '{"a":1}';
  const header = signBody({ key, body, atMs: nowMs });

  it("accepts any key of the list and says which one it was", () => {
    const keys = [otherKey, key];
    expect(verifySignature({ keys, body, header, nowMs })).toEqual({ ok: true, key });
  });

  it.each([
    ["missing", undefined, body, 0],
    ["missing", "", body, 0],
    ["malformed", "s=00&t=1", body, 0],
    ["malformed", header.slice(0, -1), body, 0],
    ["mismatch", header, '{"a":2}', 0],
    ["mismatch", header.replace("t=1700000000", "t=1700000001"), body, 0],
    ["expired", header, body, 301_000],
    ["expired", header, body, -301_000],
  ] as const)("refuses as %s: %s", (reason, given, signed, aheadMs) => {
    expect(
      verifySignature({ keys: [key], body: signed, header: given, nowMs: nowMs + aheadMs }),
    ).toEqual({ ok: false, reason });
  });

  it("refuses everything without a key", () => {
    expect(verifySignature({ keys: [], body, header, nowMs }).ok).toBe(false);
  });
});

describe("keys", () => {
  it("are stripped and hashed as the official SDK does", async () => {
    const official = await importOfficial<OfficialStrings>("strings.js");
    for (const each of [key, otherKey, "aabbcc", "signkey-branch-0123"]) {
      expect(hashSigningKey(each)).toBe(official.hashSigningKey(each));
      expect(stripKeyPrefix(each)).toBe(official.removeSigningKeyPrefix(each));
    }
  });

  it("cannot be hashed when they are not hex", () => {
    for (const each of ["signkey-test-zz", "abc", ""]) {
      expect(() => hashSigningKey(each)).toThrow(/even number of hex digits/);
    }
  });
});

describe("isAuthorized", () => {
  const keys = [otherKey, key];

  it("accepts a key plain or hashed, with any prefix or none, with or without the word Bearer", () => {
    const hashed = hashSigningKey(key);
    const bearers = [
      key,
      stripKeyPrefix(key),
      hashed,
      stripKeyPrefix(hashed),
      `Bearer ${hashed}`,
      `bearer signkey-other-${stripKeyPrefix(key)}`,
    ];
    for (const bearer of bearers) expect(isAuthorized(bearer, keys)).toBe(true);
    expect(isAuthorized(otherKey, keys)).toBe(true);
    expect(isAuthorized(hashSigningKey(otherKey), keys)).toBe(true);
  });

  it("refuses everything else", () => {
    const bearers = [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      "Bearer undefined",
      "signkey-test-",
      `${key}0`,
    ];
    for (const bearer of bearers) expect(isAuthorized(bearer, keys)).toBe(false);
    expect(isAuthorized(key, [])).toBe(false);
    expect(isAuthorized("", [""])).toBe(false);
  });

  it("does not let keys that are not hex share the hash of nothing", () => {
    const hashOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    expect(isAuthorized(hashOfNothing, ["zz"])).toBe(false);
    expect(isAuthorized("zz", ["zz"])).toBe(true);
  });
});
