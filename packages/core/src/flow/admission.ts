// Admission: what becomes of events that reach a function (server.md 4.0). Exactly one fate each: a run, a run recorded as
// skipped, a place in a batch or a debounce, or an outcome that says why not. Decided one after another, so every rule is exact.
import { LIMITS, type EventRecord } from "@everstep/protocol";
import type { RunSkip } from "../model/flow.ts";
import { createRun, createSkippedRun } from "../run/create-run.ts";
import type { DecideContext } from "../run/context.ts";
import type { Draft } from "../run/draft.ts";
import { invokersOf } from "../run/invokers.ts";
import { dedupes } from "../routing/dedupes.ts";
import type { Admission, AdmissionState, Candidate } from "./candidate.ts";
import { addOutcome, answerInvoker, type Deciding } from "./deciding.ts";
import { holdInDebounce, placeInBatch } from "./event-groups.ts";
import { whyNot, whySkipped, type OutcomeFacts } from "./flow-outcome.ts";
import { findUse, useLimiter } from "./idempotency.ts";
import { isSkippedByPause, type AdmissionPlan, type Gate } from "./plan-admission.ts";
import { takeRate } from "./rate-limit.ts";
import { flowOf, runFlowOf } from "./run-flow.ts";
import { singletonLimiter, stepSingleton } from "./singleton.ts";
import { shiftOrderKey } from "./priority.ts";

/**
 * Decides one candidate. When an event reaches several functions, all of them are decided and recorded before any follow-up is:
 * what a cancelled run causes comes after what cancelled it.
 */
export function decideAdmission(
  plan: AdmissionPlan,
  state: AdmissionState,
  ctx: DecideContext,
): Admission {
  const { candidate } = plan;
  const [event] = candidate.events;
  if (event === undefined) throw new Error("A candidate has at least one event.");
  const deciding: Deciding = {
    plan,
    candidate,
    event,
    state,
    ctx,
    changes: [],
    followUps: [],
    warnings: [...plan.warnings],
  };
  if (isSkippedByPause(candidate)) return skip(deciding, { reason: "paused" });
  if (candidate.origin.type !== "arrival") return start(deciding);
  const refusal = dedupeById(deciding);
  if (refusal !== undefined) return refuse(deciding, refusal);
  return plan.batch === undefined ? admitAlone(deciding) : admitToBatch(deciding, plan.batch);
}

function admitToBatch(deciding: Deciding, gate: Exclude<Gate, undefined>): Admission {
  if ("failure" in gate) return fail(deciding, gate.failure);
  const events = placeInBatch(deciding, gate.id);
  if ("batchId" in events) return start(deciding, events);
  keepEventId(deciding, "");
  return answer(deciding);
}

function admitAlone(deciding: Deciding): Admission {
  const { plan } = deciding;
  for (const gate of [plan.idempotency, plan.rateLimit, plan.debounce]) {
    if (gate !== undefined && "failure" in gate) return fail(deciding, gate.failure);
  }
  const refusal = askIdempotency(deciding) ?? askRateLimit(deciding);
  if (refusal !== undefined) return refuse(deciding, refusal);
  if (plan.debounce === undefined) return start(deciding);
  if ("failure" in plan.debounce) return fail(deciding, plan.debounce.failure);
  chargeGates(deciding, undefined);
  keepEventId(deciding, "");
  const superseded = holdInDebounce(deciding, plan.debounce.id);
  if (superseded !== undefined)
    answerInvoker(deciding, superseded, deciding.candidate.correlationId);
  return answer(deciding);
}

function dedupeById({ candidate, event, state }: Deciding): OutcomeFacts | undefined {
  const key = state.idKeys.find((each) => each.functionId === candidate.function.id);
  if (key === undefined) return undefined;
  return {
    type: "deduplicated",
    by: "event_id",
    key: event.id,
    ...(key.runId === "" ? {} : { runId: key.runId }),
    untilMs: key.expiresAtMs,
  };
}

function askIdempotency({ plan, state, ctx }: Deciding): OutcomeFacts | undefined {
  const gate = plan.idempotency;
  if (gate === undefined || "failure" in gate) return undefined;
  const use = findUse(state.findLimiter(gate.id), ctx.nowMs);
  if (use === undefined) return undefined;
  return {
    type: "deduplicated",
    by: "idempotency",
    key: gate.id.key,
    sinceEventId: use.eventId,
    ...(use.runId === undefined ? {} : { runId: use.runId }),
    untilMs: use.untilMs,
  };
}

function askRateLimit({
  plan,
  state,
  ctx,
  candidate,
  changes,
}: Deciding): OutcomeFacts | undefined {
  const gate = plan.rateLimit;
  const rule = candidate.function.config.rateLimit;
  if (gate === undefined || "failure" in gate || rule === undefined) return undefined;
  const verdict = takeRate(rule, state.findLimiter(gate.id)?.stateJson, ctx.nowMs);
  if (verdict.isAllowed) return undefined;
  const { stateJson, expiresAtMs, untilMs } = verdict;
  if (stateJson !== undefined) {
    changes.push({ type: "limiter_saved", limiter: { ...gate.id, stateJson, expiresAtMs } });
  }
  const { limit, periodMs } = rule;
  return { type: "rate_limited", key: gate.id.key, limit, periodMs, untilMs };
}

/** The event is let through: it counts. @param runId Undefined: it waits in a debounce. */
function chargeGates(deciding: Deciding, runId: string | undefined): void {
  const { plan, state, ctx, candidate, event, changes } = deciding;
  const { idempotency, rateLimit } = plan;
  if (idempotency !== undefined && "id" in idempotency) {
    const limiter = useLimiter(idempotency.id, { eventId: event.internalId, runId }, ctx.nowMs);
    changes.push({ type: "limiter_saved", limiter });
  }
  const rule = candidate.function.config.rateLimit;
  if (rateLimit === undefined || "failure" in rateLimit || rule === undefined) return;
  const kept = state.findLimiter(rateLimit.id)?.stateJson;
  const { stateJson, expiresAtMs } = takeRate(rule, kept, ctx.nowMs);
  if (stateJson === undefined) throw new Error("A start that a rate limit allows is counted.");
  changes.push({ type: "limiter_saved", limiter: { ...rateLimit.id, stateJson, expiresAtMs } });
}

/** An id that the sender chose is used up. @param runId "": the event has no run yet. */
function keepEventId({ candidate, event, ctx, changes }: Deciding, runId: string): void {
  if (candidate.origin.type !== "arrival" || !dedupes(event)) return;
  const expiresAtMs = ctx.nowMs + LIMITS.idempotencyMs;
  const functionId = candidate.function.id;
  changes.push({
    type: "idempotency_key_added",
    key: { functionId, key: event.id, runId, expiresAtMs },
  });
}

/** @param full The batch that this event filled. */
function start(
  deciding: Deciding,
  full?: { readonly batchId: string; readonly events: readonly EventRecord[] },
): Admission {
  const { plan, candidate, state, ctx, changes, warnings } = deciding;
  const lock = lockOf(deciding);
  if (lock?.type === "skip") return skip(deciding, { reason: "singleton", byRunId: lock.byRunId });
  const { flow, priorityS } = runFlowOf(candidate, ctx.nowMs, {
    batchId: full?.batchId,
    singletonKey: lock?.key,
    readEvent: full === undefined ? candidate.readEvent : undefined,
    first: full?.events[0],
    warnings,
  });
  const draft = createRun(
    {
      ...startFacts(candidate),
      // The invokers of a batch are answered by its events.
      ...(full === undefined ? {} : { events: full.events, correlationId: undefined }),
      orderKey: shiftOrderKey(state.nextOrderKey(), priorityS),
      flow,
    },
    ctx,
  );
  const runId = draft.state.head.id;
  if (candidate.origin.type === "arrival") chargeGates(deciding, runId);
  keepEventId(deciding, runId);
  if (plan.singleton !== undefined && "id" in plan.singleton) {
    changes.push({ type: "limiter_saved", limiter: singletonLimiter(plan.singleton.id, runId) });
  }
  const { cancelFirst } = lock ?? {};
  if (cancelFirst === undefined) return answer(deciding, draft);
  const reason = `run ${runId} took its place (singleton, mode "cancel")`;
  return { ...answer(deciding, draft), cancelFirst: { runId: cancelFirst, reason } };
}

type LockStep =
  | { readonly type: "run"; readonly key: string; readonly cancelFirst?: string }
  | { readonly type: "skip"; readonly byRunId: string };

function lockOf({ plan, state, candidate, warnings }: Deciding): LockStep | undefined {
  const gate = plan.singleton;
  const rule = candidate.function.config.singleton;
  if (gate === undefined || rule === undefined) return undefined;
  if ("failure" in gate) {
    warnings.push(`${gate.failure} The run is no singleton.`);
    return undefined;
  }
  const step = stepSingleton(rule, state.findLimiter(gate.id));
  return step.type === "skip" ? step : { ...step, key: gate.id.key };
}

/** Recorded and never called. It uses up the event's id where a rule skipped it, and no limit. */
function skip(deciding: Deciding, reason: RunSkip): Admission {
  const { candidate, state, ctx } = deciding;
  const flow = flowOf(candidate.origin);
  const draft = createSkippedRun(
    { ...startFacts(candidate), orderKey: state.nextOrderKey(), flow },
    reason,
    ctx,
  );
  if (reason.reason === "singleton") keepEventId(deciding, draft.state.head.id);
  for (const { correlationId } of invokersOf(draft)) {
    answerInvoker(deciding, whySkipped(reason), correlationId);
  }
  return answer(deciding, draft);
}

function startFacts(candidate: Candidate): Omit<Parameters<typeof createRun>[0], "orderKey"> {
  const { origin } = candidate;
  return {
    function: candidate.function,
    events: candidate.events,
    readEvent: candidate.readEvent,
    correlationId: candidate.correlationId,
    ...(candidate.cron === undefined ? {} : { cron: candidate.cron }),
    ...(origin.type === "rerun" ? { originalRunId: origin.originalRunId } : {}),
  };
}

/** A key that failed: the event does not start the function, and people see why. */
function fail(deciding: Deciding, message: string): Admission {
  deciding.warnings.push(message);
  return refuse(deciding, { type: "failed", message });
}

function refuse(deciding: Deciding, outcome: OutcomeFacts): Admission {
  addOutcome(deciding, outcome);
  const why = whyNot(outcome);
  if (why !== undefined) answerInvoker(deciding, why, deciding.candidate.correlationId);
  return answer(deciding);
}

function answer({ changes, followUps, warnings }: Deciding, draft?: Draft): Admission {
  return { ...(draft === undefined ? {} : { draft }), changes, followUps, warnings };
}
