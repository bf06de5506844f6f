// Durations as people read them.
import { expect, it } from "vitest";
import { durationText } from "./time-text.ts";

it.each([
  [-5, "0 ms"],
  [0, "0 ms"],
  [999, "999 ms"],
  [1_000, "1.0 s"],
  [59_999, "59.9 s"],
  [60_000, "1 min"],
  [245_000, "4 min 5 s"],
  [7_800_000, "2 h 10 min"],
  [86_400_000 * 3 + 3_600_000 * 4, "3 d 4 h"],
])("%d ms is %s", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
