// What clients do while a simulation is active: mostly send events, now and then cancel, signal, invoke or rerun.
import type { EventInput } from "@everstep/protocol";
import type { Model } from "./checkers/model.ts";
import type { Client } from "./client.ts";
import type { Dice } from "./dice.ts";
import type { Plan } from "./plan.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface WorkloadParts {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly plan: Plan;
  readonly client: Client;
  readonly model: Model;
}

/** Schedules every action of the clients. */
export function startWorkload(parts: WorkloadParts): void {
  const { time, dice, plan } = parts;
  for (let count = 0; count < plan.clientActions; count += 1) {
    const atMs = time.nowMs + dice.int(100, plan.activeMs);
    // Bursts: several requests in one millisecond share a batch.
    const burst = dice.chance(0.15) ? dice.int(2, 8) : 1;
    for (let each = 0; each < burst; each += 1) time.at(atMs, () => void act(parts));
  }
}

async function act({ time, dice, plan, client, model }: WorkloadParts): Promise<void> {
  const roll = dice.random();
  const runs = [...model.runs.values()];
  const run = runs.length === 0 ? undefined : dice.pick(runs.slice(-20));
  const app = dice.pick(plan.apps);
  const fn = dice.pick(app.functions);
  if (roll < 0.72 || run === undefined) {
    const count = dice.chance(0.2) ? dice.int(2, 6) : 1;
    await client.send(Array.from({ length: count }, () => drawEvent({ time, dice, plan })));
  } else if (roll < 0.82) {
    await client.signal(dice.pick(plan.signals));
  } else if (roll < 0.88) {
    await client.cancel(run.head.id);
  } else if (roll < 0.91) {
    await client.cancelMany(app.name, fn.slug);
  } else if (roll < 0.96) {
    await client.invoke(fn.slug, { k: dice.int(0, 3), n: dice.int(0, 9), depth: 0 });
  } else {
    const [stepId] = run.stack.slice(-1);
    await client.rerun(run.head.id, dice.chance(0.5) ? stepId : undefined);
  }
}

function drawEvent({
  time,
  dice,
  plan,
}: Pick<WorkloadParts, "time" | "dice" | "plan">): EventInput {
  const name = dice.pick(plan.clientEventNames);
  return {
    name,
    data: { k: dice.int(0, 3), n: dice.int(0, 9), depth: 0 },
    ...(dice.chance(0.2) ? { id: `id-${dice.int(0, 6)}` } : {}),
    ...(dice.chance(0.1) ? { tsMs: time.nowMs + dice.int(-5_000, 60_000) } : {}),
  };
}
