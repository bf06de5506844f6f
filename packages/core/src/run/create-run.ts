// The birth of a run: its head, its first call, its start timeout and its cancel waits.
import { EverstepError, LIMITS, parseTimeOrDurationMs, type EventRecord } from "@everstep/protocol";
import { bindEvent } from "../expressions/bind-event.ts";
import { compileExpression } from "../expressions/compile-expression.ts";
import { matchKeyOf } from "../expressions/match-key.ts";
import type { FunctionRecord } from "../model/app.ts";
import type { RunFlow, RunSkip } from "../model/flow.ts";
import type { RunHead, RunState } from "../model/run.ts";
import { waitMatch, type WaitMatch } from "../routing/wait-match.ts";
import type { DecideContext } from "./context.ts";
import { addTimer, addWait, openDraft, type Draft } from "./draft.ts";
import { endRun } from "./end-run.ts";

export interface RunStart {
  readonly function: FunctionRecord;
  /** Never empty. */
  readonly events: readonly EventRecord[];
  /** Moved by the priority already. */
  readonly orderKey: number;
  readonly correlationId?: string | undefined;
  readonly cron?: string;
  readonly originalRunId?: string;
  /** Undefined: no rule of flow control concerns it. A batch (`batchId`) has no start timeout and waits for no cancelOn. */
  readonly flow?: RunFlow | undefined;
  /** Parsed first event, for cancel expressions; called at most once. */
  readonly readEvent: () => unknown;
}

/** @returns The draft of a new run; its changes start with `run_added`. */
export function createRun(start: RunStart, ctx: DecideContext): Draft {
  const draft = addRun(start, { status: "queued" }, ctx);
  const isBatch = start.flow?.batchId !== undefined;
  const refusal = isBatch ? undefined : addCancelWaits(draft, start.readEvent);
  const startMs = isBatch ? undefined : start.function.config.timeouts?.startMs;
  if (startMs !== undefined) {
    addTimer(draft, {
      kind: "start_timeout",
      dueAtMs: ctx.nowMs + startMs,
      attempt: 0,
      queuedAtMs: ctx.nowMs,
    });
  }
  addTimer(draft, {
    kind: "call",
    // The events of a batch have waited for each other already.
    dueAtMs: isBatch ? ctx.nowMs : Math.max(ctx.nowMs, firstOf(start).tsMs),
    attempt: 0,
    queuedAtMs: ctx.nowMs,
  });
  // A run that could not be cancelled as its author wrote must not run; it ends where people see why.
  if (refusal !== undefined) {
    endRun(draft, { status: "failed", error: { name: "InvalidExpression", message: refusal } });
  }
  return draft;
}

/** @returns The draft of a run that has ended before it began: nothing calls it, and its end sends no events. */
export function createSkippedRun(start: RunStart, skip: RunSkip, ctx: DecideContext): Draft {
  return addRun(start, { status: "skipped", skip, endedAtMs: ctx.nowMs }, ctx);
}

function addRun(
  start: RunStart,
  fate: Pick<RunHead, "status" | "skip" | "endedAtMs">,
  ctx: DecideContext,
): Draft {
  const head: RunHead = {
    id: ctx.newUlid(ctx.nowMs),
    functionId: start.function.id,
    functionVersion: start.function.version,
    eventIds: start.events.map((event) => event.internalId),
    eventName: firstOf(start).name,
    orderKey: start.orderKey,
    createdAtMs: ctx.nowMs,
    ...(start.correlationId === undefined ? {} : { correlationId: start.correlationId }),
    ...(start.cron === undefined ? {} : { cron: start.cron }),
    ...(start.originalRunId === undefined ? {} : { originalRunId: start.originalRunId }),
    ...(start.flow === undefined ? {} : { flow: start.flow }),
    ...fate,
    requestVersion: -1,
    pendingStepIds: [],
    stepCount: 0,
    stateBytes: 0,
  };
  const state: RunState = {
    head,
    stack: [],
    outputs: new Map(),
    inputs: new Map(),
    timers: new Map(),
    waits: new Map(),
  };
  const draft = openDraft({ state, events: start.events }, start.function, ctx);
  draft.changes.push({ type: "run_added", run: head });
  return draft;
}

function firstOf(start: RunStart): EventRecord {
  const [first] = start.events;
  if (first === undefined) throw new Error("A run needs at least one event.");
  return first;
}

/** @returns Why a rule cannot be kept, in words for people; undefined when all can. */
function addCancelWaits(draft: Draft, readEvent: () => unknown): string | undefined {
  const { state, ctx } = draft;
  for (const [index, rule] of draft.function.config.cancel.entries()) {
    const expiresAtMs =
      rule.timeout === undefined
        ? ctx.nowMs + LIMITS.waitDefaultMs
        : (parseTimeOrDurationMs(rule.timeout, ctx.nowMs) ?? ctx.nowMs + LIMITS.waitDefaultMs);
    const match = cancelMatch(rule.expression, readEvent);
    if (match === "never") continue;
    if ("refusal" in match) return `cancelOn "${rule.event}": ${match.refusal}`;
    addWait(draft, {
      id: `${state.head.id}.cancel.${index}`,
      kind: "cancel",
      runId: state.head.id,
      functionId: draft.function.id,
      eventName: rule.event,
      ...match,
      createdAtMs: ctx.nowMs,
      expiresAtMs,
    });
  }
  return undefined;
}

/** `never`: no event can match. `refusal`: the event's values are too large to keep. */
function cancelMatch(
  source: string | undefined,
  readEvent: () => unknown,
): WaitMatch | "never" | { readonly refusal: string } {
  if (source === undefined) return waitMatch(undefined, undefined);
  try {
    const bound = bindEvent(compileExpression(source), readEvent());
    return bound.isNever ? "never" : waitMatch(bound.boundSource, matchKeyOf(bound));
  } catch (error) {
    if (error instanceof EverstepError) return { refusal: error.message };
    throw error;
  }
}
