// What compiling refuses and how it says so, the bounds on size and work, and the samples that authors write.
import { EverstepError, LIMITS } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { compileExpression, evaluate, evaluateBoolean } from "./compile-expression.ts";

function errorOf(source: string): EverstepError {
  try {
    compileExpression(source);
  } catch (error) {
    if (error instanceof EverstepError) return error;
    throw error;
  }
  throw new Error(`"${source.slice(0, 80)}" compiled`);
}

describe("[X1] compile errors", () => {
  it.each([
    ["event.data.id = 3", "at character 15", "Compare with =="],
    ["event.data.a === 1", "at character 16", "Compare with =="],
    ["event.data.a and event.data.b", "at character 14", "with &&, || and !"],
    ["event.data.a & event.data.b", "at character 14", "&& and ||"],
    ["event.data.a == “x”", "at character 17", "straight quotes"],
    ["event.data.items.some(i => i.a)", "at character 25", "exists("],
    ["event.data.id ==", "at character 17", "Write CEL"],
    ["plan == 1", "at character 1", 'quote it: "plan"'],
    ["event.data.x == pro", "at character 17", 'quote it: "pro"'],
    ["shout(event.data.id)", "at character 1", 'no function "shout"'],
    ["contains(event.data.id)", "at character 1", "Write text.contains(…)"],
    ["event.data.id.lowercase()", "at character 1", "Write lowercase(text)"],
    ["event.data.id.contains()", "at character 1", "Give it 1"],
    ["lowercase(event.data.a, event.data.b)", "at character 1", "Give it 1"],
    ["has(event)", "", "has"],
    ["event.data.list.exists(x)", "at character 1", "list.exists(item"],
    ["{1: 2}", "at character 2", "Quote the key"],
    ["99999999999999999999", "at character 1", "too large"],
    ["cel.bind(x, 1, x)", "", ""],
    ["", "empty", "Write CEL"],
    ["   ", "empty", "Write CEL"],
  ])("%s", (source, place, advice) => {
    const error = errorOf(source);
    expect(error.code).toBe("expression_invalid");
    expect(error.status).toBe(400);
    expect(error.message).toContain(source.trim() === "" ? "" : `"${source}"`);
    expect(error.message).toContain(place);
    expect(error.message).toContain(advice);
  });

  it("keeps names of the prototype chain from acting as fields", () => {
    for (const name of ["constructor", "toString", "hasOwnProperty", "length"]) {
      const vars = { event: { data: [] } };
      const read = (source: string): unknown =>
        evaluate(compileExpression(source), vars, { nowMs: 0 });
      expect(read(`event.${name}`)).toBeNull();
      expect(read(`event.data["${name}"]`)).toBeNull();
      expect(read(`{"a": 1}.${name}`)).toBeNull();
    }
    const map = evaluate(compileExpression('{"__proto__": {"a": 1}}.a'), {}, { nowMs: 0 });
    expect(map).toBeNull();
  });
});

describe("[X15] bounds", () => {
  it("takes an expression of the longest length and refuses one more character", () => {
    const fit = `"${"a".repeat(LIMITS.expressionCharsMax - 2)}"`;
    expect(evaluate(compileExpression(fit), {}, { nowMs: 0 })).toHaveLength(fit.length - 2);
    expect(errorOf(`${fit} `).message).toContain("8193 characters; at most 8192");
  });

  it.each([
    ["many nodes", Array.from({ length: 1_100 }, () => "1").join("+"), "maxAstNodes"],
    ["a long chain", Array.from({ length: 450 }, () => "true").join(" && "), "nested too deeply"],
    ["many parentheses", `${"(".repeat(300)}1${")".repeat(300)}`, "maxDepth"],
    ["many prefix operators", `${"!".repeat(1_500)}true`, "nested too deeply"],
    ["many prefix operators for the parser", `${"!".repeat(8_000)}true`, ""],
    ["a long list", `[${Array.from({ length: 1_100 }, () => "1").join(",")}]`, "maxListElements"],
  ])("refuses %s", (_what, source, reason) => {
    expect(errorOf(source).message).toContain(reason);
  });

  it("takes a condition of a hundred alternatives", () => {
    const source = Array.from({ length: 100 }, (_, n) => `event.data.id == "u${n}"`).join(" || ");
    const verdict = evaluateBoolean(
      compileExpression(source),
      { event: { data: { id: "u99" } } },
      { nowMs: 0 },
    );
    expect(verdict).toEqual({ ok: true, value: true });
  });

  it.each([
    ["nested loops", "event.l.exists(a, event.l.exists(b, event.l.exists(c, a + b + c < 0)))"],
    [
      "a loop over comparisons",
      "event.l.all(a, event.l.all(b, [event.l, a] != [event.l, event.l]))",
    ],
    ["growing lists", "event.l.map(a, event.l + event.l).map(a, a + a).size() == 0"],
    ["a loop of failures", "event.l.exists(a, event.l.exists(b, int('a') > b))"],
    ["a loop of dates", "event.l.all(a, event.l.all(b, date('5 Jan 2024') > date('1999-01-01')))"],
    ["comparing long texts", "event.l.all(a, event.l.all(b, event.text + '' == event.text))"],
    ["writing long lists", "event.l.all(a, string(event.l) != '')"],
    ["a search in a list", "event.l.exists(a, event.l.exists(b, -1 in event.l))"],
    ["a large pattern on a long text", 'event.text.matches("(a{1,100}b?){1,20}c")'],
  ])("stops %s at the cost limit", (_what, source) => {
    const event = { l: Array.from({ length: 2_000 }, (_, n) => n), text: "a".repeat(100_000) };
    const verdict = evaluateBoolean(compileExpression(source), { event }, { nowMs: 0 });
    expect(verdict).toMatchObject({ ok: false });
    expect(JSON.stringify(verdict)).toContain("too much work");
  });

  it("answers values that are nested too deeply with a message", () => {
    const deep = (): unknown => JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`);
    const verdict = evaluateBoolean(
      compileExpression("event.a == event.b"),
      { event: { a: deep(), b: deep() } },
      { nowMs: 0 },
    );
    expect(verdict).toMatchObject({ ok: false });
  });
});

describe("expressions that authors write", () => {
  const event = {
    name: "x",
    data: {
      orderId: "o1",
      userId: "u1",
      expenseId: "e1",
      account: { type: "enterprise" },
      function_id: "shop-pay",
    },
  };
  it.each([
    ["async.data.orderId == event.data.orderId", true],
    ["async.data.userId == event.data.userId", true],
    ["async.data.expenseId == event.data.expenseId", true],
    ["event.data.expenseId == async.data.expenseId", true],
    ["event.data.userId", "u1"],
    ["'global-email-queue'", "global-email-queue"],
    ["event.data.function_id == 'shop-pay'", true],
    ["event.data._inngest.fn_slug == 'shop-pay'", false],
    ["event.data.account.type == 'enterprise' ? 120 : 0", 120],
    ["event.data.userId + '-' + event.data.orderId", "u1-o1"],
    ['event.data.account.type != "free" && !(event.data.userId in ["u2"])', true],
  ])("%s", (source, expected) => {
    const vars = { event, async: { name: "y", data: event.data } };
    expect(evaluate(compileExpression(source), vars, { nowMs: 0 })).toBe(expected);
  });
});

it("evaluates the same compiled expression again and again without keeping state", () => {
  const expression = compileExpression("event.l.map(x, x + 1)");
  const first = evaluate(expression, { event: { l: [1] } }, { nowMs: 0 });
  expect(evaluate(expression, { event: { l: [5, 6] } }, { nowMs: 0 })).toEqual([6, 7]);
  expect(first).toEqual([2]);
});
