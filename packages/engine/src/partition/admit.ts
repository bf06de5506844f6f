// Puts what may start a function through flow control: loads what the decision reads, lets core decide, records what becomes of
// it. What that causes in turn is given back: when an event reaches several functions, all are recorded before any of it.
import {
  decideAdmission,
  decideGroupDue,
  endRun,
  fullBatchOf,
  groupLimiterId,
  planAdmission,
  refuseGroup,
  type Admission,
  type Candidate,
  type Draft,
  type EventOutcome,
  type FollowUp,
  type IdempotencyKey,
  type Limiter,
  type LimiterId,
  type Timer,
} from "@everstep/core";
import { eventToWireJson, type EventRecord } from "@everstep/protocol";
import { editRun, type Execution } from "./execution.ts";
import { limiterName } from "./uncommitted.ts";

export interface Admitted {
  /** The run that was started or recorded as skipped. */
  readonly draft: Draft | undefined;
  /** What was recorded of the candidate's event in place of a run of its own. */
  readonly outcome: EventOutcome | undefined;
  readonly followUps: readonly FollowUp[];
}

export interface AdmitOptions {
  /** Living keys equal to the event's id. */
  readonly idKeys?: readonly IdempotencyKey[];
  /** Adds to a run that is to start, before it is recorded. */
  readonly prepare?: (draft: Draft) => void;
}

export async function admit(
  execution: Execution,
  candidate: Candidate,
  { idKeys = [], prepare }: AdmitOptions = {},
): Promise<Admitted> {
  const { batch, ctx, nextOrderKey } = execution;
  const plan = planAdmission(candidate, ctx.nowMs);
  const findLimiter = await limitersOf(execution, plan.limiterIds);
  const batchId = fullBatchOf(plan, findLimiter);
  const batchEvents = batchId === undefined ? [] : await batch.loadBatchEvents(batchId);
  const state = { idKeys, findLimiter, batchEvents, nextOrderKey };
  const admission = decideAdmission(plan, state, ctx);
  for (const warning of admission.warnings) execution.warnOnce(candidate.function, warning);
  return recordAdmission(execution, candidate, admission, prepare);
}

async function limitersOf(
  execution: Execution,
  ids: readonly LimiterId[],
): Promise<(id: LimiterId) => Limiter | undefined> {
  if (ids.length === 0) return () => undefined;
  const found = await execution.batch.findLimiters(ids);
  const byName = new Map(found.map((limiter) => [limiterName(limiter), limiter]));
  return (id) => byName.get(limiterName(id));
}

async function recordAdmission(
  execution: Execution,
  candidate: Candidate,
  { cancelFirst, changes, draft, followUps }: Admission,
  prepare: AdmitOptions["prepare"],
): Promise<Admitted> {
  const { batch } = execution;
  const caused: FollowUp[] = [];
  if (cancelFirst !== undefined) {
    const { runId, reason: endReason } = cancelFirst;
    const cancel = (held: Draft): void => endRun(held, { status: "cancelled", endReason });
    caused.push(...(await editRun(execution, runId, cancel)));
  }
  batch.record(changes);
  if (draft !== undefined) {
    if (draft.state.head.status === "queued") prepare?.(draft);
    batch.record(draft.changes);
    batch.putRun({ state: draft.state, events: draft.events });
    caused.push(...draft.followUps);
  }
  const [event] = candidate.events;
  const recorded = changes.find(
    (change) =>
      change.type === "event_outcome_added" && change.outcome.eventId === event?.internalId,
  );
  return {
    draft,
    outcome: recorded?.type === "event_outcome_added" ? recorded.outcome : undefined,
    followUps: [...caused, ...followUps],
  };
}

/** A debounce or a batch has come to its time. @returns What must be decided next in the same batch. */
export async function admitGroup(execution: Execution, timer: Timer): Promise<readonly FollowUp[]> {
  const { batch, catalog, ctx } = execution;
  const [limiter] = await batch.findLimiters([groupLimiterId(timer)]);
  const due = decideGroupDue(timer, limiter, ctx);
  if (due.type !== "fired") {
    batch.record(due.changes);
    return [];
  }
  const { origin, eventId, correlationId, cron } = due;
  const events =
    origin.type === "batch"
      ? await batch.loadBatchEvents(origin.batchId)
      : await batch.findEvents(eventId === undefined ? [] : [eventId]);
  batch.record(due.changes);
  const [first] = events;
  const rules = catalog.rules(timer.functionId);
  if (first === undefined || rules === undefined) return [];
  if (rules.function.archivedAtMs !== undefined) {
    const refused = refuseGroup(rules.function, events, ctx.nowMs);
    batch.record(refused.changes);
    return refused.followUps;
  }
  const { followUps } = await admit(execution, {
    ...rules,
    origin,
    events,
    readEvent: readerOf(first),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(cron === undefined ? {} : { cron }),
  });
  return followUps;
}

/** The event as apps see it; parsed at most once. */
export function readerOf(event: EventRecord): () => unknown {
  let read: { readonly value: unknown } | undefined;
  return () => {
    read ??= { value: JSON.parse(eventToWireJson(event)) as unknown };
    return read.value;
  };
}
