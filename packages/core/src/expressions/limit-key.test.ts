// The text form of limit keys.
import { describe, expect, it } from "vitest";
import { NIL_KEY, stringifyKey } from "./limit-key.ts";

describe("[X21] limit keys", () => {
  it.each([
    ["u1", "u1"],
    ["", ""],
    [5, "5"],
    [-0, "0"],
    [0.5, "0.5"],
    [true, "true"],
    [false, "false"],
    [null, NIL_KEY],
    [undefined, NIL_KEY],
    [[1, "a"], '[1,"a"]'],
    [{ b: 1, a: { d: 1, c: [{ z: 1, y: 2 }] } }, '{"a":{"c":[{"y":2,"z":1}],"d":1},"b":1}'],
  ])("%j is %j", (value, expected) => {
    expect(stringifyKey(value)).toBe(expected);
  });
});
