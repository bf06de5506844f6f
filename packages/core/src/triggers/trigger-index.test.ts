// Which functions an event starts: patterns, order, conditions, failures, and when the event is parsed.
import type { Trigger } from "@everstep/protocol";
import { describe, expect, it, vi } from "vitest";
import { patternsOf } from "./event-patterns.ts";
import { createTriggerIndex, type TriggerVerdicts } from "./trigger-index.ts";

const on = (event: string, expression?: string): Trigger =>
  expression === undefined ? { kind: "event", event } : { kind: "event", event, expression };
const cron: Trigger = { kind: "cron", cron: "0 0 * * *" };

function matchOf(
  functions: readonly { id: string; triggers: readonly Trigger[] }[],
  event: { name: string; data?: unknown },
): TriggerVerdicts {
  return createTriggerIndex(functions).match({ name: event.name, readEvent: () => event }, 0);
}

describe("[T1] patterns", () => {
  it.each([
    ["user.created", ["user.created", "user.*"]],
    ["api/v1/user.created", ["api/v1/user.created", "api/*", "api/v1/*", "api/v1/user.*"]],
    ["a.b.c", ["a.b.c", "a.*", "a.b.*"]],
    ["a.b/c", ["a.b/c", "a.b/*", "a.*"]],
    ["plain", ["plain"]],
    ["/x", ["/x"]],
    ["/x/y", ["/x/y", "/x/*"]],
    [".x", [".x"]],
    ["x/", ["x/", "x/*"]],
    ["a//b", ["a//b", "a/*", "a//*"]],
    ["inngest/function.failed", ["inngest/function.failed", "inngest/*", "inngest/function.*"]],
  ])("%s matches %j", (name, expected) => {
    expect(patternsOf(name)).toEqual(expected);
  });

  it("decide which functions an event starts", () => {
    const functions = [
      { id: "exact", triggers: [on("shop/order.created")] },
      { id: "slash", triggers: [on("shop/*")] },
      { id: "dot", triggers: [on("shop/order.*")] },
      {
        id: "other",
        triggers: [on("shop/order.paid"), on("shop"), on("*"), on("shop/order*"), cron],
      },
    ];
    expect(matchOf(functions, { name: "shop/order.created" })).toEqual({
      matches: [
        { functionId: "exact", triggerIndex: 0 },
        { functionId: "slash", triggerIndex: 0 },
        { functionId: "dot", triggerIndex: 0 },
      ],
      failures: [],
      filtered: [],
    });
    expect(matchOf(functions, { name: "nothing" })).toEqual({
      matches: [],
      failures: [],
      filtered: [],
    });
  });
});

describe("[T2, E1] once per function", () => {
  it("starts through the first trigger in the function's order, whatever pattern it has", () => {
    const functions = [
      { id: "wide-first", triggers: [cron, on("a/*"), on("a/b")] },
      { id: "exact-first", triggers: [on("a/b"), on("a/*"), on("a/b", "true")] },
      {
        id: "condition-first",
        triggers: [on("a/b", "event.data.n > 5"), on("a/*", "event.data.n > 1"), on("a/b")],
      },
    ];
    expect(matchOf(functions, { name: "a/b", data: { n: 3 } }).matches).toEqual([
      { functionId: "wide-first", triggerIndex: 1 },
      { functionId: "exact-first", triggerIndex: 0 },
      { functionId: "condition-first", triggerIndex: 1 },
    ]);
  });

  it("keeps two functions apart that have the same id", () => {
    const twice = { id: "f", triggers: [on("a")] };
    expect(matchOf([twice, twice], { name: "a" }).matches).toHaveLength(2);
  });
});

describe("[T3] conditions", () => {
  it("see the whole event and the time", () => {
    const functions = [
      { id: "name", triggers: [on("a/*", 'event.name == "a/b" && event.data.plan == "pro"')] },
      { id: "no", triggers: [on("a/b", 'event.data.plan == "free"')] },
      { id: "time", triggers: [on("a/b", 'now() == date("1970-01-01")')] },
    ];
    expect(matchOf(functions, { name: "a/b", data: { plan: "pro" } })).toEqual({
      matches: [
        { functionId: "name", triggerIndex: 0 },
        { functionId: "time", triggerIndex: 0 },
      ],
      failures: [],
      filtered: [{ functionId: "no", expressions: [{ expression: 'event.data.plan == "free"' }] }],
    });
  });

  it("[F2] that let the event through by no trigger of its name are told, each with what failed", () => {
    const functions = [
      { id: "later", triggers: [on("a", "false"), on("a", "event.data.n == 1")] },
      { id: "none", triggers: [on("a", "false"), on("a", "event.data.n"), on("b", "true")] },
    ];
    const { matches, filtered } = matchOf(functions, { name: "a", data: { n: 1 } });
    expect(matches).toEqual([{ functionId: "later", triggerIndex: 1 }]);
    expect(filtered).toMatchObject([
      {
        functionId: "none",
        expressions: [
          { expression: "false" },
          { expression: "event.data.n", error: expect.stringContaining("must be a boolean") },
        ],
      },
    ]);
    expect(filtered[0]?.expressions).toHaveLength(2);
  });

  it("that fail are reported, and later triggers are tried", () => {
    const functions = [
      {
        id: "broken",
        triggers: [
          on("a", "event.data.id"),
          on("a", "1 / 0 == 1"),
          on("a", "event.data."),
          on("a"),
        ],
      },
      { id: "alone", triggers: [on("a", "int(event.data.id) > 1")] },
    ];
    const { matches, failures } = matchOf(functions, { name: "a", data: { id: "u1" } });
    expect(matches).toEqual([{ functionId: "broken", triggerIndex: 3 }]);
    expect(failures).toEqual([
      {
        functionId: "broken",
        triggerIndex: 0,
        message: expect.stringContaining("must be a boolean"),
      },
      {
        functionId: "broken",
        triggerIndex: 1,
        message: expect.stringContaining("division by zero"),
      },
      {
        functionId: "broken",
        triggerIndex: 2,
        message: expect.stringContaining("is not valid at"),
      },
      {
        functionId: "alone",
        triggerIndex: 0,
        message: expect.stringContaining("cannot become an int"),
      },
    ]);
  });
});

describe("[T4] parsing", () => {
  const functions = [
    { id: "plain", triggers: [on("a")] },
    { id: "one", triggers: [on("b", "event.data.x == 1")] },
    { id: "two", triggers: [on("b", "event.data.x == 2"), on("b", "event.data.x == 3")] },
    { id: "skipped", triggers: [on("a"), on("a", "event.data.x == 1")] },
  ];
  const index = createTriggerIndex(functions);

  it("does not happen without a condition", () => {
    const readEvent = vi.fn<() => unknown>();
    expect(index.match({ name: "a", readEvent }, 0).matches).toHaveLength(2);
    index.match({ name: "c", readEvent }, 0);
    expect(readEvent).not.toHaveBeenCalled();
  });

  it("happens once for many conditions", () => {
    const readEvent = vi.fn<() => unknown>(() => ({ data: { x: 3 } }));
    expect(index.match({ name: "b", readEvent }, 0).matches).toEqual([
      { functionId: "two", triggerIndex: 1 },
    ]);
    expect(readEvent).toHaveBeenCalledTimes(1);
  });
});
