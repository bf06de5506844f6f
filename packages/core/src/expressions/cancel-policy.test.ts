// What a cancel condition may contain.
import { describe, expect, it } from "vitest";
import { validateCancelExpression } from "./cancel-policy.ts";

describe("[X20] cancel conditions", () => {
  it.each([
    "event.data.id == async.data.id",
    'async.data.userId == event.data.userId && async.data.status != "kept"',
    "!(async.data.a <= 3) || async.data.b in [1, 2]",
    'async.data["odd key"][0] == event.data.x',
    "int(async.data.n) == uint(event.data.n) || double(async.data.n) > -1.5",
    "event.data.a ? async.data.b == 1 : async.data.c == 1",
  ])("takes %s", (source) => {
    expect(() => validateCancelExpression(source)).not.toThrow();
  });

  it.each([
    ["async.data.items.exists(i, i.id == event.data.id)", "the macro exists()"],
    ["has(async.data.id)", "the macro has()"],
    ["async.data.n + 1 == event.data.n", "arithmetic (+)"],
    ["async.data.n == event.data.n % 2", "arithmetic (%)"],
    ["-async.data.n == 1", "arithmetic (-)"],
    ["async.data.id.startsWith(event.data.id)", "the function startsWith()"],
    ["async.data.a == 1 && lowercase(async.data.id) == event.data.id", "the function lowercase()"],
    ["size(async.data.a) == 1", "the function size()"],
    ["date(async.ts) > now()", "the function date()"],
  ])("refuses %s because of %s", (source, reason) => {
    expect(() => validateCancelExpression(source)).toThrow(reason);
    expect(() => validateCancelExpression(source)).toThrow("Use comparisons");
  });

  it("refuses what does not compile", () => {
    expect(() => validateCancelExpression("async.data.id ==")).toThrow("is not valid at character");
  });
});
