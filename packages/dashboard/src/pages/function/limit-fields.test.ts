// What the dialog of a limit sends: the words of the code, without what was left empty.
import type { LimitSet } from "@everstep/api";
import { describe, expect, it } from "vitest";
import { fieldsOf, offPatch, patchOf, textsOf } from "./limit-fields.ts";

const NONE: LimitSet = { concurrency: [], retries: 3 };
const SOME: LimitSet = {
  retries: 0,
  concurrency: [
    { limit: 2, scope: "FN", level: "STEP", key: "event.data.a" },
    { limit: 9, scope: "ACCOUNT", level: "STEP", key: '"all"' },
  ],
  throttle: { limit: 5, period: "10s", burst: 1, key: "event.data.b" },
};

describe("limit fields", () => {
  it("begins with the limit in force and sends it back as it was", () => {
    expect(patchOf("throttle", SOME, textsOf("throttle", SOME))).toEqual({
      throttle: SOME.throttle,
    });
    expect(patchOf("retries", SOME, textsOf("retries", SOME))).toEqual({ retries: 0 });
  });

  it("leaves out what is empty", () => {
    const texts = { limit: "3", period: " 1m ", burst: "", key: " " };
    expect(patchOf("throttle", NONE, texts)).toEqual({ throttle: { limit: 3, period: "1m" } });
  });

  it("makes a first concurrency rule", () => {
    expect(patchOf("concurrency", NONE, { limit: "4", key: "event.data.id" })).toEqual({
      concurrency: [{ limit: 4, scope: "fn", key: "event.data.id" }],
    });
  });

  it("changes the numbers of two concurrency rules and keeps their keys and scopes", () => {
    expect(fieldsOf("concurrency", SOME).map(({ id }) => id)).toEqual(["limit0", "limit1"]);
    const texts = { ...textsOf("concurrency", SOME), limit1: "20" };
    expect(patchOf("concurrency", SOME, texts)).toEqual({
      concurrency: [
        { limit: 2, scope: "fn", key: "event.data.a" },
        { limit: 20, scope: "account", key: '"all"' },
      ],
    });
  });

  it("switches a rule off, but not retries", () => {
    expect(offPatch("debounce")).toEqual({ debounce: null });
    expect(offPatch("retries")).toBeUndefined();
  });
});
