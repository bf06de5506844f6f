// The engine is asked to end, or is frozen: calls finish or are parked, the exit code is 0, and the next life goes on.
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CrashWorld } from "./harness/crash-world.ts";
import { withScenario } from "./harness/survive.ts";

const FROZEN_MS = 3_000;
const GRACE_MS = 1_000;
/** The grace period of an engine that is not told another. */
const USUAL_GRACE_MS = 10_000;

describe("an engine that is stopped", () => {
  let world: CrashWorld;
  beforeAll(async () => {
    world = await CrashWorld.start();
  });
  afterAll(async () => {
    await world.stop();
  });

  it("drains on SIGTERM under load, exits with 0, and goes on after the next start", async () => {
    const summary = await withScenario(world, 1, async (scenario) => {
      await scenario.open();
      scenario.load.begin();
      for (let stops = 0; stops < 2; stops += 1) {
        await scenario.load.acked(25);
        expect(await scenario.terminate()).toEqual({ code: 0, signal: null });
        await scenario.open();
      }
      return await scenario.conclude();
    });
    expect(summary.complaints).toEqual([]);
    expect(summary.kills).toBe(0);
    expect(summary.acked).toBeGreaterThan(50);
  });

  it("parks calls that outlast the grace period, and makes them again", async () => {
    const summary = await withScenario(world, 2, async (scenario) => {
      await scenario.open({ args: ["--shutdown-grace", String(GRACE_MS / 1_000)] });
      const hanging = world.apps.map((app) => app.misbehave("hang", 2));
      for (let count = 0; count < 8; count += 1) scenario.load.startEach(["sequence"]);
      await Promise.all(hanging);
      const askedAtMs = Date.now();
      expect(await scenario.terminate()).toEqual({ code: 0, signal: null });
      const tookMs = Date.now() - askedAtMs;
      expect(tookMs).toBeGreaterThanOrEqual(GRACE_MS);
      expect(tookMs).toBeLessThan(USUAL_GRACE_MS);
      for (const app of world.apps) app.tell({ kind: "mood", mood: "well" });
      await scenario.open();
      return await scenario.conclude();
    });
    expect(summary.complaints).toEqual([]);
    expect(summary.acked).toBe(8);
    // A parked call counts as not made.
    expect(summary.retried).toEqual([]);
  });

  it("goes on where it was when it was frozen, with every timer that came due meanwhile", async () => {
    const summary = await withScenario(world, 3, async (scenario) => {
      await scenario.open();
      scenario.load.begin();
      await scenario.load.acked(25);
      scenario.life.signal("SIGSTOP");
      await pause(FROZEN_MS);
      scenario.life.signal("SIGCONT");
      await scenario.load.acked(10);
      return await scenario.conclude();
    });
    expect(summary.complaints).toEqual([]);
    expect(summary.acked).toBeGreaterThan(35);
  });
});
