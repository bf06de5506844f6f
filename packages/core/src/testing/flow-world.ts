// One function under admission, as the engine drives it: what is decided is recorded in small tables, timers of groups fire in
// the order of their times, and everything survives a restart as JSON. Nothing is called: runs end when a test says so.
import { eventToWireJson, type EventRecord, type FunctionConfig } from "@everstep/protocol";
import { decideAdmission } from "../flow/admission.ts";
import type { Admission, Candidate, Origin } from "../flow/candidate.ts";
import { decideGroupDue, groupLimiterId } from "../flow/event-groups.ts";
import { fullBatchOf, planAdmission } from "../flow/plan-admission.ts";
import type { FunctionRecord } from "../model/app.ts";
import type { Change, IdempotencyKey } from "../model/change.ts";
import type { EventOutcome, Limiter, LimiterId } from "../model/flow.ts";
import type { EndStatus, RunHead, RunState } from "../model/run.ts";
import type { Timer } from "../model/timer.ts";
import { openDraft, type FollowUp } from "../run/draft.ts";
import { endRun } from "../run/end-run.ts";
import { aContext, aFunction, anEvent, type TestContext } from "./builders.ts";

interface Tables {
  readonly limiters: Record<string, Limiter>;
  readonly idKeys: IdempotencyKey[];
  readonly batches: Record<string, readonly string[]>;
  readonly timers: Record<number, Timer>;
  readonly outcomes: EventOutcome[];
}

interface ArrivalFacts {
  readonly correlationId?: string;
  readonly cron?: string;
}

export interface FlowWorld {
  readonly ctx: TestContext;
  readonly fn: FunctionRecord;
  isPaused: boolean;
  /** Every event that was ever given, by internal id. */
  readonly events: Map<string, EventRecord>;
  readonly runs: Map<string, RunState>;
  readonly followUps: FollowUp[];
  /** Everything that was recorded, in order. */
  readonly changes: Change[];
  outcomes(): readonly EventOutcome[];
  limiters(): readonly Limiter[];
  timers(): readonly Timer[];
  heads(): readonly RunHead[];
  /** An event reaches the function. @returns What was decided. */
  arrive(event: EventRecord, facts?: ArrivalFacts): Admission;
  rerun(runId: string): Admission;
  end(runId: string, status?: EndStatus): void;
  /** Moves the clock there, and fires the groups that are due on the way, each at its time. */
  advance(toMs: number): void;
  /** Moves the clock without firing anything: the engine is down, or the clock was set. */
  setClock(toMs: number): void;
  configure(config: Partial<FunctionConfig>): void;
  restart(): void;
}

export function aFlowWorld(config: Partial<FunctionConfig> = {}): FlowWorld {
  return new World(aFunction(config));
}

function keyOf(id: LimiterId): string {
  return JSON.stringify([id.kind, id.functionId, id.key]);
}

class World implements FlowWorld {
  readonly ctx = aContext();
  fn: FunctionRecord;
  isPaused = false;
  readonly events = new Map<string, EventRecord>();
  readonly runs = new Map<string, RunState>();
  readonly followUps: FollowUp[] = [];
  readonly changes: Change[] = [];
  #tables: Tables = { limiters: {}, idKeys: [], batches: {}, timers: {}, outcomes: [] };
  #orderKey = 0;

  constructor(fn: FunctionRecord) {
    this.fn = fn;
  }

  outcomes(): readonly EventOutcome[] {
    return this.#tables.outcomes;
  }

  limiters(): readonly Limiter[] {
    return Object.values(this.#tables.limiters);
  }

  timers(): readonly Timer[] {
    return Object.values(this.#tables.timers);
  }

  heads(): readonly RunHead[] {
    return [...this.runs.values()].map(({ head }) => head);
  }

  arrive(event: EventRecord, facts: ArrivalFacts = {}): Admission {
    this.events.set(event.internalId, event);
    return this.#admit({ type: "arrival" }, [event], facts);
  }

  rerun(runId: string): Admission {
    const events = this.#eventsOf(this.runs.get(runId)?.head.eventIds ?? []);
    return this.#admit({ type: "rerun", originalRunId: runId }, events, {});
  }

  end(runId: string, status: EndStatus = "completed", endReason = "asked for"): void {
    const state = this.runs.get(runId);
    if (state === undefined) throw new Error(`No run ${runId}.`);
    const events = this.#eventsOf(state.head.eventIds);
    const draft = openDraft({ state, events }, this.fn, this.ctx);
    endRun(draft, { status, ...(status === "cancelled" ? { endReason } : {}) });
    for (const change of draft.changes) this.#apply(change);
    this.followUps.push(...draft.followUps);
  }

  advance(toMs: number): void {
    for (;;) {
      const [next] = this.timers()
        .filter(({ dueAtMs }) => dueAtMs <= toMs)
        .toSorted((a, b) => a.dueAtMs - b.dueAtMs || a.id - b.id);
      if (next === undefined) break;
      this.setClock(Math.max(this.ctx.nowMs, next.dueAtMs));
      this.#fire(next);
    }
    this.setClock(Math.max(this.ctx.nowMs, toMs));
  }

  setClock(toMs: number): void {
    this.ctx.nowMs = toMs;
  }

  configure(config: Partial<FunctionConfig>): void {
    this.fn = aFunction({ ...this.fn.config, ...config });
  }

  restart(): void {
    this.#tables = JSON.parse(JSON.stringify(this.#tables)) as Tables;
  }

  #eventsOf(ids: readonly string[]): EventRecord[] {
    return ids.flatMap((id) => this.events.get(id) ?? []);
  }

  #batchEvents(batchId: string | undefined): EventRecord[] {
    return this.#eventsOf(this.#tables.batches[batchId ?? ""] ?? []);
  }

  #admit(origin: Origin, events: readonly EventRecord[], facts: ArrivalFacts): Admission {
    const [first] = events;
    if (first === undefined) throw new Error("Nothing to admit.");
    const { ctx, isPaused } = this;
    const readEvent = (): unknown => JSON.parse(eventToWireJson(first)) as unknown;
    const candidate: Candidate = {
      function: this.fn,
      isPaused,
      origin,
      events,
      readEvent,
      ...facts,
    };
    const plan = planAdmission(candidate, ctx.nowMs);
    const asked = new Set(plan.limiterIds.map(keyOf));
    const findLimiter = (id: LimiterId): Limiter | undefined => {
      if (!asked.has(keyOf(id))) throw new Error(`The plan did not name ${keyOf(id)}.`);
      return this.#tables.limiters[keyOf(id)];
    };
    const admission = decideAdmission(
      plan,
      {
        idKeys: this.#tables.idKeys.filter(
          ({ key, expiresAtMs }) => key === first.id && expiresAtMs > ctx.nowMs,
        ),
        findLimiter,
        batchEvents: this.#batchEvents(fullBatchOf(plan, findLimiter)),
        nextOrderKey: () => ++this.#orderKey,
      },
      ctx,
    );
    this.#record(admission);
    return admission;
  }

  #record({ cancelFirst, draft, changes, followUps }: Admission): void {
    if (cancelFirst !== undefined) this.end(cancelFirst.runId, "cancelled", cancelFirst.reason);
    for (const change of changes) this.#apply(change);
    if (draft !== undefined) {
      for (const change of draft.changes) this.#apply(change);
      this.runs.set(draft.state.head.id, draft.state);
      this.followUps.push(...draft.followUps);
    }
    this.followUps.push(...followUps);
  }

  #fire(timer: Timer): void {
    const limiter = this.#tables.limiters[keyOf(groupLimiterId(timer))];
    const due = decideGroupDue(timer, limiter, this.ctx);
    // Read before the changes take the batch away.
    const gathered =
      due.type === "fired" && due.origin.type === "batch"
        ? this.#batchEvents(due.origin.batchId)
        : [];
    for (const change of due.changes) this.#apply(change);
    if (due.type !== "fired") return;
    const { eventId, correlationId, cron } = due;
    const events = eventId === undefined ? gathered : this.#eventsOf([eventId]);
    this.#admit(due.origin, events, {
      ...(correlationId === undefined ? {} : { correlationId }),
      ...(cron === undefined ? {} : { cron }),
    });
  }

  #apply(change: Change): void {
    this.changes.push(change);
    const { limiters, batches, timers, idKeys, outcomes } = this.#tables;
    switch (change.type) {
      case "limiter_saved":
        limiters[keyOf(change.limiter)] = change.limiter;
        return;
      case "limiter_removed":
        delete limiters[keyOf(change.limiter)];
        return;
      case "idempotency_key_added":
        idKeys.push(change.key);
        return;
      case "batch_event_added":
        batches[change.batchId] = [...(batches[change.batchId] ?? []), change.eventId];
        return;
      case "batch_removed":
        delete batches[change.batchId];
        return;
      case "timer_added":
        if (change.timer.runId === undefined) timers[change.timer.id] = change.timer;
        return;
      case "timer_removed":
        delete timers[change.timerId];
        return;
      case "event_outcome_added":
        outcomes.push(change.outcome);
        return;
      default:
        return;
    }
  }
}

let events = 0;

/** An event with an id of its own; `data` is its data. */
export function anArrival(data: unknown = {}, fields: Partial<EventRecord> = {}): EventRecord {
  events += 1;
  const internalId = fields.internalId ?? `01KJE${String(events).padStart(21, "0")}`;
  return anEvent({ dataJson: JSON.stringify(data), ...fields, internalId });
}
