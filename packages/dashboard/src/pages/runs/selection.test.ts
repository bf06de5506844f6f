// Selecting runs: one, a stretch, what is loaded, all that match.
import { describe, expect, it } from "vitest";
import {
  countSelected,
  isSelected,
  NO_SELECTION,
  selectLoaded,
  selectRange,
  toggleOne,
} from "./selection.ts";

const LOADED = ["a", "b", "c", "d"];

describe("selection", () => {
  it("takes one in and out", () => {
    const one = toggleOne(NO_SELECTION, "b", LOADED);
    expect(isSelected(one, "b")).toBe(true);
    expect(toggleOne(one, "b", LOADED)).toEqual(NO_SELECTION);
  });

  it("takes a stretch in either direction and keeps what was selected", () => {
    const start = toggleOne(NO_SELECTION, "a", LOADED);
    expect(selectRange(start, LOADED, "d", "c")).toEqual(selectLoaded(["a", "d", "c"]));
  });

  it("selects one row when the other end is gone", () => {
    expect(selectRange(NO_SELECTION, LOADED, "gone", "c")).toEqual(selectLoaded(["c"]));
  });

  it("means all that match, and counts them by the filter's count", () => {
    expect(isSelected({ kind: "all" }, "never loaded")).toBe(true);
    expect(countSelected({ kind: "all" }, 1_000)).toBe(1_000);
    expect(countSelected({ kind: "all" }, undefined)).toBeUndefined();
  });

  it("leaves the loaded rows when one is taken out of all", () => {
    expect(toggleOne({ kind: "all" }, "b", LOADED)).toEqual(selectLoaded(["a", "c", "d"]));
  });
});
