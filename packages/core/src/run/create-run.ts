// The birth of a run: its head, its first call, its start timeout and its cancel waits.
import { EverstepError, LIMITS, parseTimeOrDurationMs, type EventRecord } from "@everstep/protocol";
import { bindEvent } from "../expressions/bind-event.ts";
import { compileExpression } from "../expressions/compile-expression.ts";
import { matchKeyOf } from "../expressions/match-key.ts";
import type { FunctionRecord } from "../model/app.ts";
import type { RunHead, RunState } from "../model/run.ts";
import { waitMatch, type WaitMatch } from "../routing/wait-match.ts";
import type { DecideContext } from "./context.ts";
import { addTimer, addWait, openDraft, type Draft } from "./draft.ts";
import { endRun } from "./end-run.ts";

export interface RunStart {
  readonly function: FunctionRecord;
  /** Never empty. */
  readonly events: readonly EventRecord[];
  readonly orderKey: number;
  readonly correlationId?: string;
  readonly cron?: string;
  readonly originalRunId?: string;
  /** Parsed first event, for cancel expressions; called at most once. */
  readonly readEvent: () => unknown;
}

/** @returns The draft of a new run; its changes start with `run_added`. */
export function createRun(start: RunStart, ctx: DecideContext): Draft {
  const first = start.events[0];
  if (first === undefined) throw new Error("A run needs at least one event.");
  const head: RunHead = {
    id: ctx.newUlid(ctx.nowMs),
    functionId: start.function.id,
    functionVersion: start.function.version,
    status: "queued",
    eventIds: start.events.map((event) => event.internalId),
    eventName: first.name,
    orderKey: start.orderKey,
    createdAtMs: ctx.nowMs,
    ...(start.correlationId === undefined ? {} : { correlationId: start.correlationId }),
    ...(start.cron === undefined ? {} : { cron: start.cron }),
    ...(start.originalRunId === undefined ? {} : { originalRunId: start.originalRunId }),
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
  const refusal = addCancelWaits(draft, start.readEvent);
  const startMs = start.function.config.timeouts?.startMs;
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
    dueAtMs: Math.max(ctx.nowMs, first.tsMs),
    attempt: 0,
    queuedAtMs: ctx.nowMs,
  });
  // A run that could not be cancelled as its author wrote must not run; it ends where people see why.
  if (refusal !== undefined) {
    endRun(draft, { status: "failed", error: { name: "InvalidExpression", message: refusal } });
  }
  return draft;
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
