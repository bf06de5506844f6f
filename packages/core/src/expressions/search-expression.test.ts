// The variables of a search: event, output and error, and nothing inside texts or member names mistaken for them.
import { describe, expect, it } from "vitest";
import { compileSearch } from "./search-expression.ts";

const subject = {
  event: { name: "a/b", data: { output: 1, list: [1, 2] } },
  output: { error: "none", n: 2 },
  error: null,
};

describe("a search", () => {
  it.each([
    [`event.data.output == 1`, true],
    [`output.error == "none"`, true],
    [`output.n == event.data.list.size()`, true],
    [`error == null`, true],
    [`error.message == "x"`, false],
    [`"output.n" == "output.n" && output.n == 2`, true],
    [`'it\\'s output' == "it's output"`, true],
    [`event.data.list.exists(n, n == output.n)`, true],
    [`event.missing.deeper == 1`, false],
    // Not a boolean: finds nothing instead of failing the whole query.
    [`output.n`, false],
  ])("%s is %s", (text, expected) => {
    expect(compileSearch(text, 0).matches(subject)).toBe(expected);
  });

  it("joins lines that are expressions of their own", () => {
    const search = compileSearch(`output.n == 2\n\nevent.name == "a/b"\n`, 0);
    expect(search.matches(subject)).toBe(true);
    expect(search.matches({ ...subject, output: { n: 3 } })).toBe(false);
  });

  it("knows whether it reads the event", () => {
    expect(compileSearch("output.n == 1", 0).readsEvent).toBe(false);
    expect(compileSearch("event.name == 'x'", 0).readsEvent).toBe(true);
  });

  it("takes now() from its argument", () => {
    expect(compileSearch(`now() > date("2026-01-01T00:00:00Z")`, 0).matches(subject)).toBe(false);
    expect(compileSearch(`now() > date("1969-01-01T00:00:00Z")`, 0).matches(subject)).toBe(true);
  });

  it.each(["output.", "nothing == 1", ""])("refuses %j", (text) => {
    expect(() => compileSearch(text, 0)).toThrow(/./);
  });
});
