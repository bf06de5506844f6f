// The rate limit against a list of all starts.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AT_MS } from "../testing/builders.ts";
import { takeRate, type RateLimitRule } from "./rate-limit.ts";

const HOUR_MS = 3_600_000;

/** Asks at each time. @returns The times that were allowed. */
function ask(rule: RateLimitRule, timesMs: readonly number[]): number[] {
  let kept: string | undefined;
  return timesMs.filter((nowMs) => {
    const verdict = takeRate(rule, kept, nowMs);
    kept = verdict.stateJson ?? kept;
    return verdict.isAllowed;
  });
}

/** The most that lie in any window of the period. */
function densest(timesMs: readonly number[], periodMs: number): number {
  let most = 0;
  let from = 0;
  for (const [index, atMs] of timesMs.entries()) {
    while ((timesMs[from] ?? atMs) + periodMs <= atMs) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

describe("takeRate", () => {
  it("[F10] lets 5 per hour start at once, and the next one an hour after the first", () => {
    const rule = { limit: 5, periodMs: HOUR_MS };
    const times = [0, 1, 2, 3, 4, 5, HOUR_MS - 1, HOUR_MS, HOUR_MS, HOUR_MS + 1];
    expect(ask(rule, times)).toEqual([0, 1, 2, 3, 4, HOUR_MS, HOUR_MS + 1]);
  });

  it("[F10] says until when", () => {
    const rule = { limit: 2, periodMs: 1_000 };
    const first = takeRate(rule, undefined, AT_MS);
    const second = takeRate(rule, first.stateJson, AT_MS + 300);
    expect(second).toMatchObject({ isAllowed: true, expiresAtMs: AT_MS + 1_300 });
    const refused = takeRate(rule, second.stateJson, AT_MS + 400);
    expect(refused).toEqual({
      isAllowed: false,
      untilMs: AT_MS + 1_000,
      expiresAtMs: AT_MS + 1_300,
    });
    // A limit that was lowered waits for as many as are above it.
    expect(takeRate({ ...rule, limit: 1 }, second.stateJson, AT_MS + 400).untilMs).toBe(
      AT_MS + 1_300,
    );
  });

  it("[F10] agrees with a list of all starts up to a limit of 128", () => {
    const gaps = fc.array(fc.nat(400), { maxLength: 300 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 128 }), gaps, (limit, gapsMs) => {
        const rule = { limit, periodMs: 5_000 };
        let nowMs = AT_MS;
        const times = gapsMs.map((gapMs) => (nowMs += gapMs));
        const model: number[] = [];
        for (const atMs of times) {
          const inWindow = model.filter((startMs) => startMs + rule.periodMs > atMs).length;
          if (inWindow < limit) model.push(atMs);
        }
        expect(ask(rule, times)).toEqual(model);
      }),
    );
  });

  it("[F11] above 128 it never exceeds the limit, and is late by at most a 128th of the period", () => {
    const gaps = fc.array(fc.nat(12), { minLength: 400, maxLength: 1_200 });
    fc.assert(
      fc.property(fc.integer({ min: 129, max: 400 }), gaps, (limit, gapsMs) => {
        const rule = { limit, periodMs: 1_280 };
        let nowMs = AT_MS;
        const times = gapsMs.map((gapMs) => (nowMs += gapMs));
        const allowed = ask(rule, times);
        expect(densest(allowed, rule.periodMs)).toBeLessThanOrEqual(limit);
        // Whoever was refused would have been one too many within a period and a 128th.
        const taken = new Set(allowed);
        for (const atMs of times) {
          if (taken.has(atMs)) continue;
          const near = allowed.filter((each) => each <= atMs && each > atMs - rule.periodMs - 10);
          expect(near.length).toBeGreaterThanOrEqual(limit);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("[F11] keeps a bounded state however large the limit", () => {
    const rule = { limit: 1_000_000, periodMs: HOUR_MS };
    let kept: string | undefined;
    for (let n = 0; n < 5_000; n++) {
      kept = takeRate(rule, kept, AT_MS + n * 1_000).stateJson;
    }
    expect((JSON.parse(kept ?? "[]") as unknown[]).length).toBeLessThanOrEqual(130);
  });

  it("[F10, F11] a limit that is changed on the way is kept from then on", () => {
    const limits = fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.nat(200)), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(limits, (asked) => {
        let kept: string | undefined;
        let nowMs = AT_MS;
        const starts: number[] = [];
        for (const [limit, gapMs] of asked) {
          nowMs += gapMs;
          const verdict = takeRate({ limit, periodMs: 2_000 }, kept, nowMs);
          kept = verdict.stateJson ?? kept;
          if (!verdict.isAllowed) continue;
          starts.push(nowMs);
          expect(starts.filter((atMs) => atMs + 2_000 > nowMs).length).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  it("[F12] a clock that was set back holds starts back for a period at most, and lets none through early", () => {
    const rule = { limit: 1, periodMs: 1_000 };
    const first = takeRate(rule, undefined, AT_MS);
    const backMs = AT_MS - HOUR_MS;
    const refused = takeRate(rule, first.stateJson, backMs);
    expect(refused).toMatchObject({ isAllowed: false, untilMs: backMs + 1_000 });
    expect(takeRate(rule, refused.stateJson, backMs + 999).isAllowed).toBe(false);
    expect(takeRate(rule, refused.stateJson, backMs + 1_000).isAllowed).toBe(true);
  });
});
