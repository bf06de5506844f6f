// The end of a simulation (field.md 5.3: 1, 3, 13, 16, liveness): every run has ended, nothing is left over, runs stand in the
// order of their events, and something happened at all.
import type { RunHead } from "@everstep/core";
import { openSqliteStore } from "@everstep/store-sqlite";
import type { DatabaseSync } from "node:sqlite";
import type { AckedEvent, Client } from "../client.ts";
import { checkStored } from "./check-stored.ts";
import type { CheckContext, Checker } from "./checker.ts";
import { hasEnded, type Model } from "./model.ts";

/** Tables that are empty when every run has ended, except for what has a time of its own. */
const LEFT_OVER: readonly (readonly [table: string, condition: string])[] = [
  ["timers", "1"],
  ["waits", "1"],
  ["slots", "1"],
  ["batch_events", "1"],
  ["limiters", "kind IN ('debounce', 'batch', 'singleton')"],
];

export async function checkFinish(finish: {
  context: CheckContext;
  client: Client;
  database: DatabaseSync;
  checkers: readonly Checker[];
}): Promise<void> {
  const { context, client, database, checkers } = finish;
  for (const checker of checkers) checker.atEnd?.();
  const { model, violate, nowMs } = context;
  for (const run of model.runs.values()) {
    if (hasEnded(run)) continue;
    const timers = [...run.timers.values()].map(({ kind, dueAtMs }) => `${kind}@${dueAtMs}`);
    const open = [...timers, ...run.waits.keys()].join();
    violate("every run ends", `run ${run.head.id} is ${run.head.status} at ${nowMs()}: ${open}`);
  }
  for (const [table, condition] of LEFT_OVER) {
    const sql = `SELECT count(*) AS count FROM ${table} WHERE ${condition}`;
    const row = database.prepare(sql).get();
    if (row?.["count"] !== 0) violate("nothing is left over", `${String(row?.["count"])} ${table}`);
  }
  const opened = openSqliteStore({ path: ":memory:", database });
  await checkStored(opened, model, violate);
  const stored = await opened.store.findEventIds(client.ackedEvents.map(({ id }) => id));
  for (const { id } of client.ackedEvents) {
    if (!stored.has(id)) violate("acked is stored", `event ${id} is not in the database`);
  }
  checkOrder(model, client.ackedEvents, violate);
  if (client.ackedCount === 0 || model.runs.size === 0) {
    violate("something happened", `${client.ackedCount} acks, ${model.runs.size} runs`);
  }
}

/** Its place is not that of its event. */
function isMoved(model: Model, { functionId, flow }: RunHead): boolean {
  const isPrioritized = model.functions.get(functionId)?.config.priority !== undefined;
  return isPrioritized || flow?.debounceId !== undefined || flow?.batchId !== undefined;
}

/** An event that was sent after another one was acknowledged starts its run of the same function behind it. */
function checkOrder(
  model: Model,
  events: readonly AckedEvent[],
  violate: CheckContext["violate"],
): void {
  const places = new Map(events.map((event) => [event.id, event]));
  const ofFunction = Map.groupBy(
    [...model.runs.values()].filter(
      ({ head }) => head.originalRunId === undefined && !isMoved(model, head),
    ),
    ({ head }) => head.functionId,
  );
  for (const runs of ofFunction.values()) {
    const inOrder = runs.toSorted((left, right) => left.head.orderKey - right.head.orderKey);
    let lastSent = 0;
    for (const { head } of inOrder) {
      const place = places.get(head.eventIds[0] ?? "");
      if (place === undefined) continue;
      if (place.acked < lastSent) {
        violate("runs stand in the order of their events", `run ${head.id}`);
      }
      lastSent = Math.max(lastSent, place.sent);
    }
  }
}
