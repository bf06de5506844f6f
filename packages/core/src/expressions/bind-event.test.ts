// Binding: what is left after the event's values are written in, that it means the same, and that it survives storage.
import { EverstepError } from "@everstep/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindEvent } from "./bind-event.ts";
import { compileBoundSource, compileExpression, evaluateBoolean } from "./compile-expression.ts";
import type { BooleanResult } from "./compile-expression.ts";
import { matchKeyOf, matchKeyValue } from "./match-key.ts";

const trigger = {
  name: "shop/order.created",
  data: {
    id: "u1",
    n: 5,
    half: -0.5,
    ok: true,
    none: null,
    tags: ["a", "b"],
    plan: "pro",
    o: { k: "v" },
  },
};

function boundOf(source: string): string {
  return bindEvent(compileExpression(source), trigger).boundSource;
}

describe("[X16] binding", () => {
  it.each([
    ["async.data.id == event.data.id", 'async.data.id == "u1"'],
    ["event.data.id == async.data.id", '"u1" == async.data.id'],
    ["async.data.n == event.data.n", "async.data.n == 5.0"],
    ["async.data.n > event.data.half", "async.data.n > -0.5"],
    ["async.data.ok == event.data.ok", "async.data.ok == true"],
    ["async.data.x == event.data.missing", "async.data.x == null"],
    ["async.data.x == event.data.none", "async.data.x == null"],
    ["async.data.x == event.data.missing.deeper", "async.data.x == null"],
    ["async.data.tag in event.data.tags", 'async.data.tag in ["a", "b"]'],
    ["async.data.o == event.data.o", 'async.data.o == {"k": "v"}'],
    ["event.data.o[async.data.key] == 1", '{"k": "v"}[async.data.key] == 1'],
    ['event.data.plan == "pro" && async.data.id == event.data.id', 'async.data.id == "u1"'],
    ['event.data.plan == "free" && async.data.id == event.data.id', "false"],
    ['event.data.plan == "pro" || async.data.a == 1', "true"],
    ['async.data.a == 1 && event.data.plan == "pro"', "async.data.a == 1 && true"],
    ["event.data.ok ? async.data.a == 1 : async.data.b == 1", "async.data.a == 1"],
    [
      'async.data.key == "k-" + event.data.id + "-" + string(event.data.n)',
      'async.data.key == "k-u1-5"',
    ],
    ["has(event.data.id) && has(async.data.id)", "has(async.data.id)"],
    ["event.data.tags.exists(t, t == async.data.t)", '["a", "b"].exists(t, t == async.data.t)'],
    ['event.data.tags.exists(t, t == "a")', "true"],
    ["date(async.ts) > now()", "date(async.ts) > now()"],
    ["[1].exists(i, now() > date(1))", "[1].exists(i, now() > date(1))"],
    ["[1].exists(i, i > 0 && vars.x == 1)", "[1].exists(i, i > 0 && vars.x == 1)"],
    ["date(event.data.id) == date(async.ts)", 'date("u1") == date(async.ts)'],
    ["vars.a == async.a", "vars.a == async.a"],
    ["(async.a || async.b) && async.c", "(async.a || async.b) && async.c"],
    ["async.a - (async.b - async.c) == 1", "async.a - (async.b - async.c) == 1"],
    ["!(async.a == 1) && -async.n < 0", "!(async.a == 1) && -async.n < 0"],
    ["(async.a ? 1 : 2) == 1", "(async.a ? 1 : 2) == 1"],
    ["[async.a, 1].map(x, x > 0, x + 1) == []", "[async.a, 1].map(x, x > 0, x + 1) == []"],
    ['async["odd key"].x.contains("a")', 'async["odd key"].x.contains("a")'],
    [
      'type(async.a) == string && async.b == b"\\x01"',
      'type(async.a) == string && async.b == b"\\x01"',
    ],
  ])("%s becomes %s", (source, expected) => {
    expect(boundOf(source)).toBe(expected);
  });

  it("writes every text so that it reads back the same", () => {
    const texts = [
      '"',
      "\\",
      "\n\r\t\b\f",
      "\u0000\u001f",
      "\u2028",
      "é😀",
      "\ud800",
      "${x}",
      "\\u0041",
      "'''",
    ];
    for (const text of texts) {
      const bound = bindEvent(compileExpression("async.data.id == event.data.id"), {
        data: { id: text },
      });
      const again = compileBoundSource(bound.boundSource);
      const matched = evaluateBoolean(again, { async: { data: { id: text } } }, { nowMs: 0 });
      expect(matched).toEqual({ ok: true, value: true });
    }
  });

  it("keeps values much longer than an authored expression may be, up to a bound", () => {
    const expression = compileExpression("async.data.id == event.data.id");
    const long = bindEvent(expression, { data: { id: "x".repeat(100_000) } });
    expect(compileBoundSource(long.boundSource).source).toHaveLength(100_019);
    const tooLong = (): unknown => bindEvent(expression, { data: { id: "x".repeat(300_000) } });
    expect(tooLong).toThrow(EverstepError);
    expect(tooLong).toThrow("Compare a short field");
  });

  it.each([
    ["a thousand levels", JSON.parse(`${"[".repeat(1_000)}${"]".repeat(1_000)}`)],
    ["very many levels", JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`)],
    ["very many items", Array.from({ length: 30_000 }, () => 1)],
  ])("refuses a value with %s", (_what, id: unknown) => {
    const expression = compileExpression("async.data.id == event.data.id");
    expect(() => bindEvent(expression, { data: { id } })).toThrow("too large to keep");
  });

  it("does not look at the parts of a large event that are not read", () => {
    const data = { id: "u1", big: Array.from({ length: 100_000 }, () => ({ a: 1 })) };
    const bound = bindEvent(compileExpression("async.data.id == event.data.id"), { data });
    expect(bound.boundSource).toBe('async.data.id == "u1"');
  });
});

describe("[X17] never", () => {
  it.each([
    ['event.data.plan == "free" && async.data.id == event.data.id', true],
    ['async.data.id == event.data.id && event.data.plan == "free"', true],
    ["async.data.id == event.data.id && event.data.missing", true],
    ['event.data.plan == "free" || event.data.n > 9', true],
    ['async.a == 1 && event.data.n > 9 || event.data.plan == "free"', true],
    ["event.data.id", true],
    ["async.data.id == event.data.id", false],
    ["async.data.id", false],
    ["event.data.ok", false],
    ["async.a ? event.data.ok : false", false],
    ["async.a ? false : event.data.none", true],
  ])("%s is never true: %j", (source, expected) => {
    expect(bindEvent(compileExpression(source), trigger).isNever).toBe(expected);
  });
});

const FIELDS = ["a", "b", "c"] as const;
const scalar = fc.oneof(
  fc.constantFrom("", "x", "y", "1", "\u0000é"),
  fc.constantFrom(0, 1, 2, -1, 0.5, -0),
  fc.boolean(),
  fc.constant(null),
);
const value = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
);
const completeEvent = fc.record({ data: fc.record({ a: value, b: value, c: value }) });
const anyEvent = fc.record({
  data: fc.record({ a: value, b: value, c: value }, { requiredKeys: [] }),
});
const literal = fc.constantFrom('"x"', '"1"', '""', "0", "1", "1.0", "2", "true", "false", "null");
const path = fc
  .tuple(fc.constantFrom("event", "async"), fc.constantFrom(...FIELDS))
  .map(([root, field]) => `${root}.data.${field}`);

/** Expressions without ordering operators, in which missing and null mean the same. */
function expressions(operators: readonly string[]): fc.Arbitrary<string> {
  return fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      fc.oneof(path, literal),
      fc
        .tuple(tie("tree"), fc.constantFrom(...operators), tie("tree"))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc.tuple(tie("tree"), tie("tree")).map(([left, right]) => `(${left} && ${right})`),
      fc.tuple(path, fc.oneof(path, literal)).map(([left, right]) => `(${left} == ${right})`),
      tie("tree").map((tree) => `!(${tree})`),
      fc.tuple(tie("tree"), tie("tree"), tie("tree")).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(path, tie("tree")).map(([list, body]) => `${list}.exists(i, i == (${body}))`),
      fc.tuple(path, literal).map(([text, part]) => `${text}.contains(${part})`),
      path.map((field) => `has(${field})`),
      tie("tree").map((tree) => `size(${tree})`),
    ),
  })).tree;
}

function comparable(result: BooleanResult): unknown {
  return result.ok ? result.value : "no match";
}

describe("[X16] bound and unbound agree", () => {
  const check = (source: string, event: unknown, async: unknown): void => {
    const expression = compileExpression(source);
    const bound = bindEvent(expression, event);
    const direct = comparable(evaluateBoolean(expression, { event, async }, { nowMs: 0 }));
    const stored = compileBoundSource(bound.boundSource);
    expect(comparable(evaluateBoolean(bound.expression, { async }, { nowMs: 0 }))).toBe(direct);
    expect(comparable(evaluateBoolean(stored, { async }, { nowMs: 0 }))).toBe(direct);
    expect(bound.boundSource).not.toMatch(/\bevent\b/);
    if (bound.isNever) expect(direct).not.toBe(true);
  };

  it("for every operator when the event has every field", () => {
    const source = expressions(["==", "!=", "||", "<", "<=", ">", ">=", "+", "-", "*", "in"]);
    fc.assert(fc.property(source, completeEvent, anyEvent, check), { numRuns: 5_000 });
  });

  it("with missing fields too where null and missing mean the same", () => {
    const source = expressions(["==", "!=", "||", "+", "-", "in"]).filter(
      (text) => !text.includes("has("),
    );
    fc.assert(fc.property(source, anyEvent, anyEvent, check), { numRuns: 5_000 });
  });
});

describe("[X18] match keys", () => {
  it("never hide a matching event", () => {
    const few = fc.constantFrom<unknown>("x", "1", 1, 2, true, false, null);
    const event = fc.record({
      data: fc.record({ a: few, b: few, c: few }, { requiredKeys: ["a"] }),
    });
    const part = fc.oneof(
      fc.tuple(path, fc.oneof(path, literal)).map(([left, right]) => `${left} == ${right}`),
      expressions(["==", "!=", "||", "<", ">"]),
    );
    const source = fc
      .array(part, { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join(" && "));
    let matchesWithKey = 0;
    fc.assert(
      fc.property(source, event, event, (text, first, async) => {
        const bound = bindEvent(compileExpression(text), first);
        const key = matchKeyOf(bound);
        const result = evaluateBoolean(bound.expression, { async }, { nowMs: 0 });
        if (key === undefined || !result.ok || !result.value) return;
        matchesWithKey += 1;
        expect(matchKeyValue(async, key.path)).toBe(key.value);
      }),
      { numRuns: 20_000 },
    );
    expect(matchesWithKey).toBeGreaterThan(200);
  });
});
