// Ticks of cron triggers: each decided once, none early, the missed ones told.
import { describe, expect, it } from "vitest";
import type { Timer } from "../model/timer.ts";
import { aContext, aFunction, type TestContext } from "../testing/builders.ts";
import { decideCronTick, manualTickEvent, planCronTimers, type CronTick } from "./cron-timers.ts";

const NOON_MS = Date.parse("2026-03-01T12:00:00.000Z");
const MINUTE_MS = 60_000;

function ticking(cron: string, jitterMs?: number): { timer: Timer; ctx: TestContext } {
  const ctx = aContext();
  ctx.nowMs = NOON_MS;
  const trigger = { kind: "cron" as const, cron, ...(jitterMs === undefined ? {} : { jitterMs }) };
  const fn = aFunction({ triggers: [{ kind: "event", event: "x/y" }, trigger] });
  const [added] = planCronTimers(fn, {
    cronTimers: [],
    nowMs: ctx.nowMs,
    newTimerId: ctx.newTimerId,
  });
  if (added?.type !== "timer_added") throw new Error("No timer was planned.");
  return { timer: added.timer, ctx };
}

function nextOf(tick: CronTick): Timer {
  const added = tick.changes.find((change) => change.type === "timer_added");
  if (added?.type !== "timer_added") throw new Error("There is no next tick.");
  return added.timer;
}

function dataOf(tick: CronTick): unknown {
  return JSON.parse(tick.event.dataJson);
}

describe("planCronTimers", () => {
  it("[Y5] the first tick lies after the sync", () => {
    const { timer } = ticking("0 12 * * *");
    expect(timer.dueAtMs).toBe(NOON_MS + 24 * 60 * MINUTE_MS);
    expect(timer).toMatchObject({ kind: "cron", functionId: "id-of-shop-order", attempt: 0 });
    expect(timer).not.toHaveProperty("runId");
  });

  it("[C7] chance only ever delays", () => {
    const { timer } = ticking("*/5 * * * *", 30_000);
    const scheduledAtMs = NOON_MS + 5 * MINUTE_MS;
    expect(timer.cron).toEqual({
      expression: "*/5 * * * *",
      scheduledAtMs,
      jitterMsMax: 30_000,
    });
    expect(timer.dueAtMs).toBeGreaterThanOrEqual(scheduledAtMs);
    expect(timer.dueAtMs).toBeLessThanOrEqual(scheduledAtMs + 30_000);
  });
});

describe("decideCronTick", () => {
  it("[Y6] starts with the scheduled time as id, and the next counts from it", () => {
    const { timer, ctx } = ticking("*/5 * * * *");
    ctx.nowMs = timer.dueAtMs + 70;
    const tick = decideCronTick(timer, aFunction(), ctx);
    expect(tick).toMatchObject({ isCatchUp: false, scheduledAtMs: timer.dueAtMs });
    expect(tick.event).toMatchObject({
      id: "2026-03-01T12:05:00Z",
      name: "inngest/scheduled.timer",
      tsMs: timer.dueAtMs,
      receivedAtMs: ctx.nowMs,
    });
    expect(dataOf(tick)).toEqual({
      cron: "*/5 * * * *",
      fireAt: "2026-03-01T12:05:00.000Z",
      scheduledAt: "2026-03-01T12:05:00.000Z",
    });
    expect(tick.changes[0]).toEqual({ type: "timer_removed", timerId: timer.id });
    expect(nextOf(tick).dueAtMs).toBe(timer.dueAtMs + 5 * MINUTE_MS);
  });

  it("[Y6] a tick that was delayed by chance is no missed one", () => {
    const { timer, ctx } = ticking("* * * * *", 5 * MINUTE_MS);
    let due = timer;
    for (let count = 0; count < 20; count += 1) {
      ctx.nowMs = Math.max(ctx.nowMs, due.dueAtMs) + 5;
      const tick = decideCronTick(due, aFunction(), ctx);
      expect(tick.isCatchUp).toBe(false);
      expect(tick.scheduledAtMs).toBe(NOON_MS + (count + 1) * MINUTE_MS);
      expect(nextOf(tick).cron?.jitterMsMax).toBe(5 * MINUTE_MS);
      due = nextOf(tick);
    }
  });

  it("[Y7] after a downtime the latest missed tick runs and tells since when", () => {
    const { timer, ctx } = ticking("*/5 * * * *");
    ctx.nowMs = timer.dueAtMs + 17 * MINUTE_MS;
    const tick = decideCronTick(timer, aFunction(), ctx);
    expect(tick.isCatchUp).toBe(true);
    expect(tick.event.id).toBe("2026-03-01T12:20:00Z");
    expect(tick.event.tsMs).toBe(ctx.nowMs);
    expect(dataOf(tick)).toEqual({
      cron: "*/5 * * * *",
      fireAt: "2026-03-01T12:22:00.000Z",
      missedSince: "2026-03-01T12:05:00.000Z",
      scheduledAt: "2026-03-01T12:20:00.000Z",
    });
    expect(nextOf(tick).dueAtMs).toBe(Date.parse("2026-03-01T12:25:00.000Z"));
  });

  it("[Y6] another kind of timer is refused", () => {
    const { timer, ctx } = ticking("* * * * *");
    const { cron: _cron, ...plain } = timer;
    expect(() => decideCronTick(plain, aFunction(), ctx)).toThrow(/is no cron timer/);
  });
});

describe("manualTickEvent", () => {
  it("[C8] is the event of a tick at this moment, with an id that no tick has", () => {
    const { timer, ctx } = ticking("0 12 * * *");
    ctx.nowMs = timer.dueAtMs;
    const { event } = decideCronTick(timer, aFunction(), ctx);
    const manual = manualTickEvent("0 12 * * *", ctx);
    expect(manual).toMatchObject({ name: event.name, tsMs: event.tsMs });
    expect(JSON.parse(manual.dataJson)).toEqual(JSON.parse(event.dataJson));
    expect(manual.id).toBe(manual.internalId);
    expect(manual.id).not.toBe(event.id);
  });
});
