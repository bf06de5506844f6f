// kill -9 at every named point of a commit: before it begins, in its middle, before and after it is durable, before and
// after its effects were let out. Each point is met early (opening the store), soon after, and under full load.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CrashWorld } from "./harness/crash-world.ts";
import { Scenario } from "./harness/scenario.ts";

const POINTS = [
  "commit_before_begin",
  "commit_mid",
  "commit_before_commit",
  "commit_after_commit",
  "effects_before",
  "effects_after",
] as const;
const PASSES = [1, 4, 30] as const;

describe("kill -9 at a point of a commit", () => {
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

  it.for(POINTS)("%s loses nothing and repeats nothing", async (name) => {
    scenario = new Scenario(world, POINTS.indexOf(name) + 1);
    await scenario.open();
    scenario.load.begin();
    await scenario.load.acked(20);
    await scenario.kill();
    for (const nth of PASSES) await scenario.live({ kind: "failpoint", name, nth });
    await scenario.open();
    const summary = await scenario.conclude();
    expect(summary.complaints).toEqual([]);
    expect(summary.kills).toBe(PASSES.length + 1);
    expect(summary.acked).toBeGreaterThan(20);
  });
});
