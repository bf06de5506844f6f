// Events that wait for company or for quiet: their place in an open batch or debounce, and what happens when its timer fires.
// A group is its limiter and one timer; whichever of them is gone or replaced, the other changes nothing.
import type { EventRecord } from "@everstep/protocol";
import type { Change } from "../model/change.ts";
import type { Limiter, LimiterId } from "../model/flow.ts";
import type { Timer } from "../model/timer.ts";
import type { DecideContext } from "../run/context.ts";
import { addOutcome, answerInvoker, type Deciding } from "./deciding.ts";
import { batchLimiter, readBatch, stepBatch, type BatchState } from "./batch.ts";
import type { Origin } from "./candidate.ts";
import { debounceLimiter, readDebounce, stepDebounce, type DebounceState } from "./debounce.ts";

export interface FullBatch {
  readonly batchId: string;
  readonly events: readonly EventRecord[];
}

/** Adds the event to the open batch of its key. @returns The batch, with this event, when it runs now. */
export function placeInBatch(deciding: Deciding, id: LimiterId): FullBatch | { waits: true } {
  const { candidate, event, state, ctx, changes } = deciding;
  const rule = candidate.function.config.batch;
  if (rule === undefined) throw new Error("A batch gate needs a batch rule.");
  const open = readBatch(state.findLimiter(id));
  const { isFull, ...size } = stepBatch(rule, open, event);
  if (isFull) {
    if (open !== undefined) changes.push(...closeBatch(id, open));
    return {
      batchId: open?.id ?? ctx.newUlid(ctx.nowMs),
      events: [...(open === undefined ? [] : state.batchEvents), event],
    };
  }
  const batch = open ?? openBatch(deciding, id, ctx.nowMs + rule.timeoutMs);
  changes.push(
    { type: "limiter_saved", limiter: batchLimiter(id, { ...batch, ...size }) },
    { type: "batch_event_added", batchId: batch.id, eventId: event.internalId },
  );
  const { id: batchId, dueAtMs: untilMs } = batch;
  addOutcome(deciding, { type: "batched", key: id.key, batchId, untilMs });
  return { waits: true };
}

function openBatch(
  { ctx, changes }: Deciding,
  id: LimiterId,
  dueAtMs: number,
): Omit<BatchState, "count" | "bytes"> {
  const timer = groupTimer(id, dueAtMs, ctx);
  changes.push({ type: "timer_added", timer });
  return { id: ctx.newUlid(ctx.nowMs), dueAtMs, timerId: timer.id };
}

function closeBatch(id: LimiterId, batch: BatchState): Change[] {
  return [
    { type: "timer_removed", timerId: batch.timerId },
    { type: "limiter_removed", limiter: id },
    { type: "batch_removed", batchId: batch.id },
  ];
}

/** Holds the event back. @returns Why it will not run, in words, when a newer one waits already. */
export function holdInDebounce(deciding: Deciding, id: LimiterId): string | undefined {
  const { candidate, event, state, ctx, changes } = deciding;
  const rule = candidate.function.config.debounce;
  if (rule === undefined) throw new Error("A debounce gate needs a debounce rule.");
  const known = readDebounce(state.findLimiter(id));
  const isOver = known !== undefined && known.dueAtMs <= ctx.nowMs;
  if (isOver) changes.push(...setAside(id, known, ctx));
  const open = isOver ? undefined : known;
  const step = stepDebounce(
    rule,
    open,
    {
      eventId: event.internalId,
      tsMs: event.tsMs,
      correlationId: candidate.correlationId,
      cron: candidate.cron,
    },
    { nowMs: ctx.nowMs, newId: () => ctx.newUlid(ctx.nowMs) },
  );
  if (step.type === "superseded") {
    if (open === undefined) throw new Error("Only an open debounce supersedes an event.");
    const supersededBy = open.eventId;
    addOutcome(deciding, { ...outcomeOf(id, open), supersededBy });
    return `it is debounced, and the newer event ${supersededBy} takes its place.`;
  }
  if (open !== undefined) supersede(deciding, id, open);
  const kept = withTimer(id, open, step.state, ctx);
  changes.push(...kept.changes, {
    type: "limiter_saved",
    limiter: debounceLimiter(id, kept.state),
  });
  addOutcome(deciding, outcomeOf(id, kept.state));
  return undefined;
}

function supersede(deciding: Deciding, id: LimiterId, open: DebounceState): void {
  const supersededBy = deciding.event.internalId;
  addOutcome(deciding, { ...outcomeOf(id, open), supersededBy }, open.eventId);
  const why = `it is debounced, and the event ${supersededBy} took its place.`;
  answerInvoker(deciding, why, open.correlationId);
}

function outcomeOf(
  id: LimiterId,
  debounce: Pick<DebounceState, "id" | "dueAtMs">,
): { type: "debounced"; key: string; debounceId: string; untilMs: number } {
  const { id: debounceId, dueAtMs: untilMs } = debounce;
  return { type: "debounced", key: id.key, debounceId, untilMs };
}

/** A timer that fires no later than the debounce: an earlier one is set again then, a later one is replaced now. */
function withTimer(
  id: LimiterId,
  open: DebounceState | undefined,
  next: Omit<DebounceState, "timerId" | "timerAtMs">,
  ctx: DecideContext,
): { readonly state: DebounceState; readonly changes: Change[] } {
  if (open !== undefined && open.timerAtMs <= next.dueAtMs) {
    const { timerId, timerAtMs } = open;
    return { state: { ...next, timerId, timerAtMs }, changes: [] };
  }
  const timer = groupTimer(id, next.dueAtMs, ctx);
  const removed: Change[] =
    open === undefined ? [] : [{ type: "timer_removed", timerId: open.timerId }];
  return {
    state: { ...next, timerId: timer.id, timerAtMs: timer.dueAtMs },
    changes: [...removed, { type: "timer_added", timer }],
  };
}

/** A debounce whose time has come makes room for a new one under its key; it fires under a key of its own. */
function setAside(id: LimiterId, over: DebounceState, ctx: DecideContext): Change[] {
  const aside = { ...id, key: `${id.key}\n${over.id}` };
  const timer = groupTimer(aside, over.dueAtMs, ctx);
  const state = { ...over, timerId: timer.id, timerAtMs: timer.dueAtMs };
  return [
    { type: "timer_removed", timerId: over.timerId },
    { type: "timer_added", timer },
    { type: "limiter_saved", limiter: debounceLimiter(aside, state) },
  ];
}

function groupTimer(id: LimiterId, dueAtMs: number, ctx: DecideContext): Timer {
  return {
    id: ctx.newTimerId(),
    kind: id.kind === "batch" ? "batch" : "debounce",
    functionId: id.functionId,
    dueAtMs,
    orderKey: dueAtMs,
    limiterKey: id.key,
    attempt: 0,
    queuedAtMs: ctx.nowMs,
  };
}

/** The limiter of a debounce or batch timer: load it before `decideGroupDue`. */
export function groupLimiterId(timer: Timer): LimiterId {
  const kind = timer.kind === "batch" ? "batch" : "debounce";
  return { kind, functionId: timer.functionId, key: timer.limiterKey ?? "" };
}

export type GroupDue =
  /** Nothing runs (yet): record the changes. */
  | { readonly type: "none"; readonly changes: readonly Change[] }
  /** Load the events, record the changes, and admit a candidate of this origin. */
  | {
      readonly type: "fired";
      readonly changes: readonly Change[];
      readonly origin: Extract<Origin, { type: "batch" | "debounce" }>;
      /** Of a debounce; those of a batch are loaded by `origin.batchId` before its changes are recorded. */
      readonly eventId?: string;
      readonly correlationId?: string;
      readonly cron?: string;
    };

/** A debounce or batch timer came due. @param limiter As of now; undefined when it is gone. */
export function decideGroupDue(
  timer: Timer,
  limiter: Limiter | undefined,
  ctx: DecideContext,
): GroupDue {
  return timer.kind === "batch"
    ? batchDue(timer, readBatch(limiter))
    : debounceDue(timer, readDebounce(limiter), ctx);
}

function batchDue(timer: Timer, batch: BatchState | undefined): GroupDue {
  if (batch?.timerId !== timer.id) return stale(timer);
  const changes = closeBatch(groupLimiterId(timer), batch);
  return { type: "fired", changes, origin: { type: "batch", batchId: batch.id } };
}

function debounceDue(
  timer: Timer,
  debounce: DebounceState | undefined,
  ctx: DecideContext,
): GroupDue {
  if (debounce?.timerId !== timer.id) return stale(timer);
  const id = groupLimiterId(timer);
  const removed: Change = { type: "timer_removed", timerId: timer.id };
  if (debounce.dueAtMs > ctx.nowMs) {
    const again = groupTimer(id, debounce.dueAtMs, ctx);
    const state = { ...debounce, timerId: again.id, timerAtMs: again.dueAtMs };
    const added: Change = { type: "timer_added", timer: again };
    const saved: Change = { type: "limiter_saved", limiter: debounceLimiter(id, state) };
    return { type: "none", changes: [removed, added, saved] };
  }
  const { eventId, correlationId, cron } = debounce;
  return {
    type: "fired",
    changes: [removed, { type: "limiter_removed", limiter: id }],
    origin: { type: "debounce", debounceId: debounce.id },
    eventId,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(cron === undefined ? {} : { cron }),
  };
}

function stale(timer: Timer): GroupDue {
  return { type: "none", changes: [{ type: "timer_removed", timerId: timer.id }] };
}
