// Windows of time: what stays in place while zooming, and that a window never leaves its bounds.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clampWindow,
  fractionOf,
  lengthOf,
  MIN_WINDOW_MS,
  panWindow,
  timeAt,
  wholeWindow,
  windowAround,
  windowBetween,
  zoomWindow,
} from "./time-window.ts";

const bounds = { fromMs: 1_000, untilMs: 11_000 };

describe("time window", () => {
  it("shows a whole run with a little room after its end", () => {
    expect(wholeWindow(1_000, 2_000)).toEqual({ fromMs: 1_000, untilMs: 2_020 });
  });

  it("shows a run that took no time", () => {
    expect(lengthOf(wholeWindow(5, 5))).toBeGreaterThanOrEqual(MIN_WINDOW_MS);
  });

  it("keeps the point under the pointer in its place while zooming", () => {
    const zoomed = zoomWindow(bounds, bounds, 0.5, 0.25);
    expect(lengthOf(zoomed)).toBe(5_000);
    expect(timeAt(zoomed, 0.25)).toBe(timeAt(bounds, 0.25));
  });

  it("stops at the bounds when it is moved past them", () => {
    const window = { fromMs: 9_000, untilMs: 10_000 };
    expect(panWindow(window, bounds, 5)).toEqual({ fromMs: 10_000, untilMs: 11_000 });
    expect(panWindow(window, bounds, -50)).toEqual({ fromMs: 1_000, untilMs: 2_000 });
  });

  it("takes a drag in either direction", () => {
    expect(windowBetween(4_000, 3_000, bounds)).toEqual({ fromMs: 3_000, untilMs: 4_000 });
  });

  it("shows one span with some room around it", () => {
    expect(windowAround(2_000, 3_000, bounds)).toEqual({ fromMs: 1_900, untilMs: 3_100 });
  });

  it("never leaves its bounds and never gets too short", () => {
    const moment = fc.integer({ min: 0, max: 20_000 });
    fc.assert(
      fc.property(
        moment,
        moment,
        fc.double({ min: 0.001, max: 100, noNaN: true }),
        (a, b, factor) => {
          const start = clampWindow({ fromMs: Math.min(a, b), untilMs: Math.max(a, b) }, bounds);
          for (const window of [start, zoomWindow(start, bounds, factor, 0.3)]) {
            expect(window.fromMs).toBeGreaterThanOrEqual(bounds.fromMs);
            expect(window.untilMs).toBeLessThanOrEqual(bounds.untilMs + 0.001);
            expect(lengthOf(window)).toBeGreaterThanOrEqual(MIN_WINDOW_MS - 0.001);
            expect(fractionOf(window, window.fromMs)).toBe(0);
          }
        },
      ),
    );
  });
});
