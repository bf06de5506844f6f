// kill -9 at moments that only the world outside the engine knows: a call has reached the app, a step is running or has just
// been done, a checkpoint was sent or acknowledged, an answer was written, a client has read its acknowledgement.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { AppPoint } from "./apps/messages.ts";
import { CrashWorld } from "./harness/crash-world.ts";
import { Scenario, type Death } from "./harness/scenario.ts";

const APP_POINTS: readonly AppPoint[] = [
  "call_arrived",
  "step_running",
  "step_done",
  "checkpoint_sent",
  "checkpoint_acked",
  "answer_written",
];

describe("kill -9 at a moment seen from outside", () => {
  let world: CrashWorld;
  let scenario: Scenario | undefined;
  beforeAll(async () => {
    world = await CrashWorld.start();
  });
  afterEach(async () => {
    await scenario?.abandon();
  });
  afterAll(async () => {
    await world.stop();
  });

  const survive = async (seed: number, deaths: readonly Death[]): Promise<void> => {
    scenario = new Scenario(world, seed);
    await scenario.open();
    scenario.load.begin();
    await scenario.load.acked(20);
    await scenario.kill();
    for (const death of deaths) await scenario.live(death);
    await scenario.open();
    const summary = await scenario.conclude();
    expect(summary.complaints).toEqual([]);
    expect(summary.kills).toBe(deaths.length + 1);
    expect(summary.executions).toBeGreaterThan(20);
  };

  it.for(APP_POINTS)("%s: no recorded step is repeated, none is lost", async (point) => {
    const deaths = [1, 4, 25].map((nth): Death => ({ kind: "app", point, nth }));
    await survive(100 + APP_POINTS.indexOf(point), deaths);
  });

  it("an acknowledgement was read: what it says is kept", async () => {
    await survive(
      200,
      [1, 2, 15].map((count): Death => ({ kind: "acked", count })),
    );
  });
});
