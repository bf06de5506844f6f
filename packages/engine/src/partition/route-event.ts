// One event on its way: stored, offered to whoever waits for it, and to the functions it triggers. What that causes in turn
// (lifecycle events, invokes) is routed in the same batch.
import {
  INVOKED_EVENT,
  decideEventArrival,
  dedupes,
  matchKeysOf,
  matchesWait,
  type Candidate,
  type EventOutcome,
  type FollowUp,
  type InvokeTarget,
} from "@everstep/core";
import type { EventRecord } from "@everstep/protocol";
import type { EffectiveFunction } from "../catalog.ts";
import { admit, readerOf } from "./admit.ts";
import { editRun, settleInvoke, type Execution } from "./execution.ts";

export interface Arrival {
  readonly event: EventRecord;
  /** Only this function is started. */
  readonly target?: InvokeTarget;
  readonly cron?: string;
}

/** What an event came to. */
export interface Routed {
  /** Runs that it started, or that were recorded as skipped. */
  readonly runIds: readonly string[];
  /** Outcomes in place of runs. */
  readonly outcomes: readonly EventOutcome[];
}

const NOWHERE: Routed = { runIds: [], outcomes: [] };

export async function routeEvent(execution: Execution, arrival: Arrival): Promise<Routed> {
  const { event, target, cron } = arrival;
  const { batch, ctx } = execution;
  const readEvent = readerOf(event);
  batch.record([{ type: "event_added", event }]);
  await endWaits(execution, event, readEvent);
  const functions = triggered(execution, arrival, readEvent);
  if (functions.length === 0) return NOWHERE;
  const idKeys = dedupes(event) ? await batch.findKeys(event.id, ctx.nowMs) : [];
  const runIds: string[] = [];
  const outcomes: EventOutcome[] = [];
  const followUps: FollowUp[] = [];
  for (const rules of functions) {
    const candidate: Candidate = {
      ...rules,
      origin: { type: "arrival" },
      events: [event],
      readEvent,
      ...(target?.correlationId === undefined ? {} : { correlationId: target.correlationId }),
      ...(cron === undefined ? {} : { cron }),
    };
    const admitted = await admit(execution, candidate, { idKeys });
    if (admitted.draft !== undefined) runIds.push(admitted.draft.state.head.id);
    if (admitted.outcome !== undefined) outcomes.push(admitted.outcome);
    followUps.push(...admitted.followUps);
  }
  await followUp(execution, followUps);
  return { runIds, outcomes };
}

export async function followUp(
  execution: Execution,
  followUps: readonly FollowUp[],
): Promise<void> {
  for (const next of followUps) {
    if (next.type === "event") {
      await routeEvent(execution, {
        event: next.event,
        ...(next.target === undefined ? {} : { target: next.target }),
      });
    } else {
      await followUp(execution, await settleInvoke(execution, next));
    }
  }
}

/** Waits are ended before functions start: a run that this event starts cannot be ended by it. */
async function endWaits(
  execution: Execution,
  event: EventRecord,
  readEvent: () => unknown,
): Promise<void> {
  const paths = execution.catalog.matchPaths(event.name);
  if (paths === undefined) return;
  const waits = await execution.batch.findWaits(event.name, matchKeysOf(readEvent, paths));
  for (const wait of waits) {
    if (wait.kind !== "event" && wait.kind !== "cancel") continue;
    if (!matchesWait(wait, { event, readEvent, nowMs: execution.ctx.nowMs })) continue;
    const followUps = await editRun(execution, wait.runId, (draft) => {
      const isOwn = draft.state.head.eventIds.includes(event.internalId);
      if (!isOwn) decideEventArrival(draft, wait.id, event);
    });
    await followUp(execution, followUps);
  }
}

function triggered(
  execution: Execution,
  { event, target, cron }: Arrival,
  readEvent: () => unknown,
): readonly EffectiveFunction[] {
  const { catalog, log, ctx } = execution;
  if (target !== undefined) {
    const rules = catalog.rules(target.functionId);
    return rules === undefined ? [] : [rules];
  }
  if (cron !== undefined || event.name === INVOKED_EVENT) return [];
  const { matches, failures, filtered } = catalog
    .triggers()
    .match({ name: event.name, readEvent }, ctx.nowMs);
  for (const failure of failures) {
    log({
      level: "warn",
      message: `A trigger expression failed, so the event did not start the function: ${failure.message}`,
      fields: { event: event.name, eventId: event.internalId, functionId: failure.functionId },
    });
  }
  const of = { eventId: event.internalId, atMs: ctx.nowMs };
  for (const { functionId, expressions } of filtered) {
    const outcome = { ...of, functionId, type: "filtered", expressions } as const;
    execution.batch.record([{ type: "event_outcome_added", outcome }]);
  }
  return matches.flatMap((match) => catalog.rules(match.functionId) ?? []);
}
