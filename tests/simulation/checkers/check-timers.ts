// Timers (field.md 5.3: 6, 10): no sleep, timeout, tick or retry before its time; none late while the engine could work; a
// failed attempt backs off at least as long as the policy says.
import type { Change, Timer } from "@everstep/core";
import type { Answer } from "../app/execute-call.ts";
import type { SentCall } from "../network.ts";
import type { CheckContext, Checker } from "./checker.ts";

/** protocol.md 5.2. */
const BACKOFF_MS = [15_000, 30_000, 60_000, 120_000, 300_000];
const JITTER_MS_MAX = 30_000;
/** How late the slowest simulated disk may make a healthy engine. */
const LATE_MS_MAX = 5_000;

export function checkTimers(context: CheckContext): Checker {
  const { model, plan, violate, nowMs } = context;
  const retryAfter = new Map<number, string>();
  /** Timers that something should have been done about, since when. */
  const neglected = new Map<number, number>();
  // Of the batch under way:
  let removed: Timer[] = [];
  let failed = new Set<string>();
  let reruns = new Set<string>();

  const early = (what: string, timer: Timer, atMs: number): void => {
    if (atMs >= timer.dueAtMs) return;
    violate("nothing is early", `${what} of run ${timer.runId}: ${atMs} < ${timer.dueAtMs}`);
  };

  const stepAdded = (change: Extract<Change, { type: "step_added" }>): void => {
    const { step } = change;
    const isClock = step.op === "Sleep" || step.resolvedBy?.timedOut === true;
    // A rerun takes over the steps of the run it repeats.
    if (!isClock || reruns.has(step.runId)) return;
    const timer = removed.find(
      ({ runId, op }) => runId === step.runId && op?.stepId === step.stepId,
    );
    if (timer === undefined)
      violate("timers fire once", `step ${step.name} ended without its timer`);
    else early(timer.kind, timer, step.endedAtMs);
  };

  const runPatched = (change: Extract<Change, { type: "run_patched" }>): void => {
    const { endedAtMs, endReason = "" } = change.patch;
    const kind = /within timeouts\.(start|finish)/.exec(endReason)?.[1];
    if (endedAtMs === undefined || kind === undefined) return;
    const timer = removed.find(
      (each) => each.runId === change.runId && each.kind === `${kind}_timeout`,
    );
    if (timer === undefined) violate("timers fire once", `run ${change.runId} timed out by itself`);
    else early(timer.kind, timer, endedAtMs);
  };

  const attemptAdded = (change: Extract<Change, { type: "attempt_added" }>): void => {
    const { attempt, retryAtMs, endedAtMs, generation } = change.attempt;
    if (retryAtMs === undefined) return;
    const asked = Number(retryAfter.get(generation) ?? Number.NaN);
    const table = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)] ?? 0;
    const policy = plan.retryIntervalMs ?? table;
    const least = Number.isFinite(asked) ? asked * 1_000 : policy;
    const most =
      Number.isFinite(asked) || plan.retryIntervalMs !== undefined ? least : least + JITTER_MS_MAX;
    const delayMs = retryAtMs - endedAtMs;
    if (delayMs < least || delayMs > most) {
      violate(
        "retries back off",
        `run ${change.attempt.runId} #${attempt}: ${delayMs} ms, not ${least}`,
      );
    }
  };

  const restart = (functionId: string): void => {
    for (const id of neglected.keys()) {
      if (model.timers.get(id)?.functionId === functionId) neglected.delete(id);
    }
  };

  const timerAdded = ({ timer }: Extract<Change, { type: "timer_added" }>): void => {
    if (timer.attempt === 0) return;
    const before = removed.find(
      (each) =>
        each.runId === timer.runId &&
        each.kind === timer.kind &&
        each.attempt === timer.attempt - 1 &&
        each.op?.stepId === timer.op?.stepId,
    );
    if (before === undefined) violate("attempts count up", `timer ${timer.id} follows no attempt`);
    failed.add(`${timer.runId} ${timer.attempt - 1}`);
  };

  return {
    beforeChange(change) {
      switch (change.type) {
        case "run_added":
          if (change.run.originalRunId !== undefined) reruns.add(change.run.id);
          return;
        case "timer_removed": {
          const timer = model.timers.get(change.timerId);
          if (timer !== undefined) removed.push(timer);
          return;
        }
        case "step_added":
          return stepAdded(change);
        case "run_patched":
          return runPatched(change);
        case "timer_added":
          return timerAdded(change);
        case "attempt_added":
          failed.delete(`${change.attempt.runId} ${change.attempt.attempt}`);
          return attemptAdded(change);
        default:
          return;
      }
    },
    afterBatch() {
      for (const key of failed) violate("attempts count up", `no attempt was recorded for ${key}`);
      removed = [];
      failed = new Set();
      reruns = new Set();
    },
    // Whoever waits behind a call that goes out is in a queue that moves.
    onSent: ({ body }) => restart(body.ctx.fn_id),
    onAnswered(sent: SentCall, answer: Answer | undefined) {
      restart(sent.body.ctx.fn_id);
      const text = answer?.headers["retry-after"];
      if (text !== undefined) retryAfter.set(sent.body.ctx.generation_id, text);
    },
    sweep() {
      const healthySinceMs = context.healthySinceMs() ?? Number.POSITIVE_INFINITY;
      for (const id of neglected.keys()) if (!model.timers.has(id)) neglected.delete(id);
      for (const timer of model.timers.values()) {
        const dueSinceMs = Math.max(timer.dueAtMs, healthySinceMs);
        if (dueSinceMs > nowMs() || !isNeglected(timer, context)) {
          neglected.delete(timer.id);
          continue;
        }
        const sinceMs = Math.max(neglected.get(timer.id) ?? nowMs(), healthySinceMs);
        neglected.set(timer.id, sinceMs);
        const lateMs = nowMs() - sinceMs;
        if (lateMs <= LATE_MS_MAX) continue;
        violate(
          "nothing is late",
          `${timer.kind} ${timer.id} of run ${timer.runId} by ${lateMs} ms`,
        );
      }
    },
  };
}

/** A call may wait for its turn; everything else is taken care of as soon as it is due. */
function isNeglected(timer: Timer, { model, inFlight }: CheckContext): boolean {
  if (timer.kind !== "call") return true;
  const limit = model.functions.get(timer.functionId)?.config.concurrency[0]?.limit;
  let count = 0;
  for (const sent of inFlight) {
    if (sent.jobId === timer.id) return false;
    if (sent.body.ctx.fn_id === timer.functionId) count += 1;
  }
  return limit === undefined || count < limit;
}
