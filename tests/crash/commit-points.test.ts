// kill -9 at every named point of a commit: before it begins, in its middle, before and after it is durable, before and
// after its effects were let out. Each point is met early (opening the store), soon after, and under full load.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CrashWorld } from "./harness/crash-world.ts";
import type { Death } from "./harness/scenario.ts";
import { survive } from "./harness/survive.ts";

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
  beforeAll(async () => {
    world = await CrashWorld.start();
  });
  afterAll(async () => {
    await world.stop();
  });

  it.for(POINTS)("%s loses nothing and repeats nothing", async (name) => {
    const deaths = PASSES.map((nth): Death => ({ kind: "failpoint", name, nth }));
    const summary = await survive(world, POINTS.indexOf(name) + 1, deaths);
    expect(summary.complaints).toEqual([]);
    expect(summary.retried).toEqual([]);
    expect(summary.kills).toBe(PASSES.length + 1);
    expect(summary.acked).toBeGreaterThan(20);
    expect(summary.executions).toBeGreaterThan(20);
  });
});
