// Typed JSON: what is taken, and what is said about the rest.
import { describe, expect, it } from "vitest";
import { parseArguments, parseEditedJson, parseObject } from "./edited-json.ts";

describe("edited JSON", () => {
  it("takes any value", () => {
    expect(parseEditedJson(` [1, "a"] `)).toEqual({ ok: true, value: [1, "a"] });
  });

  it("says where it goes wrong", () => {
    const parsed = parseEditedJson(`{\n  "a": 1,\n  b\n}`);
    expect(parsed).toEqual({ ok: false, error: "This is not JSON: look at line 3, column 3." });
  });

  it("asks for a value when there is none", () => {
    expect(parseEditedJson("  ")).toMatchObject({ ok: false });
  });

  it("wants a list of arguments for a step and an object for an event", () => {
    expect(parseArguments("[]")).toEqual({ ok: true, value: [] });
    expect(parseArguments("{}")).toMatchObject({ ok: false });
    expect(parseObject(`{"a":1}`)).toEqual({ ok: true, value: { a: 1 } });
    for (const text of ["[]", "null", "1"]) expect(parseObject(text)).toMatchObject({ ok: false });
  });
});
