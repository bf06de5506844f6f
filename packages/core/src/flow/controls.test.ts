// Pausing and changing limits: what holds afterwards, what is kept for the audit, and what is refused with which words.
import { EverstepError, type FunctionConfig } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import type { FunctionControl } from "../model/flow.ts";
import { AT_MS, aContext, aFunction } from "../testing/builders.ts";
import {
  decideLimits,
  decidePause,
  effectiveConfig,
  effectiveFunction,
  type ControlDecision,
} from "./controls.ts";

const CODE: Partial<FunctionConfig> = {
  throttle: { limit: 10, periodMs: 60_000, burst: 2, key: "event.data.user" },
  rateLimit: { limit: 5, periodMs: 3_600_000 },
  concurrency: [{ limit: 1, level: "step", scope: "fn" }],
};

/** Makes changes one after another. @returns The last decision and the config that it gives. */
function change(
  config: Partial<FunctionConfig>,
  ...bodies: readonly unknown[]
): ControlDecision & { config: FunctionConfig } {
  const fn = aFunction(config);
  const ctx = aContext();
  let control: FunctionControl | undefined;
  let decision: ControlDecision | undefined;
  for (const body of bodies) {
    decision = decideLimits({ function: fn, control, actor: "cli" }, body, ctx);
    ({ control } = decision);
  }
  if (decision === undefined) throw new Error("Nothing was changed.");
  return { ...decision, config: effectiveFunction(fn, control).config };
}

function refusal(config: Partial<FunctionConfig>, body: unknown): EverstepError {
  try {
    change(config, body);
  } catch (error) {
    if (error instanceof EverstepError) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}

describe("decidePause", () => {
  it("[F35] pauses and resumes once each, and keeps who did it and what was before", () => {
    const ctx = aContext();
    const request = { function: aFunction(), control: undefined, actor: "cli" };
    const paused = decidePause(request, true, ctx);
    expect(paused.control).toMatchObject({ pausedAtMs: AT_MS, overrides: {} });
    expect(paused.changes).toMatchObject([
      { type: "function_control_saved", control: paused.control },
      {
        type: "control_audit_added",
        audit: {
          actor: "cli",
          atMs: AT_MS,
          before: { overrides: {} },
          after: { pausedAtMs: AT_MS },
        },
      },
    ]);
    ctx.nowMs += 1;
    const again = decidePause({ ...request, control: paused.control }, true, ctx);
    expect(again).toEqual({ control: paused.control, changes: [] });
    const resumed = decidePause({ ...request, control: paused.control }, false, ctx);
    expect(resumed.control).not.toHaveProperty("pausedAtMs");
    expect(resumed.changes).toHaveLength(2);
    expect(decidePause(request, false, ctx).changes).toEqual([]);
  });

  it("[F35] keeps the limits that were set", () => {
    const ctx = aContext();
    const { control } = change(CODE, { rateLimit: null });
    const paused = decidePause({ function: aFunction(CODE), control, actor: "api" }, true, ctx);
    expect(paused.control.overrides).toEqual({ rateLimit: null });
  });
});

describe("decideLimits", () => {
  it("[F36] replaces a rule, and an object keeps what it leaves out", () => {
    expect(change(CODE, { throttle: { limit: 3 } }).config.throttle).toEqual({
      limit: 3,
      periodMs: 60_000,
      burst: 2,
      key: "event.data.user",
    });
    const changed = change(
      CODE,
      { throttle: { period: "1s", key: null } },
      { throttle: { burst: 0 } },
    );
    expect(changed.config.throttle).toEqual({ limit: 10, periodMs: 1_000, burst: 0 });
    expect(changed.config.rateLimit).toEqual(CODE.rateLimit);
  });

  it("[F36] sets a rule that the code does not have", () => {
    const debounce = { period: "5s", timeout: "1m" };
    const { config } = change({}, { debounce, retries: 0, concurrency: { fn: [{ limit: 2 }] } });
    expect(config).toMatchObject({
      debounce: { periodMs: 5_000, timeoutMs: 60_000 },
      maxAttempts: 1,
      concurrency: [{ limit: 2, level: "fn", scope: "fn" }],
    });
    expect(change({}, { debounce }, { debounce: { period: "6s" } }).config.debounce).toEqual({
      periodMs: 6_000,
      timeoutMs: 60_000,
    });
  });

  it('[F36] null switches a rule off, and "code" gives it back', () => {
    const off = change(CODE, { throttle: null, rateLimit: null, concurrency: null });
    expect(off.config).not.toHaveProperty("throttle");
    expect(off.config).not.toHaveProperty("rateLimit");
    expect(off.config.concurrency).toEqual([]);
    const back = change(
      CODE,
      { throttle: null, concurrency: 7, retries: 9 },
      { throttle: "code", concurrency: "code", retries: "code" },
    );
    expect(back.control.overrides).toEqual({});
    expect(back.config).toEqual(aFunction(CODE).config);
    expect(back.changes[1]).toMatchObject({
      audit: {
        before: { overrides: { throttle: null, maxAttempts: 10 } },
        after: { overrides: {} },
      },
    });
  });

  it("[F36] a change that changes nothing leaves no trace", () => {
    expect(change(CODE, { rateLimit: null }, { rateLimit: null }).changes).toEqual([]);
    expect(change(CODE, { rateLimit: "code" }).changes).toEqual([]);
  });

  it.each<[unknown, string, string]>([
    [null, "limits", "must be an object with one or more of concurrency"],
    [{}, "limits", "must be an object"],
    [{ throtle: null }, "throtle", "is no limit that can be changed: use concurrency, throttle"],
    [{ throttle: { limit: "5" } }, "throttle.limit", 'is "5": it must be a whole number'],
    [{ throttle: { period: "1ms" } }, "throttle.period", "of at least 1s"],
    [{ throttle: "off" }, "throttle", 'is "off": it must be an object'],
    [{ rateLimit: { limit: 0 } }, "rateLimit.limit", "it must be a whole number from 1 on"],
    [{ debounce: { timeout: "5s" } }, "debounce.period", "is missing"],
    [{ retries: 21 }, "retries", "it must be a whole number from 0 to 20"],
    [{ retries: null }, "retries", "it must be a whole number from 0 to 20"],
    [{ concurrency: [1, 2, 3] }, "concurrency", "has 3 rules: at most 2 fit"],
    [{ rateLimit: { key: "event.data." } }, "rateLimit.key", "is not valid at character"],
  ])("[F37] refuses %j with the field and the way out", (body, field, words) => {
    const error = refusal(CODE, body);
    expect(error.code).toBe("argument_invalid");
    expect(error.message).toContain(words);
    expect(error.message).toContain("shop-order");
    expect(error.data).toMatchObject({ errors: [{ field }] });
  });

  it.each([
    [{ debounce: { period: "1s" } }, "debounce"],
    [{ rateLimit: { limit: 1, period: "1s" } }, "rateLimit"],
  ])("[F37] refuses beside batches what a sync would refuse: %j", (body, field) => {
    const error = refusal({ batch: { maxSize: 2, timeoutMs: 1_000 } }, body);
    expect(error.message).toContain("the function batches events");
    expect(error.data).toMatchObject({ errors: [{ field }] });
  });
});

describe("effectiveConfig", () => {
  it("[F38] lays the operator's limits over whatever the code says now", () => {
    const { control } = change(CODE, { throttle: { limit: 3 }, rateLimit: null });
    const synced = aFunction({ ...CODE, name: "Renamed", maxAttempts: 9 });
    const { config } = effectiveFunction(synced, control);
    expect(config).toMatchObject({ name: "Renamed", maxAttempts: 9, throttle: { limit: 3 } });
    expect(config).not.toHaveProperty("rateLimit");
  });

  it("[F38] is the code's config itself when nothing is set", () => {
    const fn = aFunction(CODE);
    expect(effectiveFunction(fn, undefined)).toBe(fn);
    expect(effectiveConfig(fn.config, {})).toBe(fn.config);
  });
});
