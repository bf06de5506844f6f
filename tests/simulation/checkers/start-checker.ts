// Starts (field.md 5.3: 3, 4): a stored event starts exactly one run of each live function that it triggers, none of others,
// unless its sender's id was seen within a day; an invoke event starts one run; a cron tick runs once.
import { INVOKED_EVENT, type Change, type FunctionRecord } from "@everstep/core";
import type { EventRecord } from "@everstep/protocol";
import type { PlannedFunction } from "../plan.ts";
import type { CheckContext, Checker } from "./checker.ts";

const DAY_MS = 86_400_000;

export class StartChecker implements Checker {
  readonly #context: CheckContext;
  readonly #triggers: ReadonlyMap<string, PlannedFunction["triggers"]>;
  /** `<event> <function>`: whether that start is owed. */
  readonly #owed = new Map<string, boolean>();
  readonly #started = new Set<string>();
  readonly #lastSeen = new Map<string, number>();
  readonly #ticks = new Set<string>();

  constructor(context: CheckContext) {
    this.#context = context;
    const functions = context.plan.apps.flatMap((app) => app.functions);
    this.#triggers = new Map(functions.map((fn) => [fn.slug, fn.triggers]));
  }

  beforeChange(change: Change): void {
    if (change.type === "event_added") this.#eventAdded(change.event);
    if (change.type === "run_added") this.#runAdded(change);
  }

  afterBatch(changes: readonly Change[]): void {
    const { violate } = this.#context;
    for (const [key, isOwed] of this.#owed) {
      if (isOwed) violate("one run per event and function", `${key} started no run`);
    }
    this.#owed.clear();
    for (const change of changes) {
      if (change.type !== "event_added" || change.event.name !== INVOKED_EVENT) continue;
      const id = change.event.internalId;
      const count = [...this.#started].filter((key) => key.startsWith(`${id} `)).length;
      if (count !== 1) violate("an invoke starts one run", `event ${id} started ${count}`);
    }
  }

  #isTriggered(fn: FunctionRecord, event: EventRecord): boolean {
    if (fn.archivedAtMs !== undefined) return false;
    const { n } = JSON.parse(event.dataJson) as { n?: unknown };
    return (this.#triggers.get(fn.config.slug) ?? []).some(({ event: pattern, nAbove }) => {
      const isNamed = pattern.endsWith("*")
        ? event.name.startsWith(pattern.slice(0, -1))
        : event.name === pattern;
      return isNamed && (nAbove === undefined || (typeof n === "number" && n > nAbove));
    });
  }

  #eventAdded(event: EventRecord): void {
    if (event.name === INVOKED_EVENT || event.name === "inngest/scheduled.timer") return;
    for (const fn of this.#context.model.functions.values()) {
      if (!this.#isTriggered(fn, event)) continue;
      const key = `${fn.id} ${event.id}`;
      const seenAtMs = this.#lastSeen.get(key) ?? Number.NEGATIVE_INFINITY;
      const agoMs = event.receivedAtMs - seenAtMs;
      const isRepeated = agoMs < DAY_MS;
      // Close to the end of the day either is right: the decision was made a little after the event was taken in.
      const isClose = Math.abs(agoMs - DAY_MS) < 60_000;
      if (!isClose) this.#owed.set(`${event.internalId} ${fn.id}`, !isRepeated);
      if (!isRepeated) this.#lastSeen.set(key, event.receivedAtMs);
    }
  }

  #runAdded({ run }: Extract<Change, { type: "run_added" }>): void {
    if (run.originalRunId !== undefined) return;
    const { model, violate } = this.#context;
    const [eventId = ""] = run.eventIds;
    const event = model.events.get(eventId);
    if (event === undefined) {
      violate("no invention", `run ${run.id} was started by event ${eventId}, which is not stored`);
      return;
    }
    const key = `${eventId} ${run.functionId}`;
    if (this.#started.has(key)) violate("one run per event and function", `${key} started two`);
    this.#started.add(key);
    if (run.cron !== undefined) return this.#tickAdded(event, run.functionId, run.cron);
    if (event.name === INVOKED_EVENT) return;
    const isOwed = this.#owed.get(key);
    if (isOwed === false) violate("ids dedupe", `${key} started again within a day`);
    if (isOwed === undefined) violate("no invention", `${key}: the event does not trigger it`);
    this.#owed.delete(key);
  }

  #tickAdded(event: EventRecord, functionId: string, cron: string): void {
    const { violate } = this.#context;
    const { scheduledAt } = JSON.parse(event.dataJson) as { scheduledAt: string };
    const key = `${functionId} ${cron} ${scheduledAt}`;
    if (this.#ticks.has(key)) violate("a tick runs once", key);
    this.#ticks.add(key);
    if (event.receivedAtMs < Date.parse(scheduledAt)) violate("no tick is early", key);
  }
}
