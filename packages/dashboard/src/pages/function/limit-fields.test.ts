// What the dialog of a limit sends: the words of the code, without what was left empty.
import type { LimitSet } from "@everstep/api";
import { describe, expect, it } from "vitest";
import { offPatch, patchOf, textsOf } from "./limit-fields.ts";

const NONE: LimitSet = { concurrency: [], retries: 3 };
const SOME: LimitSet = {
  retries: 0,
  concurrency: [],
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

  it("takes away what was emptied: what is left out would stay", () => {
    const texts = { ...textsOf("throttle", SOME), key: "", burst: " " };
    expect(patchOf("throttle", SOME, texts)).toEqual({
      throttle: { limit: 5, period: "10s", burst: null, key: null },
    });
  });

  it("switches a rule off, but not retries", () => {
    expect(offPatch("debounce")).toEqual({ debounce: null });
    expect(offPatch("retries")).toBeUndefined();
  });
});
