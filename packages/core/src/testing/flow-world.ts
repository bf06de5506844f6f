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
  limiters: [string, Limiter][];
  idKeys: IdempotencyKey[];
  batches: [string, string[]][];
  timers: [number, Timer][];
  outcomes: EventOutcome[];
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
  arrive(event: EventRecord, facts?: { correlationId?: string; cron?: string }): Admission;
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
  const ctx = aContext();
  let fn = aFunction(config);
  let tables: Tables = { limiters: [], idKeys: [], batches: [], timers: [], outcomes: [] };
  const keyOf = (id: LimiterId): string => JSON.stringify([id.kind, id.functionId, id.key]);
  const limiters = (): Map<string, Limiter> => new Map(tables.limiters);
  let orderKey = 0;

  const apply = (change: Change): void => {
    world.changes.push(change);
    switch (change.type) {
      case "limiter_saved": {
        const { limiter } = change;
        tables.limiters = [...limiters().set(keyOf(limiter), limiter)];
        return;
      }
      case "limiter_removed": {
        const kept = limiters();
        kept.delete(keyOf(change.limiter));
        tables.limiters = [...kept];
        return;
      }
      case "idempotency_key_added":
        tables.idKeys.push(change.key);
        return;
      case "batch_event_added": {
        const batches = new Map(tables.batches);
        const events = batches.get(change.batchId) ?? [];
        tables.batches = [...batches.set(change.batchId, [...events, change.eventId])];
        return;
      }
      case "batch_removed":
        tables.batches = tables.batches.filter(([id]) => id !== change.batchId);
        return;
      case "timer_added":
        if (change.timer.runId === undefined) tables.timers.push([change.timer.id, change.timer]);
        return;
      case "timer_removed":
        tables.timers = tables.timers.filter(([id]) => id !== change.timerId);
        return;
      case "event_outcome_added":
        tables.outcomes.push(change.outcome);
        return;
      default:
        return;
    }
  };

  const batchEvents = (batchId: string | undefined): EventRecord[] =>
    (new Map(tables.batches).get(batchId ?? "") ?? []).flatMap((id) => world.events.get(id) ?? []);

  const admit = (
    origin: Origin,
    events: readonly EventRecord[],
    facts: { correlationId?: string; cron?: string } = {},
  ): Admission => {
    const [first] = events;
    if (first === undefined) throw new Error("Nothing to admit.");
    const candidate: Candidate = {
      function: fn,
      isPaused: world.isPaused,
      origin,
      events,
      readEvent: () => JSON.parse(eventToWireJson(first)) as unknown,
      ...facts,
    };
    const plan = planAdmission(candidate, ctx.nowMs);
    const asked = new Set(plan.limiterIds.map(keyOf));
    const findLimiter = (id: LimiterId): Limiter | undefined => {
      if (!asked.has(keyOf(id))) throw new Error(`The plan did not name ${keyOf(id)}.`);
      return limiters().get(keyOf(id));
    };
    const admission = decideAdmission(
      plan,
      {
        idKeys: tables.idKeys.filter(
          ({ key, expiresAtMs }) => key === first.id && expiresAtMs > ctx.nowMs,
        ),
        findLimiter,
        batchEvents: batchEvents(fullBatchOf(plan, findLimiter)),
        nextOrderKey: () => ++orderKey,
      },
      ctx,
    );
    const { cancelFirst, draft } = admission;
    if (cancelFirst !== undefined) {
      edit(cancelFirst.runId, "cancelled", cancelFirst.reason);
    }
    for (const change of admission.changes) apply(change);
    if (draft !== undefined) {
      for (const change of draft.changes) apply(change);
      world.runs.set(draft.state.head.id, draft.state);
      world.followUps.push(...draft.followUps);
    }
    world.followUps.push(...admission.followUps);
    return admission;
  };

  const edit = (runId: string, status: EndStatus, endReason: string): void => {
    const state = world.runs.get(runId);
    if (state === undefined) throw new Error(`No run ${runId}.`);
    const events = state.head.eventIds.flatMap((id) => world.events.get(id) ?? []);
    const draft = openDraft({ state, events }, fn, ctx);
    endRun(draft, { status, ...(status === "cancelled" ? { endReason } : {}) });
    for (const change of draft.changes) apply(change);
    world.followUps.push(...draft.followUps);
  };

  const fire = (timer: Timer): void => {
    const due = decideGroupDue(timer, limiters().get(keyOf(groupLimiterId(timer))), ctx);
    const gathered =
      due.type === "fired" && due.origin.type === "batch" ? batchEvents(due.origin.batchId) : [];
    for (const change of due.changes) apply(change);
    if (due.type !== "fired") return;
    const { eventId, correlationId, cron } = due;
    const held = eventId === undefined ? undefined : world.events.get(eventId);
    admit(due.origin, held === undefined ? gathered : [held], {
      ...(correlationId === undefined ? {} : { correlationId }),
      ...(cron === undefined ? {} : { cron }),
    });
  };

  const world: FlowWorld = {
    ctx,
    get fn() {
      return fn;
    },
    isPaused: false,
    events: new Map(),
    runs: new Map(),
    followUps: [],
    changes: [],
    outcomes: () => tables.outcomes,
    limiters: () => tables.limiters.map(([, limiter]) => limiter),
    timers: () => tables.timers.map(([, timer]) => timer),
    heads: () => [...world.runs.values()].map(({ head }) => head),
    arrive(event, facts) {
      world.events.set(event.internalId, event);
      return admit({ type: "arrival" }, [event], facts);
    },
    rerun(runId) {
      const events = world.runs.get(runId)?.head.eventIds ?? [];
      const origin = { type: "rerun" as const, originalRunId: runId };
      return admit(
        origin,
        events.flatMap((id) => world.events.get(id) ?? []),
      );
    },
    end: (runId, status = "completed") => edit(runId, status, "asked for"),
    advance(toMs) {
      for (;;) {
        const [next] = world
          .timers()
          .filter(({ dueAtMs }) => dueAtMs <= toMs)
          .toSorted((a, b) => a.dueAtMs - b.dueAtMs || a.id - b.id);
        if (next === undefined) break;
        ctx.nowMs = Math.max(ctx.nowMs, next.dueAtMs);
        fire(next);
      }
      ctx.nowMs = Math.max(ctx.nowMs, toMs);
    },
    setClock(toMs) {
      ctx.nowMs = toMs;
    },
    configure(next) {
      fn = aFunction({ ...fn.config, ...next });
    },
    restart() {
      tables = JSON.parse(JSON.stringify(tables)) as Tables;
    },
  };
  return world;
}

let events = 0;

/** An event with an id of its own; `data` is its data. */
export function anArrival(data: unknown = {}, fields: Partial<EventRecord> = {}): EventRecord {
  events += 1;
  const internalId = fields.internalId ?? `01KJE${String(events).padStart(21, "0")}`;
  return anEvent({ dataJson: JSON.stringify(data), ...fields, internalId });
}
