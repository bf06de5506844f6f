// Throttle against a model in exact fractions, and what it remembers.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AT_MS, aFunction } from "../testing/builders.ts";
import {
  decideThrottle,
  giveBackStart,
  readThrottle,
  throttleLimiter,
  throttleLimiterId,
  type ThrottleRule,
  type ThrottleTat,
} from "./throttle.ts";

function aRule(limit: number, periodMs: number, burst = 0): ThrottleRule {
  return { limit, periodMs, burst };
}

/** Starts as soon as each is allowed. @returns The times of `count` starts from `atMs` on. */
function drain(rule: ThrottleRule, count: number, atMs = 0): number[] {
  const starts: number[] = [];
  let tat: ThrottleTat | undefined;
  let nowMs = atMs;
  while (starts.length < count) {
    const verdict = decideThrottle(rule, tat, nowMs);
    tat = verdict.tat;
    if (verdict.isAllowed) starts.push(nowMs);
    else nowMs = verdict.allowedAtMs;
  }
  return starts;
}

const someRule = fc.record({
  limit: fc.integer({ min: 1, max: 50 }),
  periodMs: fc.integer({ min: 1_000, max: 100_000 }),
  burst: fc.integer({ min: 0, max: 20 }),
});

describe("giveBackStart", () => {
  it("[F28] leaves the next start where it was without the one that did not happen", () => {
    fc.assert(
      fc.property(someRule, fc.array(fc.nat({ max: 5_000 }), { maxLength: 30 }), (rule, gaps) => {
        let tat: ThrottleTat | undefined;
        let nowMs = 0;
        for (const gapMs of gaps) {
          nowMs += gapMs;
          const before = decideThrottle(rule, tat, nowMs);
          tat = before.tat;
          if (!before.isAllowed) continue;
          const after = decideThrottle(rule, giveBackStart(rule, before.tat), nowMs);
          expect(after).toMatchObject({ isAllowed: true, tat: before.tat });
        }
      }),
    );
  });
});

describe("decideThrottle", () => {
  it("[F28] lets limit + burst start at once, then one per period / limit", () => {
    expect(drain(aRule(2, 6_000, 1), 6)).toEqual([0, 0, 0, 3_000, 6_000, 9_000]);
    expect(drain(aRule(2, 5_000), 4)).toEqual([0, 0, 2_500, 5_000]);
    expect(drain(aRule(1, 1_000), 3)).toEqual([0, 1_000, 2_000]);
  });

  it("[F28] loses nothing to rounding: thirds of a second add up", () => {
    const starts = drain(aRule(3, 1_000), 3 + 3 * 100_000, AT_MS);
    expect(starts.at(3)).toBe(AT_MS + 334);
    expect(starts.at(-1)).toBe(AT_MS + 100_000 * 1_000);
  });

  it("[F28] agrees with exact fractions for any arrivals", () => {
    fc.assert(
      fc.property(someRule, fc.array(fc.nat(20_000), { maxLength: 80 }), (rule, gaps) => {
        // In units of 1 / limit ms, so that every number is whole.
        let modelTat = 0n;
        const [limit, period] = [BigInt(rule.limit), BigInt(rule.periodMs)];
        const tolerance = (limit + BigInt(rule.burst) - 1n) * period;
        let tat: ThrottleTat | undefined;
        let nowMs = AT_MS;
        for (const gapMs of gaps) {
          nowMs += gapMs;
          const now = BigInt(nowMs) * limit;
          const isAllowed = now >= modelTat - tolerance;
          const verdict = decideThrottle(rule, tat, nowMs);
          expect(verdict.isAllowed).toBe(isAllowed);
          if (isAllowed) modelTat = (modelTat > now ? modelTat : now) + period;
          else
            expect(verdict.allowedAtMs).toBe(Number((modelTat - tolerance + limit - 1n) / limit));
          tat = readThrottle(
            throttleLimiter({ kind: "throttle", functionId: "f", key: "" }, verdict.tat),
          );
        }
      }),
    );
  });

  it("[F28] never starts more than limit + burst, and one per period / limit, in any window", () => {
    fc.assert(
      fc.property(someRule, (rule) => {
        const starts = drain(rule, 60);
        for (const [from, startMs] of starts.entries()) {
          for (const [index, endMs] of starts.entries()) {
            if (index < from) continue;
            const allowance =
              rule.limit +
              rule.burst +
              Math.floor(((endMs - startMs) * rule.limit) / rule.periodMs);
            expect(index - from + 1).toBeLessThanOrEqual(allowance);
          }
        }
      }),
    );
  });

  it("[F29] a clock that was set back, or a rule that was tighter, holds nothing back beyond one emission", () => {
    const rule = aRule(2, 6_000);
    let tat: ThrottleTat | undefined;
    for (let n = 0; n < 2; n++) ({ tat } = decideThrottle(rule, tat, AT_MS));
    const back = decideThrottle(rule, tat, AT_MS - 3_600_000);
    expect(back).toMatchObject({ isAllowed: false, allowedAtMs: AT_MS - 3_600_000 + 3_000 });
    // Whoever waits keeps the state it was given, so waiting comes to an end.
    expect(decideThrottle(rule, back.tat, back.allowedAtMs).isAllowed).toBe(true);
    const hourly = decideThrottle(aRule(1, 3_600_000), undefined, AT_MS).tat;
    expect(decideThrottle(aRule(10, 1_000), hourly, AT_MS).allowedAtMs).toBe(AT_MS + 100);
  });

  it("[F29] another limit takes over what was charged, never early", () => {
    const { tat } = decideThrottle(aRule(3, 1_000), undefined, AT_MS);
    expect(tat).toEqual({ atMs: AT_MS + 333, part: 1, of: 3 });
    const verdict = decideThrottle(aRule(1, 1_000), tat, AT_MS);
    expect(verdict).toMatchObject({ isAllowed: false, allowedAtMs: AT_MS + 334 });
  });
});

describe("the throttle's limiter", () => {
  it("[F5] is the run's group, and says nothing once its time has come", () => {
    const { config } = aFunction({ throttle: { ...aRule(1, 1_000), key: "event.data.user" } });
    const run = { functionId: "f", readEvent: () => ({ data: { user: "u1" } }), nowMs: AT_MS };
    const id = throttleLimiterId(config, run);
    expect(id).toEqual({ kind: "throttle", functionId: "f", key: "u1" });
    const flow = { keys: { "event.data.user": "then" }, lane: "l" };
    expect(throttleLimiterId(config, { ...run, flow })?.key).toBe("then");
    expect(throttleLimiterId(aFunction().config, run)).toBeUndefined();
    if (id === undefined) return;
    const { tat } = decideThrottle(aRule(3, 1_000), undefined, AT_MS);
    const limiter = throttleLimiter(id, tat);
    expect(limiter.expiresAtMs).toBe(AT_MS + 334);
    expect(readThrottle(limiter)).toEqual(tat);
    expect(readThrottle(undefined)).toBeUndefined();
  });
});
