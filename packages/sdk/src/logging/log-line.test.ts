// Lines of a handler's logger: whatever is logged becomes a bounded copy, and nothing throws.
import { describe, expect, it } from "vitest";
import { charsOf, toLogLine, type LogLine } from "./log-line.ts";

function line(...args: unknown[]): Pick<LogLine, "message" | "fields"> {
  const { message, fields } = toLogLine("info", args, { atMs: 5, stepId: undefined });
  return fields === undefined ? { message } : { message, fields };
}

describe("a line", () => {
  it("has its time, its level and the step that wrote it", () => {
    expect(toLogLine("warn", ["text"], { atMs: 5, stepId: "abc" })).toEqual({
      at: 5,
      level: "warn",
      message: "text",
      step: "abc",
    });
  });

  it.each<[string, unknown[], unknown]>([
    ["message first", ["text", { a: 1 }], { message: "text", fields: { a: 1 } }],
    ["[R20] fields first", [{ a: 1 }, "text"], { message: "text", fields: { a: 1 } }],
    [
      "several texts",
      ["paid", 5, true, null, undefined],
      { message: "paid 5 true null undefined" },
    ],
    ["a bigint", ["sum", 12n, { sum: 12n }], { message: "sum 12", fields: { sum: "12" } }],
    ["a symbol", [Symbol("mark")], { message: "Symbol(mark)" }],
    ["fields alone", [{ a: 1 }], { message: "", fields: { a: 1 } }],
    ["nothing", [], { message: "" }],
    ["several objects", ["x", { a: 1 }, { b: 2 }], { message: "x", fields: { a: 1, b: 2 } }],
    ["a list", ["x", [1, 2]], { message: "x", fields: { args: [1, 2] } }],
    ["a date", ["at", new Date(0)], { message: "at 1970-01-01T00:00:00.000Z" }],
    [
      "a member called __proto__",
      ["x", JSON.parse('{"__proto__":{"a":1}}')],
      { message: "x", fields: JSON.parse('{"__proto__":{"a":1}}') },
    ],
  ])("takes %s", (_name, args, expected) => {
    expect(line(...args)).toEqual(expected);
  });

  it("keeps an error with its stack and its cause, beside a text and alone, also deep inside", () => {
    const error = new TypeError("broken", { cause: new Error("why") });
    const err = { name: "TypeError", message: "broken", cause: { message: "why" } };
    expect(line("failed", error)).toMatchObject({ message: "failed", fields: { err } });
    expect(line(error)).toMatchObject({ message: "TypeError: broken", fields: { err } });
    expect(line("failed", { deep: { err: error } })).toMatchObject({ fields: { deep: { err } } });
    expect(JSON.stringify(line(error))).toContain("log-line.test");
  });

  it("is a copy", () => {
    const cart = { items: ["cup"] };
    const before = line("cart", cart);
    cart.items.push("plate");
    expect(before.fields).toEqual({ items: ["cup"] });
  });

  it("never throws", () => {
    const cycle: Record<string, unknown> = { a: 1 };
    cycle["self"] = cycle;
    expect(JSON.stringify(line("x", cycle))).toContain("[Circular");
    const getter = {
      get bad(): never {
        throw new Error("no");
      },
    };
    expect(line("x", getter)).toEqual({ message: "x", fields: { unwritable: "no" } });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(line(proxy, "x").fields).toHaveProperty("unwritable");
    let deep: unknown = {};
    for (let n = 0; n < 100_000; n += 1) deep = { deep };
    expect(line("x", deep).fields).toHaveProperty("unwritable");
  });

  it("is bounded", () => {
    const long = line("m".repeat(10_000), { text: "f".repeat(20_000) });
    expect(long.message).toHaveLength(4_000);
    expect(long.message.endsWith("m…")).toBe(true);
    expect((long.fields as { cut: string }).cut).toHaveLength(8_000);
    expect(charsOf(toLogLine("info", ["abc"], { atMs: 5, stepId: undefined }))).toBe(123);
  });
});
