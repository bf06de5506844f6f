// Fates (field.md 5.3: 3, 4): a stored event has exactly one fate at each live function that it triggers, and none at others: a
// run, a skipped run, a place in a group, or an outcome. An invoke event and a cron tick have one fate; a tick runs once.
import { INVOKED_EVENT, type Change, type EventOutcome, type FunctionRecord } from "@everstep/core";
import type { EventRecord } from "@everstep/protocol";
import type { PlannedFunction } from "../plan.ts";
import type { CheckContext, Checker } from "./checker.ts";

const DAY_MS = 86_400_000;
const CRON_EVENT = "inngest/scheduled.timer";

type Fate = EventOutcome["type"] | "run" | "skipped_by_pause" | "duplicate";

export class StartChecker implements Checker {
  readonly #context: CheckContext;
  readonly #triggers: ReadonlyMap<string, PlannedFunction["triggers"]>;
  /** `<event> <function>`: fates that this batch owes. */
  readonly #owed = new Set<string>();
  /** Events for one function only: how many fates they had. */
  readonly #aimed = new Map<string, number>();
  readonly #fates = new Map<string, Fate>();
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
    if (change.type === "event_outcome_added") this.#outcomeAdded(change.outcome);
  }

  afterBatch(): void {
    const { violate } = this.#context;
    for (const key of this.#owed) violate("one fate per event and function", `${key} has none`);
    this.#owed.clear();
    for (const [id, count] of this.#aimed) {
      if (count !== 1) violate("invokes and ticks have one fate", `event ${id} has ${count}`);
    }
    this.#aimed.clear();
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
    if (isAimed(event)) {
      this.#aimed.set(event.internalId, 0);
      return;
    }
    for (const fn of this.#context.model.functions.values()) {
      if (this.#isTriggered(fn, event)) this.#owed.add(`${event.internalId} ${fn.id}`);
    }
  }

  #runAdded({ run }: Extract<Change, { type: "run_added" }>): void {
    if (run.originalRunId !== undefined) return;
    const { model, violate } = this.#context;
    for (const id of run.eventIds) {
      if (!model.events.has(id))
        violate("no invention", `run ${run.id} of the unknown event ${id}`);
    }
    // What a group let go had its fate when it came; the event that fills a batch has this one.
    const [first = ""] = run.eventIds;
    const last = run.flow?.batchId === undefined ? first : (run.eventIds.at(-1) ?? "");
    const isOfGroup = run.flow?.batchId !== undefined || run.flow?.debounceId !== undefined;
    const isGrouped = isOfGroup && this.#fates.has(`${last} ${run.functionId}`);
    const fate = run.skip?.reason === "paused" ? "skipped_by_pause" : "run";
    if (!isGrouped) this.#settle(last, run.functionId, fate);
    const event = model.events.get(first);
    if (run.cron !== undefined && event !== undefined) {
      this.#tickAdded(event, run.functionId, run.cron);
    }
  }

  #outcomeAdded(outcome: EventOutcome): void {
    const { eventId, functionId, type } = outcome;
    const key = `${eventId} ${functionId}`;
    const { violate } = this.#context;
    if (type === "filtered") {
      if (this.#owed.has(key)) violate("filters", `${key} was filtered out and fits`);
      return;
    }
    const known = this.#fates.get(key);
    if (known === undefined) {
      const isId = type === "deduplicated" && outcome.by === "event_id";
      this.#settle(eventId, functionId, isId ? "duplicate" : type);
      return;
    }
    const isWaiting = known === "debounced" || known === "batched";
    const isReplaced = type === "debounced" && outcome.supersededBy !== undefined;
    if (isWaiting && (isReplaced || type === "failed")) return;
    violate("one fate per event and function", `${key}: ${type} after ${known}`);
  }

  #settle(eventId: string, functionId: string, fate: Fate): void {
    const { model, violate } = this.#context;
    const key = `${eventId} ${functionId}`;
    if (this.#fates.has(key)) violate("one fate per event and function", `${key} has two`);
    this.#fates.set(key, fate);
    const event = model.events.get(eventId);
    if (event === undefined) return violate("no invention", `${key}: no such event`);
    if (isAimed(event)) {
      this.#aimed.set(eventId, (this.#aimed.get(eventId) ?? 0) + 1);
      return;
    }
    if (!this.#owed.delete(key)) violate("no invention", `${key}: the event does not trigger it`);
    this.#checkId(event, functionId, fate);
  }

  /** An id that a fate used up is a duplicate for a day. */
  #checkId(event: EventRecord, functionId: string, fate: Fate): void {
    const { violate } = this.#context;
    const key = `${functionId} ${event.id}`;
    const agoMs = event.receivedAtMs - (this.#lastSeen.get(key) ?? Number.NEGATIVE_INFINITY);
    const isRepeated = agoMs < DAY_MS;
    // Close to the end of the day either is right: the decision was made a little after the event was taken in.
    const isClose = Math.abs(agoMs - DAY_MS) < 60_000;
    const isPassed = fate === "skipped_by_pause";
    if (!isClose && !isPassed && isRepeated !== (fate === "duplicate")) {
      violate("ids dedupe", `${key}: ${fate}, seen ${agoMs} ms ago`);
    }
    if (["run", "debounced", "batched"].includes(fate)) {
      this.#lastSeen.set(key, event.receivedAtMs);
    }
  }

  #tickAdded(event: EventRecord, functionId: string, cron: string): void {
    if (event.name !== CRON_EVENT) return;
    const { violate } = this.#context;
    const { scheduledAt } = JSON.parse(event.dataJson) as { scheduledAt: string };
    const key = `${functionId} ${cron} ${scheduledAt}`;
    if (this.#ticks.has(key)) violate("a tick runs once", key);
    this.#ticks.add(key);
    if (event.receivedAtMs < Date.parse(scheduledAt)) violate("no tick is early", key);
  }
}

/** For one function, whatever its triggers are. */
function isAimed({ name }: EventRecord): boolean {
  return name === INVOKED_EVENT || name === CRON_EVENT;
}
