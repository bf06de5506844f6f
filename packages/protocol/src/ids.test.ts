// Derived identities: step hashes, UUIDs, SDK versions.
import { describe, expect, it } from "vitest";
import { uuidFrom } from "./ids.ts";
import { isDeniedSdkVersion, parseSdkVersion, treatsClientErrorsAsFinal } from "./sdk-version.ts";
import { hashStepId } from "./step-id.ts";

describe("hashStepId", () => {
  it("is the SHA-1 of the id, with the index only from the second time on", () => {
    expect(hashStepId("complete")).toBe("0737c22d3bfae812339732d14d8c7dbd6dc4e09c");
    expect(hashStepId("a", 0)).toBe("86f7e437faa5a7fce15d1ddcb9eaeaea377667b8");
    expect(hashStepId("a", 1)).toBe(hashStepId("a:1"));
  });
});

describe("uuidFrom", () => {
  it("depends on each part and on where parts end", () => {
    expect(uuidFrom("app", "fn")).toMatch(
      /^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
    );
    expect(uuidFrom("app", "fn")).toBe(uuidFrom("app", "fn"));
    const ids = [uuidFrom("a", "bc"), uuidFrom("ab", "c"), uuidFrom("abc"), uuidFrom("abc", "")];
    expect(new Set(ids).size).toBe(4);
  });

  it("never changes between releases", () => {
    expect(uuidFrom("app", "shop")).toBe("7e19effc-2795-509b-9117-8e72d5b7d660");
  });
});

describe("SDK versions", () => {
  it("are read with and without the inngest- prefix", () => {
    const version = { language: "js", major: 4, minor: 24, patch: 0 };
    expect(parseSdkVersion("js:v4.24.0")).toEqual(version);
    expect(parseSdkVersion("inngest-js:v4.24.0")).toEqual(version);
    expect(parseSdkVersion("inngest-py:v0.5.1")?.language).toBe("py");
    expect(parseSdkVersion("js:v4.0.0-beta.1")?.major).toBe(4);
    for (const text of ["", "js", "v1.2.3", "js:vx"]) expect(parseSdkVersion(text)).toBeUndefined();
  });

  it.each([
    ["js:v3.21.9", false],
    ["js:v3.22.0", true],
    ["js:v3.40.5", true],
    ["js:v3.53.1", true],
    ["js:v3.53.2", false],
    ["js:v3.54.0", false],
    ["js:v4.24.0", false],
    ["py:v3.30.0", false],
  ])("denies the vulnerable range: %s", (text, isDenied) => {
    const version = parseSdkVersion(text);
    expect(version !== undefined && isDeniedSdkVersion(version)).toBe(isDenied);
  });

  it.each([
    ["js:v1.10.0", true],
    ["js:v1.10.1", false],
    ["js:v2.4.0", true],
    ["js:v2.4.1", false],
    ["js:v3.0.0", false],
    ["go:v1.0.0", false],
  ])("knows who means a 4xx as final: %s", (text, isFinal) => {
    const version = parseSdkVersion(text);
    expect(version !== undefined && treatsClientErrorsAsFinal(version)).toBe(isFinal);
  });
});
