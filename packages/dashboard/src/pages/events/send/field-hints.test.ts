// Hints are told from examples, and stay small however large these are.
// Hints at the fields of an event, from what was sent before.
import { describe, expect, it } from "vitest";
import { compareFields, inferFields } from "./field-hints.ts";

const SAMPLES = [
  { item: "tea", count: 2, customer: { email: "ada@example.com" }, "a b": [1] },
  { item: "cup", count: "2", customer: {} },
];

describe("inferFields", () => {
  it("tells types, examples of the newest, and what every payload had", () => {
    expect(inferFields(SAMPLES)).toEqual([
      { path: "item", types: ["string"], isAlways: true, example: '"tea"' },
      { path: "count", types: ["number", "string"], isAlways: true, example: "2" },
      { path: "customer", types: ["object"], isAlways: true, example: "{…}" },
      { path: "customer.email", types: ["string"], isAlways: false, example: '"ada@example.com"' },
      { path: '"a b"', types: ["array"], isAlways: false, example: "[…]" },
    ]);
  });

  it("stays small with wide, deep and long payloads", () => {
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`field${at}`, at]));
    let deep: object = {};
    for (let level = 0; level < 5_000; level += 1) deep = { deep };
    const hints = inferFields([{ ...wide, deep, long: "x".repeat(1_000_000) }]);
    expect(hints).toHaveLength(60);
    expect(inferFields([{ deep }]).map(({ path }) => path)).toEqual([
      "deep",
      "deep.deep",
      "deep.deep.deep",
      "deep.deep.deep.deep",
    ]);
    expect(inferFields([{ long: "x".repeat(1_000_000) }])[0]?.example.length).toBeLessThan(70);
  });
});

describe("compareFields", () => {
  it("warns of what is missing, new or of another type, and of nothing else", () => {
    const hints = inferFields(SAMPLES);
    expect(compareFields({ item: "tea", count: 1, customer: {} }, hints)).toEqual([]);
    expect(compareFields({ count: true, customer: {}, colour: "red" }, hints)).toEqual([
      "item is missing; earlier events had it.",
      "count is a boolean; earlier events had a number or a string.",
      "colour is new; earlier events did not have it.",
    ]);
  });

  it("has nothing to say of a name that never came", () => {
    expect(compareFields({ anything: 1 }, inferFields([]))).toEqual([]);
  });

  it("names the missing object only, not all that is in it", () => {
    const hints = inferFields([{ customer: { email: "a", name: "b" } }]);
    expect(compareFields({}, hints)).toEqual(["customer is missing; earlier events had it."]);
  });
});
