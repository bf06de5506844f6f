// The regular-expression matcher against JavaScript's on the syntax both have, and its promise of linear time.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRegex } from "./linear-regex.ts";

const matches = (pattern: string, text: string): boolean => compileRegex(pattern).test(text);

const SIMPLE = ["a", "b", "c", ".", "[ab]", "[^a]", "\\d", "\\w", "\\s", "\\b", "\\B", "^", "$"];
const REPEATS = ["", "", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"];

/** Patterns over a tiny alphabet, so that random texts often match. */
function patterns(depth: number): fc.Arbitrary<string> {
  const simple = fc.constantFrom(...SIMPLE);
  if (depth === 0) return simple;
  const inner = patterns(depth - 1);
  const group = inner.map((tree) => `(?:${tree})`);
  const repeated = fc
    .tuple(fc.oneof(simple, group), fc.constantFrom(...REPEATS))
    .map(([atom, repeat]) => (/^(?:\\[bB]|\^|\$)$/.test(atom) ? atom : atom + repeat));
  const sequence = fc.array(repeated, { maxLength: 3 }).map((parts) => parts.join(""));
  const choice = fc.tuple(sequence, sequence).map(([left, right]) => `${left}|${right}`);
  return fc.oneof({ weight: 3, arbitrary: sequence }, { weight: 1, arbitrary: choice });
}
const texts = fc.string({ unit: fc.constantFrom("a", "b", "c", "1", " ", "\n"), maxLength: 8 });

describe("[X14] matches", () => {
  it("agrees with JavaScript's engine on random patterns and texts", () => {
    let matched = 0;
    fc.assert(
      fc.property(patterns(3), texts, (source, subject) => {
        const expected = new RegExp(source, "u").test(subject);
        matched += Number(expected);
        expect(matches(source, subject)).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
    expect(matched).toBeGreaterThan(500);
    expect(matched).toBeLessThan(4_500);
  });

  it.each([
    ["^user-[0-9]+$", "user-42", true],
    ["^user-[0-9]+$", "user-42x", false],
    ["(?i)ADMIN", "the admin", true],
    ["(?i:A)b", "ab", true],
    ["(?i:A)b", "aB", false],
    ["a.c", "a\nc", false],
    ["(?s)a.c", "a\nc", true],
    ["^b$", "a\nb", false],
    ["(?m)^b$", "a\nb\nc", true],
    ["[[:alpha:]]+[[:digit:]]", "ab1", true],
    ["[^[:space:]]", " ", false],
    ["\\p{Greek}", "λ", true],
    ["\\P{L}", "x", false],
    ["\\pL", "é", true],
    ["^.$", "😀", true],
    ["[a-c\\-]z", "-z", true],
    ["[]a]", "]", true],
    ["\\x41\\x{1F600}", "A😀", true],
    ["\\.\\*", ".*", true],
    ["\\Aab\\z", "ab", true],
    ["(?P<year>\\d{4})-(?<month>\\d\\d)", "2024-05", true],
    ["a{2", "a{2", true],
    ["", "anything", true],
    ["a|", "b", true],
    ["(a*)*", "", true],
  ])("%s on %j is %j", (source, text, expected) => {
    expect(matches(source, text)).toBe(expected);
  });

  it.each([
    ["(?=a)", "look-around"],
    ["(?!a)", "look-around"],
    ["(?<!a)b", "look-around"],
    ["(a)\\1", "back references"],
    ["a)", "without its"],
    ["(a", "is missing"],
    ["[a", "ends too early"],
    ["*a", "nothing to repeat"],
    ["a{2000}", "out of range"],
    ["a{3,2}", "out of range"],
    ["((a{100}){100}){100}", "too large"],
    ["[b-a]", "backwards"],
    ["\\p{Klingon}", "does not exist"],
    ["[[:nope:]]", "does not exist"],
    ["\\q", "not supported"],
    ["(?z)a", "does not exist"],
    ["(".repeat(200) + ")".repeat(200), "nested too deeply"],
  ])("refuses %s: %s", (source, reason) => {
    expect(() => compileRegex(source)).toThrow(reason);
  });

  it.each(["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "a*a*a*a*a*a*a*a*b", "(.*)(.*)(.*)(.*)(.*)[^a]x"])(
    "does not backtrack: %s",
    (source) => {
      // A backtracking engine would need centuries for these; the test's own time limit is the measure.
      expect(matches(source, `${"a".repeat(5_000)}!`)).toBe(false);
    },
  );
});
