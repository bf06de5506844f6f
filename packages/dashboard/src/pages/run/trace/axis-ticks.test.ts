// The marks of the time axis: how many, where, and what they are called.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axisTicks } from "./axis-ticks.ts";

const labels = (fromMs: number, untilMs: number, ticksMax = 5): string[] =>
  axisTicks({ fromMs, untilMs }, 0, ticksMax).map((tick) => tick.label);

describe("axis ticks", () => {
  it.each([
    [0, 10, ["0", "2 ms", "4 ms", "6 ms", "8 ms", "10 ms"]],
    [0, 1_000, ["0", "200 ms", "400 ms", "600 ms", "800 ms", "1 s"]],
    [0, 7_500, ["0", "2 s", "4 s", "6 s"]],
    [60_000, 180_000, ["1 min", "1 min 30 s", "2 min", "2 min 30 s", "3 min"]],
    [0, 7 * 86_400_000, ["0", "2 d", "4 d", "6 d"]],
  ])("marks %i to %i ms", (fromMs, untilMs, expected) => {
    expect(labels(fromMs, untilMs)).toEqual(expected);
  });

  it("gives neighbours different names however closely one looks", () => {
    const deep = labels(90_061_000, 90_061_004);
    expect(new Set(deep).size).toBe(5);
    expect(deep[1]).toBe("1 d 1 h 1 min 1.001 s");
    expect(labels(61_000, 61_004, 4)).toEqual([
      "1 min 1 s",
      "1 min 1.001 s",
      "1 min 1.002 s",
      "1 min 1.003 s",
      "1 min 1.004 s",
    ]);
  });

  it("counts from the origin, not from the left edge", () => {
    const ticks = axisTicks({ fromMs: 1_000_150, untilMs: 1_000_450 }, 1_000_000, 3);
    expect(ticks).toEqual([
      { atMs: 1_000_200, label: "200 ms" },
      { atMs: 1_000_300, label: "300 ms" },
      { atMs: 1_000_400, label: "400 ms" },
    ]);
  });

  it("never makes many more marks than asked for", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e12 }),
        fc.integer({ min: 2, max: 1e12 }),
        fc.integer({ min: 1, max: 20 }),
        (fromMs, lengthMs, ticksMax) => {
          const ticks = axisTicks({ fromMs, untilMs: fromMs + lengthMs }, 0, ticksMax);
          expect(ticks.length).toBeLessThanOrEqual(ticksMax + 1);
        },
      ),
    );
  });
});
