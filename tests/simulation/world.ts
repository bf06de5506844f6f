// Puts the parts of one simulated world together: network, engine lives, clients, apps, and the checkers that watch them.
import type { Change } from "@everstep/core";
import type { DatabaseSync } from "node:sqlite";
import { createAppProcess, type AppProcess } from "./app/app-process.ts";
import { CallChecker } from "./checkers/call-checker.ts";
import { RunChecker } from "./checkers/run-checker.ts";
import { StartChecker } from "./checkers/start-checker.ts";
import { checkStored } from "./checkers/check-stored.ts";
import { GroupChecker } from "./checkers/group-checker.ts";
import { LimitChecker } from "./checkers/limit-checker.ts";
import { TimerChecker } from "./checkers/timer-checker.ts";
import { WaitChecker } from "./checkers/wait-checker.ts";
import type { CheckContext, Checker } from "./checkers/checker.ts";
import { createModel, type Model } from "./checkers/model.ts";
import { createClient, type AckedCheckpoint, type Client } from "./client.ts";
import type { Dice } from "./dice.ts";
import { createEngineLife, type EngineLife } from "./engine-life.ts";
import type { History } from "./history.ts";
import { createNetwork, type Network, type NetworkFaults } from "./network.ts";
import type { Plan } from "./plan.ts";
import { startTrouble, type Trouble } from "./trouble.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface Ground {
  readonly dice: Dice;
  readonly plan: Plan;
  readonly time: VirtualTime;
  readonly history: History;
  readonly database: DatabaseSync;
}

export interface World extends Ground {
  readonly model: Model;
  readonly checkers: readonly Checker[];
  readonly context: CheckContext;
  readonly network: Network;
  readonly life: EngineLife;
  readonly client: Client;
  readonly trouble: Trouble;
  /** Calls that left an engine. */
  readonly callCount: number;
}

/** Programs that set off each other stop sending beyond this. */
const RUNS_MAX = 60;
const NO_FAULTS: NetworkFaults = { loseRequest: 0, loseAnswer: 0, repeat: 0, garble: 0, slow: 0 };

/** Nothing happens before the virtual time runs. */
export function createWorld(ground: Ground): World {
  const { dice, plan, time, history } = ground;
  const model = createModel();
  const apps = new Map<string, AppProcess>();
  let callCount = 0;
  // The parts know each other; none is used before all are there.
  const tellAll = (tell: (checker: Checker) => void): void => {
    for (const checker of checkers) tell(checker);
  };
  const network = createNetwork({
    time,
    history,
    dice: dice.fork("network"),
    faults: () => (trouble.isActive ? plan.network : NO_FAULTS),
    findApp: (url) => {
      const app = apps.get(url.hostname.replace(".test", ""));
      if (app === undefined) throw new Error(`No app is at ${url.href}.`);
      return app;
    },
    onSent: (sent) => {
      callCount += 1;
      tellAll((checker) => checker.onSent?.(sent));
    },
    onEnded: (sent, answer) => tellAll((checker) => checker.onAnswered?.(sent, answer)),
  });
  const context: CheckContext = {
    model,
    plan,
    violate: history.violate,
    inFlight: network.inFlight,
    nowMs: () => time.nowMs,
    healthySinceMs: () => life.healthySinceMs,
  };
  const { checkers, onCheckpointAcked } = createCheckers(context);
  const life = liveOn(ground, { model, network, tellAll, trouble: () => trouble });
  const client = createClient({
    time,
    history,
    life,
    model,
    dice: dice.fork("client"),
    onCheckpointAcked,
  });
  startApps(apps, { ground, model, client, tellAll });
  const trouble = startTrouble({ time, plan, history, life, apps, dice: dice.fork("trouble") });
  return {
    ...ground,
    model,
    checkers,
    context,
    network,
    life,
    client,
    trouble,
    get callCount() {
      return callCount;
    },
  };
}

function createCheckers(context: CheckContext): {
  checkers: readonly Checker[];
  onCheckpointAcked: (checkpoint: AckedCheckpoint) => void;
} {
  const calls = new CallChecker(context);
  return {
    checkers: [
      new RunChecker(context),
      new StartChecker(context),
      new WaitChecker(context),
      new TimerChecker(context),
      new GroupChecker(context),
      new LimitChecker(context),
      calls,
    ],
    onCheckpointAcked: (checkpoint) => calls.onCheckpointAcked(checkpoint),
  };
}

type TellAll = (tell: (checker: Checker) => void) => void;

function liveOn(
  { dice, plan, time, history, database }: Ground,
  parts: { model: Model; network: Network; tellAll: TellAll; trouble: () => Trouble },
): EngineLife {
  const { model, network, tellAll, trouble } = parts;
  const onApplied = (changes: readonly Change[]): void => {
    for (const change of changes) {
      tellAll((checker) => checker.beforeChange?.(change));
      model.apply(change);
    }
    tellAll((checker) => checker.afterBatch?.(changes));
  };
  return createEngineLife({
    time,
    history,
    database,
    dice: dice.fork("engine"),
    faults: {
      isFailing: () => trouble().isDiskFailing,
      commitMsMax: plan.commitMsMax,
      readMsMax: plan.readMsMax,
    },
    retryIntervalMs: plan.retryIntervalMs,
    callTimeoutMs: plan.callTimeoutMs,
    connect: (side) => network.connect(side),
    onApplied,
    onStarted: (opened) => checkStored(opened, model, history.violate),
    onCrash: () => {
      network.forgetCalls();
      trouble().countCrash();
      trouble().restartSoon();
    },
    diesAt: () => trouble().isActive && dice.chance(plan.crashAtPoint),
  });
}

function startApps(
  apps: Map<string, AppProcess>,
  parts: { ground: Ground; model: Model; client: Client; tellAll: TellAll },
): void {
  const { ground, model, client, tellAll } = parts;
  for (const app of ground.plan.apps) {
    const process = createAppProcess({
      time: ground.time,
      dice: ground.dice.fork(app.name),
      traits: app.traits,
      violate: ground.history.violate,
      programs: new Map(app.functions.map((fn) => [fn.slug, fn.program])),
      checkpoint: (request) => client.checkpoint(request),
      onStep: (step) => {
        ground.history.record("step runs", step);
        tellAll((checker) => checker.onStep?.(step));
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
}
