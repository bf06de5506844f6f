// Time: nothing goes on before its moment, to the millisecond, and not much later either. Cron is left to the simulator: the
// finest cron is a minute, too long for this suite.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Pulse } from "./harness/pulse.ts";
import { MODES, World, freshId } from "./harness/world.ts";

vi.setConfig({ maxConcurrency: 40 });

/** How late a timer may be by itself. */
const LATE_MS = 2_000;
/** Calls between the two moments that a test compares, at most. */
const CALLS_MAX = 3;

let world: World;
let pulse: Pulse;
beforeAll(async () => {
  world = await World.start({ functions: "time", modes: MODES });
  pulse = Pulse.start(() =>
    Promise.all(MODES.map((mode) => world.engine.runToEnd(`${mode.name}/future`))),
  );
});
afterAll(async () => {
  await pulse.stop();
  await world.stop();
});

/** Neither early nor later than calls without any wait are at the same time. */
async function expectOnTime(actualMs: unknown, dueMs: number): Promise<void> {
  expect(actualMs).toBeGreaterThanOrEqual(dueMs);
  const lateMaxMs = LATE_MS + CALLS_MAX * (await pulse.slowestMs());
  expect(actualMs).toBeLessThan(dueMs + lateMaxMs);
}

describe.concurrent.each(MODES)("time, $name", (mode) => {
  it("sleeps for a duration", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/sleep`, { id: freshId() });
    expect(run.status).toBe("Completed");
    await expectOnTime(run.output, 1_000);
  });

  it("sleeps until a date to the millisecond, never less", async () => {
    const untils = [1_237, 1_501, 1_999].map((ms) => Date.now() + ms);
    const runs = await Promise.all(
      untils.map((untilMs) => world.engine.runToEnd(`${mode.name}/sleep-until`, { untilMs })),
    );
    for (const [index, run] of runs.entries()) {
      const untilMs = untils[index] ?? 0;
      expect(run.status).toBe("Completed");
      await expectOnTime(run.output, untilMs);
    }
  });

  it("goes on at once when the date is past", async () => {
    const startedAtMs = Date.now();
    const run = await world.engine.runToEnd(`${mode.name}/sleep-until`, {
      untilMs: startedAtMs - 60_000,
    });
    expect(run.status).toBe("Completed");
    await expectOnTime(run.output, startedAtMs);
  });

  it("sleeps side by side, not in a row", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/sleeps-at-once`);
    expect(run.output).toBeGreaterThanOrEqual(2_000);
    const spans = await world.engine.spans(run.run_id);
    const sleeps = spans.filter(({ stepOp }) => stepOp === "SLEEP");
    expect(sleeps).toHaveLength(3);
    const lastStart = Math.max(...sleeps.map(({ startedAt }) => Date.parse(startedAt ?? "")));
    const firstEnd = Math.min(...sleeps.map(({ endedAt }) => Date.parse(endedAt ?? "")));
    expect(lastStart).toBeLessThan(firstEnd);
  });

  it("starts a run at the event's future ts, not before", async () => {
    const ts = Date.now() + 1_345;
    const [eventId = ""] = await world.engine.send({ name: `${mode.name}/future`, data: {}, ts });
    const [run] = await world.engine.waitRuns(eventId, 1);
    const ended = await world.engine.waitEnd(run?.run_id ?? "");
    const output = ended.output as { ts: number; startedAtMs: number };
    expect(output.ts).toBe(ts);
    await expectOnTime(output.startedAtMs, ts);
  });

  it("retries a step at the date of its RetryAfterError to the millisecond", async () => {
    const id = freshId();
    const untilMs = Date.now() + 2_345;
    const run = await world.engine.runToEnd(`${mode.name}/retry-after`, { id, untilMs });
    expect(run.status).toBe("Completed");
    await expectOnTime(run.output, untilMs);
    const attempts = world
      .app(mode)
      .noted("retry-after.attempt")
      .filter((value) => (value as { id: string }).id === id);
    expect(attempts).toMatchObject([{ attempt: 0 }, { attempt: 1 }]);
  });

  it("retries a function at the date of its RetryAfterError", async () => {
    const untilMs = Date.now() + 2_123;
    const run = await world.engine.runToEnd(`${mode.name}/retry-after-function`, { untilMs });
    expect(run.status).toBe("Completed");
    await expectOnTime(run.output, untilMs);
  });
});
