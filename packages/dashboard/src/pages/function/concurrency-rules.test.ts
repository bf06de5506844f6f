// Rules of a concurrency limit in the dialog: begun with those in force, sent back whole.
import type { LimitSet } from "@everstep/api";
import { describe, expect, it } from "vitest";
import {
  changedRule,
  concurrencyPatch,
  mayAddRule,
  newRule,
  ruleTextsOf,
} from "./concurrency-rules.ts";

const TWO: LimitSet = {
  retries: 0,
  concurrency: [
    { limit: 2, scope: "FN", level: "STEP", key: "event.data.a" },
    { limit: 9, scope: "ACCOUNT", level: "STEP", key: '"all"' },
  ],
};
const MIXED: LimitSet = {
  retries: 0,
  concurrency: [
    { limit: 1, scope: "FN", level: "FN" },
    { limit: 4, scope: "FN", level: "STEP" },
  ],
};

describe("concurrency rules", () => {
  it("send back what was not edited as it was", () => {
    expect(concurrencyPatch(ruleTextsOf(TWO))).toEqual({
      concurrency: [
        { limit: 2, scope: "fn", key: "event.data.a" },
        { limit: 9, scope: "account", key: '"all"' },
      ],
    });
  });

  it("keep a limit of whole runs one of whole runs", () => {
    expect(concurrencyPatch(ruleTextsOf(MIXED))).toEqual({
      concurrency: { fn: [{ limit: 1, scope: "fn" }], step: [{ limit: 4, scope: "fn" }] },
    });
  });

  it("begin with one to be filled in where nothing is limited", () => {
    const none = { retries: 0, concurrency: [{ limit: 0, scope: "FN", level: "STEP" }] } as const;
    expect(ruleTextsOf({ ...none, concurrency: [...none.concurrency] })).toEqual([
      { id: 0, limit: "", level: "STEP", scope: "FN", key: "" },
    ]);
  });

  it("take a third one for whole runs only, and no fourth", () => {
    const [first, second] = ruleTextsOf(TWO);
    const rules = [first, second].flatMap((rule) => rule ?? []);
    expect(mayAddRule(rules)).toBe(true);
    const third = newRule(rules);
    expect(third).toMatchObject({ id: 2, level: "FN" });
    expect(mayAddRule([...rules, third])).toBe(false);
    expect(newRule(rules.slice(1))).toMatchObject({ id: 2, level: "STEP" });
  });

  it("share no limit of whole runs with other functions", () => {
    const [, shared] = ruleTextsOf(TWO);
    expect(shared && changedRule(shared, { level: "FN" })).toMatchObject({ scope: "FN" });
  });

  it("switch off when the last one is removed", () => {
    expect(concurrencyPatch([])).toEqual({ concurrency: null });
  });
});
