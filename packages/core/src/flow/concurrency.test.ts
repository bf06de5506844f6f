// Which buckets a call needs: who shares one, who does not, and what a changed rule does to runs that wait.
import type { ConcurrencyRule } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { AT_MS, aFunction } from "../testing/builders.ts";
import { bucketsOf, type Bucket, type BucketRun } from "./concurrency.ts";
import { laneOf } from "./flow-keys.ts";

function aRule(fields: Partial<ConcurrencyRule> = {}): ConcurrencyRule {
  return { limit: 5, level: "step", scope: "fn", ...fields };
}

function bucketsFor(
  rules: readonly ConcurrencyRule[],
  run: Partial<BucketRun> & { data?: unknown } = {},
  isStart = true,
): readonly Bucket[] {
  const { data = { user: "u1" }, ...fields } = run;
  const source = { functionId: "f", readEvent: () => ({ data }), nowMs: AT_MS };
  return bucketsOf(aFunction({ concurrency: rules }).config, { ...source, ...fields }, isStart);
}

function idOf(rule: Partial<ConcurrencyRule>, run?: Parameters<typeof bucketsFor>[1]): string {
  const [bucket] = bucketsFor([aRule(rule)], run);
  return bucket?.id ?? "none";
}

describe("bucketsOf", () => {
  it("[F26] needs nothing without rules, and nothing for a limit of 0", () => {
    expect(bucketsFor([])).toEqual([]);
    expect(bucketsFor([aRule({ limit: 0 })])).toEqual([]);
  });

  it("[F25] a rule without a key is one bucket of the function", () => {
    expect(bucketsFor([aRule()])).toEqual([{ id: "f:f", limit: 5, level: "step", scope: "fn" }]);
    expect(idOf({}, { functionId: "g" })).not.toBe(idOf({}));
  });

  it("[F25] within a function each expression and value has its own bucket", () => {
    const key = "event.data.user";
    expect(bucketsFor([aRule({ key })])[0]).toMatchObject({ expression: key, key: "u1" });
    const ids = [
      idOf({ key }),
      idOf({ key }, { data: { user: "u2" } }),
      idOf({ key: "event.data.user + ''" }),
      idOf({ key }, { functionId: "g" }),
      idOf({ key }, { data: {} }),
      idOf({ key: "1 / 0" }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(["env", "account"] as const)(
    "[F25] functions share a bucket of scope %s by the value, whatever the expression",
    (scope) => {
      const one = idOf({ scope, key: "event.data.user" });
      expect(idOf({ scope, key: "'u' + '1'" }, { functionId: "g" })).toBe(one);
      expect(idOf({ scope, key: "event.data.user" }, { data: { user: "u2" } })).not.toBe(one);
      expect(idOf({ scope: "fn", key: "event.data.user" })).not.toBe(one);
    },
  );

  it("[F26] the rule for whole runs is asked by a start alone, and counts apart from calls", () => {
    const rules = [aRule({ level: "fn" }), aRule()];
    const ids = bucketsFor(rules).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(bucketsFor(rules, {}, false)).toMatchObject([{ level: "step" }]);
  });

  it("[F26] a shared value limits runs and calls apart, also by two rules of one function", () => {
    const shared = { key: "event.data.user", scope: "account" } as const;
    const rules = [aRule({ ...shared, level: "fn", limit: 2 }), aRule({ ...shared, limit: 3 })];
    const found = bucketsFor(rules).map(({ id, level, limit }) => [id, level, limit]);
    expect(found).toEqual([
      ["account:u1", "fn", 2],
      ["account:u1", "step", 3],
    ]);
  });

  it("[F26] two rules of one bucket count as the lower one", () => {
    expect(bucketsFor([aRule({ limit: 9 }), aRule({ limit: 2 })])).toMatchObject([{ limit: 2 }]);
    expect(bucketsFor([aRule({ limit: 2 }), aRule({ limit: 9 })])).toMatchObject([{ limit: 2 }]);
  });

  it("[F26] uses the value of the run's creation, and evaluates what is newer than the run", () => {
    const key = "event.data.user";
    const flow = { keys: { [key]: "then" }, lane: "l" };
    expect(bucketsFor([aRule({ key })], { flow })[0]?.key).toBe("then");
    expect(bucketsFor([aRule({ key: "'new'" })], { flow })[0]?.key).toBe("new");
    expect(bucketsFor([aRule({ key: "1 / 0" })], { flow })[0]?.key).toBe("<error>");
  });
});

describe("laneOf", () => {
  it("[F24] depends on expressions and values, not on their order", () => {
    expect(laneOf({})).toBe("");
    expect(laneOf({ a: "1", b: "2" })).toBe(laneOf({ b: "2", a: "1" }));
    const lanes = [{ a: "1" }, { a: "2" }, { b: "1" }, { a: "1", b: "" }].map(laneOf);
    expect(new Set(lanes).size).toBe(lanes.length);
  });
});
