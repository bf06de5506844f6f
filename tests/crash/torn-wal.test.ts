// The end of the write-ahead log is damaged, as after a power cut in the middle of a write. Promised: what was acknowledged
// before the torn commit is there, the torn commit is gone as a whole, the file opens and work goes on. A torn commit was
// never acknowledged unless the disk lied about its fsync; the two tears of a last commit play such a disk.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CrashWorld } from "./harness/crash-world.ts";
import type { Scenario } from "./harness/scenario.ts";
import { withScenario } from "./harness/survive.ts";
import { readWal, tearWal, type Tear } from "./harness/tear-wal.ts";

const BURST = 12;
const ROUNDS_MAX = 5;
const TEARS: readonly (readonly [tear: Tear, lost: number])[] = [
  ["half_frame_added", 0],
  ["last_frame_cut", 1],
  ["last_frame_flipped", 1],
];

/** Events that nothing listens to, each in a commit of its own, then SIGKILL before the log's pause for folding is over. */
async function burstAndKill(scenario: Scenario): Promise<string[]> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const ids: string[] = [];
    for (let index = 0; index < BURST; index += 1) {
      const name = "nobody/listens";
      ids.push(...(await scenario.client.send([{ name, data: { index, round: randomUUID() } }])));
    }
    await scenario.kill();
    if (!readWal(scenario.dataDir).isFolded) return ids;
    // This machine was too slow: the log was folded before the kill.
    await scenario.open();
  }
  throw new Error(`the log was folded before the kill in each of ${ROUNDS_MAX} rounds`);
}

describe("a torn write-ahead log", () => {
  let world: CrashWorld;
  beforeAll(async () => {
    world = await CrashWorld.start();
  });
  afterAll(async () => {
    await world.stop();
  });

  it.for(TEARS)("%s: %i of the last acknowledged commits is lost, whole", async ([tear, lost]) => {
    const summary = await withScenario(world, TEARS.length, async (scenario) => {
      await scenario.open();
      scenario.load.startEach(scenario.load.missing());
      expect(await scenario.rest()).toEqual([]);
      const ids = await burstAndKill(scenario);
      tearWal(scenario.dataDir, tear);
      await scenario.open();
      const statuses: (number | undefined)[] = [];
      for (const id of ids) {
        statuses.push((await scenario.client.ask(`/v1/events/${id}`))?.status);
      }
      expect(statuses).toEqual(ids.map((_, index) => (index < BURST - lost ? 200 : 404)));
      // Everything of before is there, and new work of every kind goes through.
      scenario.load.resume();
      scenario.load.startEach(scenario.load.missing());
      return await scenario.conclude();
    });
    expect(summary.complaints).toEqual([]);
  });
});
