// Every export of the SDK has a docstring, in the main entry and in each subpath.
import { describe, expect, it } from "vitest";
import { sdkEntries } from "./harness/examples.ts";
import { exportsOf } from "./harness/exports.ts";

describe("exports of the SDK", () => {
  it("are found", () => {
    const names = exportsOf("packages/sdk/src/index.ts").map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["Everstep", "Inngest", "Middleware.BaseMiddleware"]),
    );
    expect(sdkEntries().length).toBeGreaterThan(20);
  });

  it.each(sdkEntries())("$specifier: each has a docstring", ({ source }) => {
    const bare = exportsOf(source).filter(({ hasDocstring }) => !hasDocstring);
    expect(bare.map(({ name, where }) => `${where} ${name}`)).toEqual([]);
  });
});
