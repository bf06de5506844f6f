// kill -9 at moments that only the world outside the engine knows: a call has reached the app, a step is running or has just
// been done, a checkpoint was sent or acknowledged, an answer was written, a client has read its acknowledgement.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppPoint } from "./apps/messages.ts";
import { CrashWorld } from "./harness/crash-world.ts";
import type { Death } from "./harness/scenario.ts";
import { survive } from "./harness/survive.ts";

const APP_POINTS: readonly AppPoint[] = [
  "call_arrived",
  "step_running",
  "step_done",
  "checkpoint_sent",
  "checkpoint_acked",
  "answer_written",
];

describe.each([
  ["official SDKs", false],
  ["our SDK", true],
])("kill -9 at a moment seen from outside, apps of %s", (_sdks, isOurs) => {
  let world: CrashWorld;
  beforeAll(async () => {
    world = await CrashWorld.start(isOurs);
  });
  afterAll(async () => {
    await world.stop();
  });

  it.for(APP_POINTS)("%s: no recorded step is repeated, none is lost", async (point) => {
    const deaths = [1, 4, 25].map((nth): Death => ({ kind: "app", point, nth }));
    const summary = await survive(world, 100 + APP_POINTS.indexOf(point), deaths);
    expect(summary.complaints).toEqual([]);
    expect(summary.retried).toEqual([]);
    expect(summary.kills).toBe(4);
    expect(summary.executions).toBeGreaterThan(20);
  });

  it("an acknowledgement was read: what it says is kept", async () => {
    const deaths = [1, 2, 15].map((count): Death => ({ kind: "acked", count }));
    const summary = await survive(world, 200, deaths);
    expect(summary.complaints).toEqual([]);
    expect(summary.retried).toEqual([]);
    expect(summary.kills).toBe(4);
    expect(summary.acked).toBeGreaterThan(20);
  });
});
