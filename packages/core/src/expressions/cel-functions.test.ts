// The functions and macros, standard and own, as expression and expected result.
import { describe, expect, it, vi } from "vitest";
import { compileExpression, evaluate } from "./compile-expression.ts";

const nowMs = Date.UTC(2024, 0, 15, 12);
const event = {
  ts: Date.UTC(2024, 0, 15, 10, 30),
  data: {
    name: "Ada Lovelace",
    when: "2024-01-15T10:30:00Z",
    payload: '{"user":{"id":7}}',
    items: [
      { sku: "a", price: 10 },
      { sku: "b", price: 25 },
    ],
    tags: { red: 1, blue: 2 },
    gone: null,
  },
};

function result(source: string): unknown {
  return evaluate(compileExpression(source), { event, vars: { limit: 20 } }, { nowMs });
}

describe("standard functions", () => {
  it.each([
    ["size(event.data.name)", 12],
    ['size("añ😀")', 3],
    ["event.data.items.size()", 2],
    ["size(event.data.tags)", 2],
    ['event.data.name.contains("Love")', true],
    ['event.data.name.startsWith("Ada")', true],
    ['event.data.name.endsWith("Ada")', false],
    ['event.data.name.matches("^[A-Z][a-z]+ ")', true],
    ['matches(event.data.name, "lace$")', true],
    ['"blue" in event.data.tags', true],
    ['"green" in event.data.tags', false],
    ["2 in [1, 2.0]", true],
    ['"2" in [1, 2]', false],
    ['int("42") + 1', 43],
    ["int(3.9)", 3],
    ["int(-3.9)", -3],
    ["uint(3)", 3],
    ['double("2.5")', 2.5],
    ["string(7)", "7"],
    ["string(2.5)", "2.5"],
    ["string(true)", "true"],
    ['bool("true")', true],
    ['bytes("ab") == b"ab"', true],
    ['string(b"ab")', "ab"],
    ["dyn(1) == 1", true],
    ["type(event.data.name) == string", true],
    ["type(1) == int", true],
    ["type(event.data.ts) == null_type", true],
    ["type(event.ts) == double", true],
    ['timestamp("2024-01-15T10:30:00Z") == timestamp(event.data.when)', true],
    ['timestamp("2024-01-15T12:30:00+02:00") == timestamp(event.data.when)', true],
    ['duration("1h30m") == duration("90m")', true],
    ['duration("-1.5s") == duration("-1500ms")', true],
    ['duration("100ms") < duration("1s")', true],
    ["int(timestamp(event.data.when))", 1_705_314_600],
    ["timestamp(event.data.when).getFullYear()", 2024],
    ["timestamp(event.data.when).getMonth()", 0],
    ["timestamp(event.data.when).getDate()", 15],
    ["timestamp(event.data.when).getDayOfMonth()", 14],
    ["timestamp(event.data.when).getDayOfWeek()", 1],
    ["timestamp(event.data.when).getDayOfYear()", 14],
    ["timestamp(event.data.when).getHours()", 10],
    ['timestamp(event.data.when).getHours("America/New_York")', 5],
    ['timestamp(event.data.when).getHours("+02:00")', 12],
    ["timestamp(event.data.when).getMinutes()", 30],
    ["timestamp(event.data.when).getSeconds()", 0],
    ["timestamp(event.data.when).getMilliseconds()", 0],
    ['duration("90m").getHours()', 1],
    ['duration("90m").getMinutes()', 90],
    ["event.data.items[0].sku", "a"],
    ["event.data.items[1.0].sku", "b"],
    ['event["data"]["items"][1]["price"] == 25', true],
    ["event.data.items[1].price > vars.limit", true],
  ])("%s is %j", (source, expected) => {
    expect(result(source)).toBe(expected);
  });

  it.each([
    ['int("abc")', "cannot become an int"],
    ['int("9223372036854775808")', "integer overflow"],
    ["uint(-1)", "cannot become a uint"],
    ['double("")', "cannot become a double"],
    ['bool("maybe")', "cannot become a bool"],
    ['timestamp("2024-01-15")', "not an RFC 3339 timestamp"],
    ['duration("soon")', "is not a duration"],
    ["size(3)", "size needs a string, list or map"],
    ['event.data.items.contains("a")', "contains needs a string"],
    ['"a" in event.data.name', "for text use contains()"],
    ['timestamp(event.data.when).getHours("Mars/Base")', "is not a time zone"],
  ])("%s fails: %s", (source, reason) => {
    expect(() => result(source)).toThrow(reason);
  });
});

describe("[X22] the dialect's own functions", () => {
  it.each([
    ["lowercase(event.data.name)", "ada lovelace"],
    ["uppercase(event.data.name)", "ADA LOVELACE"],
    ['b64decode("aMOpbGxv")', "héllo"],
    ["json_parse(event.data.payload).user.id", 7],
    ['date("2024-01-15T10:30:00Z") == timestamp(event.data.when)', true],
    ["date(event.ts) == timestamp(event.data.when)", true],
    ["date(1705314600) == timestamp(event.data.when)", true],
    ['date("1705314600") == timestamp(event.data.when)', true],
    ['date("2024-01-15 10:30") == timestamp(event.data.when)', true],
    ['date("2024/1/15 10:30:00") == timestamp(event.data.when)', true],
    ['date("1/15/2024 10:30") == timestamp(event.data.when)', true],
    ['date("Mon, 15 Jan 2024 10:30:00 GMT") == timestamp(event.data.when)', true],
    ['date("January 15, 2024") == date("2024-01-15")', true],
    ['date("15 Jan 2024 11:30 +01:00") == timestamp(event.data.when)', true],
    ["date(event.data.when) < now()", true],
    ['now() == date("2024-01-15T12:00:00Z")', true],
    ['now_plus("1d") == date("2024-01-16T12:00:00Z")', true],
    ['now_minus("90m") == timestamp(event.data.when)', true],
    ['date(event.data.when) > now_minus("2h")', true],
    ["now()", "2024-01-15T12:00:00Z"],
  ])("%s is %j", (source, expected) => {
    expect(result(source)).toBe(expected);
  });

  it.each([
    ['date("2024-02-31")', "is not a date"],
    ['date("tomorrow")', "is not a date"],
    ['json_parse("[1]")', "the text of a JSON object"],
    ['json_parse("{")', "the text of a JSON object"],
    ['b64decode("*")', "base64"],
    ['now_plus("soon")', "is not a duration"],
  ])("%s fails: %s", (source, reason) => {
    expect(() => result(source)).toThrow(reason);
  });
});

describe("[X13] time", () => {
  it("is the caller's, and differs between evaluations of one expression", () => {
    const expression = compileExpression("now()");
    expect(evaluate(expression, {}, { nowMs: 0 })).toBe("1970-01-01T00:00:00Z");
    expect(evaluate(expression, {}, { nowMs: 1 })).toBe("1970-01-01T00:00:00.001Z");
  });

  it("is read in UTC even where the machine is elsewhere", () => {
    vi.stubEnv("TZ", "Asia/Tokyo");
    try {
      expect(new Date(0).getHours()).toBe(9);
      expect(result('date("2024-01-15 10:30") == timestamp("2024-01-15T10:30:00Z")')).toBe(true);
      expect(result('date("Jan 15, 2024") == timestamp("2024-01-15T00:00:00Z")')).toBe(true);
      expect(result("timestamp(event.data.when).getHours()")).toBe(10);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe("macros", () => {
  it.each([
    ['event.data.items.exists(i, i.sku == "b")', true],
    ['event.data.items.exists(i, i.sku == "z")', false],
    ["event.data.items.all(i, i.price >= 10)", true],
    ["event.data.items.all(i, i.price > 10)", false],
    ["event.data.items.exists_one(i, i.price > 20)", true],
    ["event.data.items.exists_one(i, i.price > 5)", false],
    ["event.data.items.map(i, i.sku)", ["a", "b"]],
    ["event.data.items.map(i, i.price > 20, i.sku)", ["b"]],
    ["event.data.items.filter(i, i.price > 20).map(i, i.price + vars.limit)", [45]],
    [
      "[1, 2].map(x, [3, 4].map(y, x * y))",
      [
        [3, 4],
        [6, 8],
      ],
    ],
    ["[1, 2].map(x, [3].map(x, x) == [3] && x > 1)", [false, true]],
    ["[1].map(event, event + 1)", [2]],
    ["[].all(x, x)", true],
    ["[].exists(x, x)", false],
    ["has(event.data.name) && !has(event.data.age)", true],
  ])("%s is %j", (source, expected) => {
    expect(result(source)).toEqual(expected);
  });

  it.each([
    ["event.data.none.exists(x, true)", false],
    ["event.data.none.exists_one(x, true)", false],
    ["event.data.none.all(x, true)", false],
    ["event.data.gone.map(x, x)", []],
    ["event.data.none.filter(x, true)", []],
    ['event.data.tags.exists(key, key == "red")', true],
  ])("[X12] %s is %j", (source, expected) => {
    expect(result(source)).toEqual(expected);
  });

  it("[X12] refuses to loop over a number", () => {
    expect(() => result("event.ts.exists(x, true)")).toThrow("exists() needs a list or a map");
  });
});
