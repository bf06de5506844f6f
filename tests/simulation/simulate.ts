// Simulates one seed from its first event to the last end of a run and checks everything on the way.
import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { openMemoryDatabase } from "@everstep/store-sqlite";
import { checkFinish } from "./checkers/check-finish.ts";
import { createDice } from "./dice.ts";
import { createSimulationHistory, type History, type Violation } from "./history.ts";
import { makePlan } from "./plan.ts";
import { createVirtualTime } from "./virtual-time.ts";
import { startWorkload } from "./workload.ts";
import { createWorld, type World } from "./world.ts";

export interface SimulationResult {
  readonly seed: number;
  readonly events: number;
  readonly runs: number;
  readonly steps: number;
  readonly crashes: number;
  readonly calls: number;
  /** Of the whole history and of everything in the database at the end. */
  readonly hash: string;
  readonly violation: Violation | undefined;
  readonly history: History;
}

const START_MS = Date.UTC(2030, 0, 7, 9, 0, 0);
/** All that is left after the faults must have ended by then: longer than the longest chain of retries and waits. */
const END_MS = START_MS + 14 * 86_400_000;
/** A simulation that has more to do than this never comes to its end. */
const HAPPENINGS_MAX = 200_000;
const SWEEP_MS = 1_000;

export async function simulate(seed: number): Promise<SimulationResult> {
  const dice = createDice(`seed ${seed}`);
  const plan = makePlan(dice.fork("plan"));
  const time = createVirtualTime(START_MS);
  const history = createSimulationHistory(time);
  const database = openMemoryDatabase();
  try {
    history.record("plan", plan);
    const world = createWorld({ dice: dice.fork("world"), plan, time, history, database });
    await live(world);
    history.record("database", dumpHash(database));
    return {
      seed,
      history,
      events: world.model.events.size,
      runs: world.model.runs.size,
      steps: world.model.stepCount,
      crashes: world.trouble.crashes,
      calls: world.callCount,
      violation: history.violation,
      hash: history.hash(),
    };
  } finally {
    database.close();
  }
}

async function live(world: World): Promise<void> {
  const { plan, time, history, database, dice, model } = world;
  const { checkers, context, life, client, trouble } = world;
  let sweptAtMs = 0;
  const isDone = (): boolean => {
    if (time.nowMs >= sweptAtMs + SWEEP_MS) {
      sweptAtMs = time.nowMs;
      for (const checker of checkers) checker.sweep?.();
    }
    return history.violation !== undefined;
  };
  life.start().catch((error: unknown) => history.violate("the engine starts", String(error)));
  trouble.registerAll({ isCronless: false });
  startWorkload({ time, plan, client, model, dice: dice.fork("workload") });
  await time.run({ untilMs: START_MS + plan.activeMs, countMax: HAPPENINGS_MAX, isDone });
  history.record("the faults end");
  trouble.registerAll({ isCronless: true });
  trouble.resumeAll();
  const count = await time.run({ untilMs: END_MS, countMax: HAPPENINGS_MAX, isDone });
  if (count >= HAPPENINGS_MAX)
    history.violate("it comes to rest", `still busy after ${count} things`);
  if (history.violation === undefined) await checkFinish({ context, client, database, checkers });
}

/** A hash of every row of every table, in the order of the rows. */
function dumpHash(database: DatabaseSync): string {
  const sum = createHash("sha256");
  const tables = database.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
  );
  for (const table of tables.all() as { name: string }[]) {
    sum.update(table.name);
    for (const row of database.prepare(`SELECT * FROM "${table.name}"`).all()) {
      const values = Object.values(row).map((value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
      );
      sum.update(JSON.stringify(values));
    }
  }
  return sum.digest("hex");
}
