// How an event finds the waits it ends: a key that an index can look up, then the whole expression.
import { eventToWireJson } from "@everstep/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Wait } from "../model/wait.ts";
import { AT_MS, anEvent, anOp } from "../testing/builders.ts";
import { startRun } from "../testing/test-run.ts";
import { matchKeysOf, matchesWait } from "./match-waits.ts";
import { matchKeyText, waitMatch } from "./wait-match.ts";

function waitFor(source: string | undefined, timeout = "1h"): Wait {
  const run = startRun();
  const opts = source === undefined ? { timeout } : { timeout, if: source };
  run.answer([anOp("WaitForEvent", "reply", { name: "shop/reply", opts })]);
  return run.wait();
}

function matches(wait: Wait, data: unknown, nowMs = AT_MS): boolean {
  const event = anEvent({ name: "shop/reply", dataJson: JSON.stringify(data) });
  return matchesWait(wait, { event, nowMs, readEvent: () => JSON.parse(eventToWireJson(event)) });
}

describe("matchesWait", () => {
  it("[W9] without an expression every event of the name matches", () => {
    expect(matches(waitFor(undefined), {})).toBe(true);
  });

  it("[W9] the whole expression decides", () => {
    const wait = waitFor("async.data.orderId == event.data.orderId && async.data.total > 5");
    expect(matches(wait, { orderId: "o_1", total: 6 })).toBe(true);
    expect(matches(wait, { orderId: "o_1", total: 5 })).toBe(false);
    expect(matches(wait, { orderId: "o_2", total: 6 })).toBe(false);
  });

  it("[W9] an expired wait matches nothing", () => {
    const wait = waitFor(undefined, "1s");
    expect(matches(wait, {}, AT_MS + 999)).toBe(true);
    expect(matches(wait, {}, AT_MS + 1_000)).toBe(false);
  });

  it("[W9] an expression that fails or is no boolean does not match", () => {
    expect(matches(waitFor("async.data.list[7] == 1"), { list: 3 })).toBe(false);
    expect(matches(waitFor("async.data.total"), { total: 1 })).toBe(false);
  });
});

describe("matchKeysOf", () => {
  it("[W9] gives a key for each path that has a value, and one for waits without", () => {
    const keys = matchKeysOf(
      () => ({ data: { a: "x", n: 1 } }),
      ["", "data.a", "data.n", "data.z"],
    );
    expect(keys).toHaveLength(3);
    expect(keys[0]).toBe("");
    expect(keys[1]).toContain("data.a=");
  });

  it("[W9] an event that matches is always among the candidates", () => {
    const value = fc.oneof(fc.string({ maxLength: 200 }), fc.integer(), fc.boolean());
    fc.assert(
      fc.property(value, value, (mine, theirs) => {
        const run = startRun({ event: { dataJson: JSON.stringify({ id: mine }) } });
        const opts = { if: "event.data.id == async.data.id" };
        run.answer([anOp("WaitForEvent", "reply", { name: "shop/reply", opts })]);
        const wait = run.wait();
        const keys = matchKeysOf(() => ({ data: { id: theirs } }), [wait.matchPath ?? ""]);
        if (matches(wait, { id: theirs })) expect(keys).toContain(wait.matchKey);
        else if (wait.matchPath !== "") expect(keys).not.toContain(wait.matchKey);
      }),
    );
  });

  it("[W9] long values are hashed, so that keys stay small", () => {
    const long = "x".repeat(65);
    expect(matchKeyText("data.a", long)).toHaveLength("data.a=".length + 40);
    expect(matchKeyText("data.a", "x".repeat(64))).toContain("x".repeat(64));
    expect(waitMatch("true", undefined)).toEqual({
      matchKey: "",
      matchPath: "",
      expression: "true",
    });
  });
});
