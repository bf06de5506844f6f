// Which causes are read as errors, and which are shown as values.
import { describe, expect, it } from "vitest";
import { toErrorCause } from "./error-cause.ts";

describe("toErrorCause", () => {
  it("reads what SDKs write of an error", () => {
    const inner = { name: "Error", message: "deeper" };
    const written = { name: "TypeError", message: "no", stack: "at x", cause: inner };
    expect(toErrorCause({ ...written, __serialized: true })).toEqual(written);
    expect(toErrorCause({ message: "no name" })).toMatchObject({ name: "Error" });
  });

  it.each([
    ["a text", "socket hang up"],
    ["null", null],
    ["a list", [1]],
    ["an object without a message", { name: "Error" }],
    ["an error with fields of its own", { name: "E", message: "m", code: "ECONNREFUSED" }],
    ["a message that is no text", { name: "E", message: 7 }],
    ["a stack that is no text", { name: "E", message: "m", stack: {} }],
  ])("leaves %s as the value that it is", (_title, value) => {
    expect(toErrorCause(value)).toBeUndefined();
  });
});
