// Holds how parts of sentences read for people.
import { describe, expect, it } from "vitest";
import { expressionOf } from "./text-parts.ts";

describe("an expression in a sentence", () => {
  it.each([
    ["async.data.id == 2.0", "async.data.id == 2"],
    ["async.data.id in [-1.0, 20.0]", "async.data.id in [-1, 20]"],
    ["async.data.id == 2.5 || async.data.n > 1e21", "async.data.id == 2.5 || async.data.n > 1e21"],
    ['async.data.v == "2.0" && async.data.w == 2.0', 'async.data.v == "2.0" && async.data.w == 2'],
    [String.raw`async.data.v == "a\" 2.0"`, String.raw`async.data.v == "a\" 2.0"`],
    ["async.data.v == '2.0'", "async.data.v == '2.0'"],
    ["12.05 > 2.01", "12.05 > 2.01"],
  ])("[F82] %s reads %s", (expression, text) => {
    expect(expressionOf(expression)).toBe(text);
  });
});
