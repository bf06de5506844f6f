// One event on its way: stored, offered to whoever waits for it, and to the functions it triggers. What that causes in turn
// (lifecycle events, invokes) is routed in the same batch.
import {
  INVOKED_EVENT,
  decideEventArrival,
  decideRuns,
  dedupes,
  matchKeysOf,
  matchesWait,
  type FollowUp,
  type FunctionRecord,
  type InvokeTarget,
} from "@everstep/core";
import { eventToWireJson, type EventRecord } from "@everstep/protocol";
import { editRun, settleInvoke, type Execution } from "./execution.ts";

export interface Arrival {
  readonly event: EventRecord;
  /** Only this function is started. */
  readonly target?: InvokeTarget;
  readonly cron?: string;
}

/** @returns The ids of the runs it started. */
export async function routeEvent(
  execution: Execution,
  arrival: Arrival,
): Promise<readonly string[]> {
  const { event } = arrival;
  const readEvent = lazily(() => JSON.parse(eventToWireJson(event)) as unknown);
  execution.batch.record([{ type: "event_added", event }]);
  await endWaits(execution, event, readEvent);
  const functions = triggered(execution, arrival, readEvent);
  if (functions.length === 0) return [];
  const { ctx } = execution;
  const keys = dedupes(event) ? await execution.batch.findKeys(event.id, ctx.nowMs) : [];
  const drafts = decideRuns(
    { ...arrival, functions, keys, nextOrderKey: execution.nextOrderKey, readEvent },
    ctx,
  );
  for (const draft of drafts) {
    execution.batch.record(draft.changes);
    execution.batch.putRun({ state: draft.state, events: draft.events });
    await followUp(execution, draft.followUps);
  }
  return drafts.map((draft) => draft.state.head.id);
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
): readonly FunctionRecord[] {
  const { catalog, log, ctx } = execution;
  if (target !== undefined) {
    const fn = catalog.function(target.functionId);
    return fn === undefined ? [] : [fn];
  }
  if (cron !== undefined || event.name === INVOKED_EVENT) return [];
  const { matches, failures } = catalog
    .triggers()
    .match({ name: event.name, readEvent }, ctx.nowMs);
  for (const failure of failures) {
    log({
      level: "warn",
      message: `A trigger expression failed, so the event did not start the function: ${failure.message}`,
      fields: { event: event.name, eventId: event.internalId, functionId: failure.functionId },
    });
  }
  return matches.flatMap((match) => catalog.function(match.functionId) ?? []);
}

function lazily<T>(read: () => T): () => T {
  let value: { readonly read: T } | undefined;
  return () => {
    value ??= { read: read() };
    return value.read;
  };
}
