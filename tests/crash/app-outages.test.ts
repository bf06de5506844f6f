// The app is away, or answers calls wrongly: its calls are made again until it is well, and nothing is lost or done twice.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Mood } from "./apps/messages.ts";
import { CrashWorld } from "./harness/crash-world.ts";
import { withScenario } from "./harness/survive.ts";
import { TASKS } from "./harness/tasks.ts";

/** All but the one whose few attempts an outage would use up. */
const PATIENT_TASKS = Object.keys(TASKS).filter((name) => name !== "doomed");
const MOODS: readonly Mood[] = ["garbage", "server_error", "too_large", "reset", "hang"];

describe("an app that is not well", () => {
  let world: CrashWorld;
  beforeAll(async () => {
    world = await CrashWorld.start();
  });
  afterAll(async () => {
    await world.stop();
  });

  it("loses nothing while it cannot be reached, and while the engine dies meanwhile", async () => {
    const summary = await withScenario(world, 1, async (scenario) => {
      await scenario.open();
      scenario.load.startEach(PATIENT_TASKS);
      await scenario.load.acked(3);
      await Promise.all(world.apps.map((app) => app.setReachable(false)));
      scenario.load.startEach(PATIENT_TASKS);
      await scenario.load.acked(5);
      await scenario.kill();
      // With nobody to call there is little to commit: what is due again, and the failed attempts.
      await scenario.live({ kind: "failpoint", name: "commit_after_commit", nth: 3 });
      await Promise.all(world.apps.map((app) => app.setReachable(true)));
      await scenario.open();
      return await scenario.conclude();
    });
    expect(summary.complaints).toEqual([]);
    expect(summary.kills).toBe(2);
  });

  it.for(MOODS)("%s: calls are made again, and no recorded step is repeated", async (mood) => {
    const summary = await withScenario(world, 2 + MOODS.indexOf(mood), async (scenario) => {
      await scenario.open();
      const moods = world.apps.map((app) => app.misbehave(mood, 3));
      scenario.load.startEach(PATIENT_TASKS);
      await Promise.all(moods);
      for (const app of world.apps) app.tell({ kind: "mood", mood: "well" });
      if (mood === "hang") {
        // Calls that hang end with their connections.
        await Promise.all(world.apps.map((app) => app.setReachable(false)));
        await Promise.all(world.apps.map((app) => app.setReachable(true)));
      }
      return await scenario.conclude();
    });
    expect(summary.complaints).toEqual([]);
    expect(summary.acked).toBeGreaterThan(PATIENT_TASKS.length);
  });
});
