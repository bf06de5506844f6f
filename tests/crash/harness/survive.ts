// The shape of most scenarios: load, a first kill, a chain of ordered deaths, a last start that must set everything right.
import type { CrashWorld } from "./crash-world.ts";
import { Scenario, type Death, type Summary } from "./scenario.ts";

const ACKED_BEFORE_FIRST_KILL = 20;

export async function survive(
  world: CrashWorld,
  seed: number,
  deaths: readonly Death[],
): Promise<Summary> {
  return await withScenario(world, seed, async (scenario) => {
    await scenario.open();
    scenario.load.begin();
    await scenario.load.acked(ACKED_BEFORE_FIRST_KILL);
    await scenario.kill();
    for (const death of deaths) await scenario.live(death);
    await scenario.open();
    return await scenario.conclude();
  });
}

/** A scenario whose engine does not outlive a test that failed. */
export async function withScenario<T>(
  world: CrashWorld,
  seed: number,
  play: (scenario: Scenario) => Promise<T>,
): Promise<T> {
  const scenario = new Scenario(world, seed);
  try {
    return await play(scenario);
  } finally {
    await scenario.abandon();
  }
}
