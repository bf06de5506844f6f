// Starts (field.md 5.3: 3, 4): a stored event starts exactly one run of each live function that it triggers, none of others,
// unless its sender's id was seen within a day; an invoke event starts one run; a cron tick runs once.
import { INVOKED_EVENT, type Change, type FunctionRecord } from "@everstep/core";
import type { EventRecord } from "@everstep/protocol";
import type { CheckContext, Checker } from "./checker.ts";

const DAY_MS = 86_400_000;

export function checkStarts({ model, plan, violate }: CheckContext): Checker {
  /** `<event> <function>`: whether that start is owed. */
  const owed = new Map<string, boolean>();
  const started = new Set<string>();
  const lastSeen = new Map<string, number>();
  const ticks = new Set<string>();
  const rules = new Map(
    plan.apps.flatMap((app) => app.functions).map((fn) => [fn.slug, fn.triggers]),
  );

  const isTriggered = (fn: FunctionRecord, event: EventRecord): boolean => {
    if (fn.archivedAtMs !== undefined) return false;
    const { n } = JSON.parse(event.dataJson) as { n?: unknown };
    return (rules.get(fn.config.slug) ?? []).some(({ event: pattern, nAbove }) => {
      const isNamed = pattern.endsWith("*")
        ? event.name.startsWith(pattern.slice(0, -1))
        : event.name === pattern;
      return isNamed && (nAbove === undefined || (typeof n === "number" && n > nAbove));
    });
  };

  const eventAdded = (event: EventRecord): void => {
    if (event.name === INVOKED_EVENT || event.name === "inngest/scheduled.timer") return;
    for (const fn of model.functions.values()) {
      if (!isTriggered(fn, event)) continue;
      const key = `${fn.id} ${event.id}`;
      const seenAtMs = lastSeen.get(key);
      const isRepeated = seenAtMs !== undefined && event.receivedAtMs - seenAtMs < DAY_MS;
      // Close to the end of the day either is right: the decision was made a little after the event was taken in.
      const isClose =
        seenAtMs !== undefined && Math.abs(event.receivedAtMs - seenAtMs - DAY_MS) < 60_000;
      if (!isClose) owed.set(`${event.internalId} ${fn.id}`, !isRepeated);
      if (!isRepeated) lastSeen.set(key, event.receivedAtMs);
    }
  };

  const runAdded = ({ run }: Extract<Change, { type: "run_added" }>): void => {
    if (run.originalRunId !== undefined) return;
    const [eventId = ""] = run.eventIds;
    const event = model.events.get(eventId);
    if (event === undefined) {
      violate("no invention", `run ${run.id} was started by event ${eventId}, which is not stored`);
      return;
    }
    const key = `${eventId} ${run.functionId}`;
    if (started.has(key)) violate("one run per event and function", `${key} started two runs`);
    started.add(key);
    if (run.cron !== undefined) return tickAdded(event, run.functionId, run.cron);
    if (event.name === INVOKED_EVENT) return;
    if (owed.get(key) === false) violate("ids dedupe", `${key} started again within a day`);
    if (!owed.has(key)) violate("no invention", `${key}: the event does not trigger the function`);
    owed.delete(key);
  };

  const tickAdded = (event: EventRecord, functionId: string, cron: string): void => {
    const { scheduledAt } = JSON.parse(event.dataJson) as { scheduledAt: string };
    const key = `${functionId} ${cron} ${scheduledAt}`;
    if (ticks.has(key)) violate("a tick runs once", key);
    ticks.add(key);
    if (event.receivedAtMs < Date.parse(scheduledAt)) violate("no tick is early", key);
  };

  return {
    beforeChange(change) {
      if (change.type === "event_added") eventAdded(change.event);
      if (change.type === "run_added") runAdded(change);
    },
    afterBatch(changes) {
      for (const [key, isOwed] of owed) {
        if (isOwed) violate("one run per event and function", `${key} started no run`);
      }
      owed.clear();
      for (const change of changes) {
        if (change.type !== "event_added" || change.event.name !== INVOKED_EVENT) continue;
        const id = change.event.internalId;
        const count = [...started].filter((key) => key.startsWith(`${id} `)).length;
        if (count !== 1) violate("an invoke starts one run", `event ${id} started ${count}`);
      }
    },
  };
}
