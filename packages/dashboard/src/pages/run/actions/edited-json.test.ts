// Typed JSON: what is taken, and what is said about the rest.
import { describe, expect, it } from "vitest";
import { parseArguments } from "./edited-json.ts";

describe("edited arguments", () => {
  it("takes a list", () => {
    expect(parseArguments(` [1, "a"] `)).toEqual({ ok: true, value: [1, "a"] });
  });

  it("says where it goes wrong", () => {
    const parsed = parseArguments(`[\n  "a"\n  "b"\n]`);
    expect(parsed).toEqual({ ok: false, error: "This is not JSON: look at line 3, column 3." });
  });

  it("wants a value, and a list", () => {
    expect(parseArguments("  ")).toMatchObject({ ok: false });
    expect(parseArguments("{}")).toMatchObject({ ok: false });
  });
});
