// Simulates one seed from its first event to the last end of a run and checks everything on the way.
import { createHash } from "node:crypto";
import { openMemoryDatabase } from "@everstep/store-sqlite";
import type { DatabaseSync } from "node:sqlite";
import { createAppProcess, type AppProcess } from "./app/app-process.ts";
import { checkCalls } from "./checkers/check-calls.ts";
import { checkRuns } from "./checkers/check-runs.ts";
import { checkStarts } from "./checkers/check-starts.ts";
import { checkTimers } from "./checkers/check-timers.ts";
import { checkWaits } from "./checkers/check-waits.ts";
import type { Checker, CheckContext } from "./checkers/checker.ts";
import { checkFinish } from "./checkers/check-finish.ts";
import { checkStored } from "./checkers/check-stored.ts";
import { createModel } from "./checkers/model.ts";
import { createClient, type Client } from "./client.ts";
import { createDice } from "./dice.ts";
import { createEngineLife, type EngineLife } from "./engine-life.ts";
import { createSimulationHistory, type History, type Violation } from "./history.ts";
import { createNetwork, type NetworkFaults } from "./network.ts";
import { makePlan, type Plan } from "./plan.ts";
import { startTrouble, type Trouble } from "./trouble.ts";
import { createVirtualTime, type VirtualTime } from "./virtual-time.ts";
import { startWorkload } from "./workload.ts";

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
const END_MS = 14 * 86_400_000;
const HAPPENINGS_MAX = 400_000;
const SWEEP_MS = 1_000;
/** Programs that set off each other stop sending beyond this. */
const RUNS_MAX = 60;
const NO_FAULTS: NetworkFaults = { loseRequest: 0, loseAnswer: 0, repeat: 0, garble: 0, slow: 0 };

export async function simulate(seed: number): Promise<SimulationResult> {
  const dice = createDice(`seed ${seed}`);
  const plan = makePlan(dice.fork("plan"));
  const time = createVirtualTime(START_MS);
  const history = createSimulationHistory(time);
  const database = openMemoryDatabase();
  try {
    return await live({ seed, plan, time, history, database });
  } finally {
    database.close();
  }
}

async function live(world: {
  seed: number;
  plan: Plan;
  time: VirtualTime;
  history: History;
  database: DatabaseSync;
}): Promise<SimulationResult> {
  const { seed, plan, time, history, database } = world;
  const dice = createDice(`seed ${seed}/world`);
  const model = createModel();
  const violate = history.violate;
  let calls = 0;
  let sweptAtMs = 0;
  // The parts know each other; each is used only after all are there.
  let life: EngineLife;
  let client: Client;
  let trouble: Trouble;
  const apps = new Map<string, AppProcess>();

  const network = createNetwork({
    ...{ time, history, dice: dice.fork("network") },
    faults: () => (trouble.isActive ? plan.network : NO_FAULTS),
    findApp: (url) => apps.get(url.hostname.replace(".test", "")) as AppProcess,
    onSent: (sent) => {
      calls += 1;
      for (const checker of checkers) checker.onSent?.(sent);
    },
    onEnded: (sent, answer) => {
      for (const checker of checkers) checker.onAnswered?.(sent, answer);
    },
  });
  const context: CheckContext = {
    ...{ model, plan, violate, inFlight: network.inFlight },
    nowMs: () => time.nowMs,
    healthySinceMs: () => life.healthySinceMs,
  };
  const callChecker = checkCalls(context);
  const checkers: Checker[] = [
    checkRuns(context),
    checkStarts(context),
    checkWaits(context),
    checkTimers(context),
    callChecker,
  ];
  life = createEngineLife({
    ...{ time, history, database, dice: dice.fork("engine") },
    faults: {
      isFailing: () => trouble.isDiskFailing,
      commitMsMax: plan.commitMsMax,
      readMsMax: plan.readMsMax,
    },
    retryIntervalMs: plan.retryIntervalMs,
    callTimeoutMs: plan.callTimeoutMs,
    connect: network.connect,
    onApplied: (changes) => {
      for (const change of changes) {
        for (const checker of checkers) checker.beforeChange?.(change);
        model.apply(change);
      }
      for (const checker of checkers) checker.afterBatch?.(changes);
    },
    onStarted: (opened) => checkStored(opened, model, violate),
    onCrash: () => {
      network.forgetCalls();
      trouble.countCrash();
      trouble.restartSoon();
    },
    diesAt: () => trouble.isActive && dice.chance(plan.crashAtPoint),
  });
  client = createClient({
    ...{ time, history, life, model, dice: dice.fork("client") },
    onCheckpointAcked: callChecker.onCheckpointAcked,
  });
  for (const app of plan.apps) {
    const process = createAppProcess({
      ...{ time, violate, traits: app.traits, dice: dice.fork(app.name) },
      programs: new Map(app.functions.map((fn) => [fn.slug, fn.program])),
      checkpoint: client.checkpoint,
      onStep: (step) => {
        for (const checker of checkers) checker.onStep?.(step);
      },
      async sendEvents(events) {
        if (model.runs.size > RUNS_MAX) return [];
        const ids = await client.send(events);
        if (ids === undefined) throw new Error("the events could not be sent");
        return ids;
      },
    });
    apps.set(app.name, process);
  }
  trouble = startTrouble({ ...{ time, plan, history, life, apps }, dice: dice.fork("trouble") });
  history.record("plan", plan);
  void life.start();
  trouble.registerAll({ isCronless: false });
  startWorkload({ ...{ time, plan, client, model }, dice: dice.fork("workload") });

  const isDone = (): boolean => {
    if (time.nowMs >= sweptAtMs + SWEEP_MS) {
      sweptAtMs = time.nowMs;
      for (const checker of checkers) checker.sweep?.();
    }
    return history.violation !== undefined;
  };
  await time.run({ untilMs: START_MS + plan.activeMs, countMax: HAPPENINGS_MAX, isDone });
  history.record("the faults end");
  trouble.registerAll({ isCronless: true });
  await time.run({ untilMs: START_MS + END_MS, countMax: HAPPENINGS_MAX, isDone });
  if (history.violation === undefined) {
    await checkFinish({ context, client, database });
  }
  history.record("database", dumpHash(database));
  return {
    ...{ seed, calls, history, violation: history.violation, hash: history.hash() },
    events: model.events.size,
    runs: model.runs.size,
    steps: model.stepCount,
    crashes: trouble.crashes,
  };
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
