// Priority: what counts, what does not, and how far it moves a run.
import { describe, expect, it } from "vitest";
import { AT_MS, aFunction } from "../testing/builders.ts";
import { ORDER_KEYS_PER_MS, priorityOf, shiftOrderKey } from "./priority.ts";

describe("priorityOf", () => {
  it.each<[unknown, number]>([
    [120, 120],
    [-120, -120],
    [0, 0],
    [-0, 0],
    [50_000, 43_200],
    [-50_000, -43_200],
    [2.5, 0],
    ["120", 0],
    [null, 0],
  ])("[F23] %j counts as %d seconds", (value, seconds) => {
    const { config } = aFunction({ priority: { run: "event.data.p" } });
    const priority = priorityOf(config, {
      readEvent: () => ({ data: { p: value } }),
      nowMs: AT_MS,
    });
    expect(priority.seconds).toBe(seconds);
    const isWhole = typeof value === "number" && Number.isInteger(value);
    expect(priority.warning === undefined).toBe(isWhole);
  });

  it("[F23] an expression that fails counts as 0 and says so; without one nothing is read", () => {
    const source = {
      readEvent: () => {
        throw new Error("must not be read");
      },
      nowMs: AT_MS,
    };
    expect(priorityOf(aFunction().config, source)).toEqual({ seconds: 0 });
    const failing = aFunction({ priority: { run: "1 / 0" } }).config;
    const priority = priorityOf(failing, { readEvent: () => ({}), nowMs: AT_MS });
    expect(priority).toMatchObject({
      seconds: 0,
      warning: expect.stringContaining("priority.run"),
    });
  });

  it("[F23] goes before runs that were created up to so many seconds earlier, and not before those before them", () => {
    const at = (ms: number): number => ms * ORDER_KEYS_PER_MS;
    const moved = shiftOrderKey(at(AT_MS), 120);
    expect(moved).toBeLessThan(at(AT_MS - 119_999));
    expect(moved).toBeGreaterThan(at(AT_MS - 120_001));
    expect(Number.isSafeInteger(moved)).toBe(true);
  });
});
