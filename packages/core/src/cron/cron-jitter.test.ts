// The delay of a tick: the same for the same seed, spread over the whole range.
import { describe, expect, it } from "vitest";
import { jitterMs } from "./cron-jitter.ts";

describe("[C7] jitter", () => {
  it("never changes for a seed, between versions either", () => {
    expect(jitterMs("shop-daily:2024-01-01T00:00:00Z", 60_000)).toBe(
      jitterMs("shop-daily:2024-01-01T00:00:00Z", 60_000),
    );
    expect([jitterMs("a", 300_000), jitterMs("b", 300_000), jitterMs("", 300_000)]).toEqual([
      81140, 69028, 140262,
    ]);
  });

  it("is a whole number within its bound, spread evenly", () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let n = 0; n < 10_000; n++) {
      const delayMs = jitterMs(`fn-${n}`, 999);
      expect(Number.isInteger(delayMs) && delayMs >= 0 && delayMs <= 999).toBe(true);
      const tenth = Math.floor(delayMs / 100);
      counts[tenth] = (counts[tenth] as number) + 1;
    }
    for (const count of counts) expect(count).toBeGreaterThan(850);
  });

  it("is nothing without a maximum", () => {
    expect(jitterMs("a", 0)).toBe(0);
    expect(jitterMs("a", -5)).toBe(0);
  });
});
