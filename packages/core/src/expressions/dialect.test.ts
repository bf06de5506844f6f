// Every row of the dialect table of server.md 6.2 and protocol.md 7.5, as expression and expected result.
import { describe, expect, it } from "vitest";
import { compileExpression, evaluate, evaluateBoolean } from "./compile-expression.ts";

const event = {
  name: "shop/order.created",
  data: {
    id: "u1",
    count: 5,
    half: 0.5,
    zero: 0,
    empty: "",
    nothing: null,
    yes: true,
    no: false,
    list: [1, 2, 3],
    map: { a: 1, b: 2 },
  },
};

function result(source: string): unknown {
  return evaluate(compileExpression(source), { event }, { nowMs: 0 });
}

describe("[X2] equality with missing and null", () => {
  it.each([
    ["event.data.gone == null", true],
    ["event.data.gone.deeper == null", true],
    ["event.data.gone != null", false],
    ['event.data.gone == "x"', false],
    ["event.data.gone == 0", false],
    ["event.data.gone == false", false],
    ['event.data.gone != "x"', true],
    ["event.data.gone == event.data.lost", true],
    ["event.data.gone == event.data.nothing", true],
    ["event.data.nothing == null", true],
    ["event.data.nothing == 0", false],
    ["event.data.nothing != 0", true],
    ["null == event.data.gone", true],
    ['"x" == event.data.gone', false],
    ["async.data.id == null", true],
    ["event.data.list[7] == null", true],
    ["event.data.id.field == null", true],
    ['event.data.map["gone"] == null', true],
  ])("%s is %j", (source, expected) => {
    expect(result(source)).toBe(expected);
  });
});

describe("[X3] ordering with missing", () => {
  it.each([
    ["event.data.gone < 1", true],
    ["event.data.gone <= 1", true],
    ["event.data.gone > 1", false],
    ["event.data.gone >= 1", false],
    ["event.data.gone < -100", true],
    ['event.data.gone < "a"', true],
    ["1 < event.data.gone", false],
    ["1 <= event.data.gone", false],
    ["1 > event.data.gone", true],
    ["-100 >= event.data.gone", true],
    ["event.data.gone < event.data.lost", false],
    ["event.data.gone <= event.data.lost", true],
    ["event.data.gone < null", false],
    ["null >= event.data.gone", true],
  ])("%s is %j", (source, expected) => {
    expect(result(source)).toBe(expected);
  });
});

describe("[X4] ordering with null", () => {
  it.each([
    ["event.data.nothing < 1", true],
    ["event.data.nothing > -1", true],
    ["event.data.nothing < 0", false],
    ["event.data.nothing <= 0", true],
    ["0 >= null", true],
    ["5 > null", true],
    ["-5 > null", false],
    ['null < "a"', true],
    ['null <= ""', true],
    ["null < true", true],
    ["null < false", false],
    ['null < duration("1s")', true],
    ['null < timestamp("1970-01-01T00:00:01Z")', true],
    ["null <= null", true],
    ["null < null", false],
    ["null < [1]", false],
    ["[1] > null", false],
  ])("%s is %j", (source, expected) => {
    expect(result(source)).toBe(expected);
  });
});

describe("[X5] numbers and mixed types", () => {
  it.each([
    ["event.data.count == 5", true],
    ["event.data.count == 5.0", true],
    ["event.data.count == 5u", true],
    ["5 == 5.0", true],
    ["event.data.count > 4", true],
    ["event.data.count < 5.5", true],
    ["event.data.half < 1", true],
    ["9007199254740993 == 9007199254740992.0", false],
    ['event.data.count == "5"', false],
    ['event.data.count != "5"', true],
    ["event.data.yes == 1", false],
    ['event.data.count < "9"', false],
    ['event.data.count > "1"', false],
    ['"9" >= event.data.count', false],
    ["event.data.list < 3", false],
    ["[1, 2] == [1.0, 2.0]", true],
    ["[1, 2] == [2, 1]", false],
    ["event.data.list == [1, 2, 3]", true],
    ['event.data.map == {"b": 2, "a": 1}', true],
    ['event.data.map == {"a": 1}', false],
    ['event.data.map == {"a": 1, "c": 2}', false],
    ["event.data.map == event.data.list", false],
    ['"a" < "b"', true],
    ["false < true", true],
    ['double("NaN") == double("NaN")', false],
    ['double("NaN") <= 1.0', false],
  ])("%s is %j", (source, expected) => {
    expect(result(source)).toBe(expected);
  });
});

describe("[X6] addition", () => {
  it.each([
    ["event.data.gone + 3", 3],
    ["3 + event.data.gone", 3],
    ['event.data.gone + "a"', "a"],
    ['event.data.nothing + "a"', "a"],
    ["null + 2", 2],
    ["event.data.gone + event.data.lost", null],
    ['"a" + 5', "a5"],
    ['5 + "a"', "5a"],
    ['"n" + 0.5', "n0.5"],
    ['event.data.count + "-" + event.data.id', "5-u1"],
    ['"is " + true', "is true"],
    ['"l" + [1, "b"]', 'l[1,"b"]'],
    ['"at " + timestamp("2024-01-15T10:00:00Z")', "at 2024-01-15T10:00:00Z"],
    ['"in " + duration("90s")', "in 90s"],
    ["1 + 2", 3],
    ["event.data.count + 1", 6],
    ["[1] + [2]", [1, 2]],
  ])("%s is %j", (source, expected) => {
    expect(result(source)).toEqual(expected);
  });
});

describe("[X7] functions and arithmetic on missing", () => {
  it.each([
    ["size(event.data.gone)", 0],
    ["event.data.gone.size()", 0],
    ["size(null)", 0],
    ['event.data.gone.startsWith("a")', false],
    ['event.data.gone.contains("a")', false],
    ["event.data.id.contains(event.data.gone)", false],
    ['event.data.gone.matches("a")', false],
    ["event.data.id.matches(event.data.gone)", false],
    ["lowercase(event.data.gone)", false],
    ["int(event.data.gone)", false],
    ["string(event.data.gone)", false],
    ["date(event.data.nothing)", false],
    ["event.data.gone - 1", false],
    ["2 * event.data.gone", false],
    ["event.data.gone / 2", false],
    ["event.data.gone % 2 == 0", false],
    ["-event.data.gone", false],
    ["1 in event.data.gone", false],
    ["has(event.data.gone)", false],
    ["has(event.data.gone.deeper)", false],
    ["has(event.data.nothing)", true],
    ["has(event.data.id)", true],
  ])("%s is %j", (source, expected) => {
    expect(result(source)).toBe(expected);
  });
});

describe("[X8] truthiness and operands", () => {
  it.each([
    ["event.data.gone || event.data.id", "u1"],
    ["event.data.id || event.data.gone", "u1"],
    ["event.data.empty || event.data.zero", 0],
    ["event.data.zero || event.data.empty", ""],
    ["event.data.id && event.data.count", 5],
    ["event.data.zero && event.data.id", 0],
    ["event.data.gone && event.data.id", null],
    ["event.data.list && true", true],
    ['event.data.count ? "yes" : "no"', "yes"],
    ['event.data.zero ? "yes" : "no"', "no"],
    ['event.data.empty ? "yes" : "no"', "no"],
    ['event.data.gone ? "yes" : "no"', "no"],
    ['[] ? "yes" : "no"', "yes"],
    ["!event.data.gone", true],
    ["!event.data.id", false],
    ["!0", true],
    ['!""', true],
    ["true && 0 || 7", 7],
  ])("%s is %j", (source, expected) => {
    expect(result(source)).toBe(expected);
  });
});

describe("[X9] errors beside a deciding operand", () => {
  it.each([
    ["1 / 0 == 1 || true", true],
    ["1 / 0 == 1 && false", false],
    ["[0, 1].exists(i, 1 / i == 1)", true],
    ["[0, 1].all(i, 1 / i == 2)", false],
  ])("%s is %j", (source, expected) => {
    expect(result(source)).toBe(expected);
  });

  it.each([
    "1 / 0 == 1 && true",
    "1 / 0 == 1 || false",
    "true && 1 / 0 == 1",
    "[0, 2].exists(i, 1 / i == 1)",
  ])("%s fails", (source) => {
    expect(() => result(source)).toThrow("division by zero");
  });
});

describe("[X10] boolean contexts", () => {
  const verdict = (source: string): unknown =>
    evaluateBoolean(compileExpression(source), { event }, { nowMs: 0 });

  it("answers true and false as they are", () => {
    expect(verdict("event.data.yes")).toEqual({ ok: true, value: true });
    expect(verdict("event.data.count > 9")).toEqual({ ok: true, value: false });
  });

  it("refuses a result that is no boolean and names the way out", () => {
    expect(verdict("event.data.id")).toEqual({
      ok: false,
      message:
        'The result of "event.data.id" must be a boolean, but it is "u1". Compare the value, for example with != null.',
    });
    expect(verdict("event.data.gone")).toMatchObject({ ok: false });
    expect(verdict("event.data.gone || event.data.id")).toMatchObject({ ok: false });
  });

  it("answers an evaluation error with its reason", () => {
    expect(verdict("int(event.data.id) > 1")).toEqual({
      ok: false,
      message: 'Evaluating "int(event.data.id) > 1" failed: "u1" cannot become an int.',
    });
  });
});

describe("[X11] arithmetic", () => {
  it.each([
    ["7 / 2", 3],
    ["-7 / 2", -3],
    ["7 % 3", 1],
    ["7.0 / 2.0", 3.5],
    ["event.data.count / 2", 2.5],
    ["event.data.count * 3", 15],
    ["event.data.count % 2 == 1", true],
    ["2 + 3 * 4", 14],
    ["(2 + 3) * 4", 20],
    ["10 - 2 - 3", 5],
    ["-(-5)", 5],
    [
      'timestamp("2024-01-02T00:00:00Z") - timestamp("2024-01-01T00:00:00Z") == duration("24h")',
      true,
    ],
    [
      'timestamp("2024-01-01T00:00:00Z") + duration("1h") == timestamp("2024-01-01T01:00:00Z")',
      true,
    ],
    ['duration("1h") + duration("30m") == duration("90m")', true],
    ['-duration("1h") < duration("0s")', true],
  ])("%s is %j", (source, expected) => {
    expect(result(source)).toBe(expected);
  });

  it.each([
    ["9223372036854775807 + 1", "integer overflow"],
    ["9223372036854775807 * 2", "integer overflow"],
    ["-9223372036854775807 - 2", "integer overflow"],
    ["1 / 0", "division by zero"],
    ["event.data.count % 0", "division by zero"],
    ["event.data.yes + event.data.no", '"+" is not defined for bool and bool'],
    ["event.data.list * 2", '"*" is not defined for list and int'],
    ["-event.data.id", '"-" is not defined for string'],
  ])("%s fails: %s", (source, reason) => {
    expect(() => result(source)).toThrow(reason);
  });
});
