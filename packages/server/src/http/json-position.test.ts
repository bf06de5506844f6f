// Where broken JSON is said to be broken, for every form of message that the parser has.
import { expect, it } from "vitest";
import { describeJsonError } from "./json-position.ts";

const LONG = '{"name":"shop/order.placed","data":{"a":xyz,"b":"cdefghijklmno"}}';

it.each([
  ["hello", 0],
  ['{"a":x}', 5],
  ['{"xx":x}', 6],
  ['{"a":tru}', 8],
  ["nope", 1],
  [LONG, LONG.indexOf("xyz")],
  ['{"a":1,}', 7],
  ["[1,2", 4],
  ['{"a":', 5],
  ['{"a":"abc', 9],
  ["{}}", 2],
])("names the position of the mistake in %s", (text, position) => {
  const describe = (): string => {
    try {
      JSON.parse(text);
      return "no mistake";
    } catch (error) {
      return describeJsonError(text, error as Error);
    }
  };
  expect(describe()).toContain(`at position ${position} (line 1 column ${position + 1})`);
});

it("counts lines", () => {
  expect(describeJsonError("{\n\n  a", new SyntaxError("Unexpected end of JSON input"))).toContain(
    "position 6 (line 3 column 4)",
  );
});
