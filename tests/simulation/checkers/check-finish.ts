// The end of a simulation (field.md 5.3: 1, 3, 13, 16, liveness): every run has ended, nothing is left over, runs stand in the
// order of their events, and something happened at all.
import { openSqliteStore } from "@everstep/store-sqlite";
import type { DatabaseSync } from "node:sqlite";
import type { AckedEvent, Client } from "../client.ts";
import { checkStored } from "./check-stored.ts";
import type { CheckContext } from "./checker.ts";
import { hasEnded, type Model } from "./model.ts";

export async function checkFinish(finish: {
  context: CheckContext;
  client: Client;
  database: DatabaseSync;
}): Promise<void> {
  const { context, client, database } = finish;
  const { model, violate, nowMs } = context;
  for (const run of model.runs.values()) {
    if (hasEnded(run)) continue;
    const timers = [...run.timers.values()].map(({ kind, dueAtMs }) => `${kind}@${dueAtMs}`);
    const open = [...timers, ...run.waits.keys()].join();
    violate("every run ends", `run ${run.head.id} is ${run.head.status} at ${nowMs()}: ${open}`);
  }
  for (const table of ["timers", "waits"]) {
    const row = database.prepare(`SELECT count(*) AS count FROM ${table}`).get();
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

/** An event that was sent after another one was acknowledged starts its run of the same function behind it. */
function checkOrder(
  model: Model,
  events: readonly AckedEvent[],
  violate: CheckContext["violate"],
): void {
  const places = new Map(events.map((event) => [event.id, event]));
  const ofFunction = Map.groupBy(
    [...model.runs.values()].filter(({ head }) => head.originalRunId === undefined),
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
