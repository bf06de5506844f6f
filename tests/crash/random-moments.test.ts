// kill -9 at moments that nobody chose, from the first milliseconds of a start on, under mixed load. The seed stands in the
// test's name; EVERSTEP_CRASH_SEED and EVERSTEP_CRASH_KILLS run others and longer.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CrashWorld } from "./harness/crash-world.ts";
import { Dice } from "./harness/dice.ts";
import type { Death } from "./harness/scenario.ts";
import { withScenario } from "./harness/survive.ts";

const SEED = Number(process.env["EVERSTEP_CRASH_SEED"] ?? 1);
const KILLS = Number(process.env["EVERSTEP_CRASH_KILLS"] ?? 6);
/** A start takes about half of this; the rest is load. */
const LIFE_MS_MAX = 2_500;
const TIMEOUT_MS = 240_000 + KILLS * 5_000;

/** The first commit of a life takes ownership; the second of a new file knows an app. */
const FIRST_COMMITS: readonly Death[] = [
  { kind: "failpoint", name: "commit_before_commit", nth: 1 },
  { kind: "failpoint", name: "commit_after_commit", nth: 1 },
  { kind: "failpoint", name: "commit_before_commit", nth: 2 },
  { kind: "failpoint", name: "commit_after_commit", nth: 2 },
];

function firstStarts(): Death[] {
  const dice = new Dice(SEED + 1);
  return FIRST_COMMITS.map(() => ({ kind: "clock", afterSpawnMs: dice.between(100, 700) }));
}

describe("kill -9 at random moments", () => {
  let world: CrashWorld;
  beforeAll(async () => {
    world = await CrashWorld.start();
  });
  afterAll(async () => {
    await world.stop();
  });

  it(`seed ${SEED}: ${KILLS} kills under mixed load`, { timeout: TIMEOUT_MS }, async () => {
    const dice = new Dice(SEED);
    const summary = await withScenario(world, SEED, async (scenario) => {
      await scenario.open();
      scenario.load.begin();
      await scenario.load.acked(30);
      await scenario.kill();
      for (let life = 1; life < KILLS; life += 1) {
        await scenario.live({ kind: "clock", afterSpawnMs: dice.between(50, LIFE_MS_MAX) });
      }
      await scenario.open();
      // Every kind of work has been under way; a run of the suite that did nothing proves nothing.
      scenario.load.startEach(scenario.load.missing());
      return await scenario.conclude();
    });
    expect(summary.complaints).toEqual([]);
    expect(summary.retried).toEqual([]);
    expect(summary.kills).toBe(KILLS);
    expect(summary.acked).toBeGreaterThan(30);
  });

  it.for(["starts", "commits"] as const)(
    "a data folder whose very first %s were killed is sound",
    async (killed) => {
      const deaths = killed === "commits" ? FIRST_COMMITS : firstStarts();
      const summary = await withScenario(world, SEED + 1, async (scenario) => {
        for (const death of deaths) await scenario.live(death);
        await scenario.open();
        scenario.load.startEach(scenario.load.missing());
        return await scenario.conclude();
      });
      expect(summary.complaints).toEqual([]);
      expect(summary.kills).toBe(deaths.length);
    },
  );
});
