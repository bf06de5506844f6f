// What people are told of the values that an expression read.
import { describe, expect, it } from "vitest";
import { readValues } from "./read-values.ts";

const event = {
  name: "e",
  data: { n: 3, user: { plan: "free" }, items: [{ p: 1 }], long: "x".repeat(500) },
};

describe("readValues", () => {
  it("[F80] tells each path once with its value, and what is missing", () => {
    const source =
      'event.data.n > 5 && event.data.user["plan"] == "pro" || event.data.n < 0 || has(event.data.gone)';
    expect(readValues(source, { event })).toEqual([
      { path: "event.data.n", value: "3" },
      { path: 'event.data.user["plan"]', value: '"free"' },
      { path: "event.data.gone", value: "missing" },
    ]);
  });

  it("[F80] tells the list that a macro walks, and cuts what is long", () => {
    const source = "event.data.items.exists(i, i.p > 2) || event.data.long == ''";
    const [items, long] = readValues(source, { event });
    expect(items).toEqual({ path: "event.data.items", value: '[{"p":1}]' });
    expect(long?.value).toHaveLength(201);
  });
});
