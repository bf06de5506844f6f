// Timers (field.md 5.3: 6, 10): no sleep, timeout, tick or retry before its time; none late while the engine could work; a
// failed attempt backs off at least as long as the policy says.
import type { Change, Timer } from "@everstep/core";
import type { Answer } from "../app/execute-call.ts";
import type { SentCall } from "../network.ts";
import type { CheckContext, Checker } from "./checker.ts";

type ChangeOf<T extends Change["type"]> = Extract<Change, { type: T }>;

/** protocol.md 5.2. */
const BACKOFF_MS = [15_000, 30_000, 60_000, 120_000, 300_000];
const JITTER_MS_MAX = 30_000;
/** How late the slowest simulated disk may make a healthy engine. */
const LATE_MS_MAX = 5_000;

export class TimerChecker implements Checker {
  readonly #context: CheckContext;
  readonly #retryAfter = new Map<number, string>();
  /** Timers that something should have been done about, since when. */
  readonly #neglected = new Map<number, number>();
  // Of the batch under way:
  #removed: Timer[] = [];
  #failed = new Set<string>();
  #reruns = new Set<string>();

  constructor(context: CheckContext) {
    this.#context = context;
  }

  beforeChange(change: Change): void {
    switch (change.type) {
      case "run_added":
        if (change.run.originalRunId !== undefined) this.#reruns.add(change.run.id);
        return;
      case "timer_removed": {
        const timer = this.#context.model.timers.get(change.timerId);
        if (timer !== undefined) this.#removed.push(timer);
        return;
      }
      case "step_added":
        return this.#stepAdded(change);
      case "run_patched":
        return this.#runPatched(change);
      case "timer_added":
        return this.#timerAdded(change);
      case "attempt_added":
        this.#failed.delete(`${change.attempt.runId} ${change.attempt.attempt}`);
        return this.#attemptAdded(change);
      default:
        return;
    }
  }

  afterBatch(): void {
    for (const key of this.#failed) {
      this.#context.violate("attempts count up", `no attempt was recorded for ${key}`);
    }
    this.#removed = [];
    this.#failed = new Set();
    this.#reruns = new Set();
  }

  /** Whoever waits behind a call that goes out is in a queue that moves. */
  onSent({ body }: SentCall): void {
    this.#restart(body.ctx.fn_id);
  }

  onAnswered({ body }: SentCall, answer: Answer | undefined): void {
    this.#restart(body.ctx.fn_id);
    const text = answer?.headers["retry-after"];
    if (text !== undefined) this.#retryAfter.set(body.ctx.generation_id, text);
  }

  sweep(): void {
    const { model, nowMs, violate, healthySinceMs } = this.#context;
    const sinceMs = healthySinceMs() ?? Number.POSITIVE_INFINITY;
    for (const id of this.#neglected.keys()) if (!model.timers.has(id)) this.#neglected.delete(id);
    for (const timer of model.timers.values()) {
      const isDue = Math.max(timer.dueAtMs, sinceMs) <= nowMs();
      if (!isDue || !isNeglected(timer, this.#context)) {
        this.#neglected.delete(timer.id);
        continue;
      }
      const neglectedMs = Math.max(this.#neglected.get(timer.id) ?? nowMs(), sinceMs);
      this.#neglected.set(timer.id, neglectedMs);
      const lateMs = nowMs() - neglectedMs;
      if (lateMs <= LATE_MS_MAX) continue;
      violate("nothing is late", `${timer.kind} ${timer.id} of run ${timer.runId} by ${lateMs} ms`);
    }
  }

  #early(what: string, timer: Timer, atMs: number): void {
    if (atMs >= timer.dueAtMs) return;
    const message = `${what} of run ${timer.runId}: ${atMs} < ${timer.dueAtMs}`;
    this.#context.violate("nothing is early", message);
  }

  #stepAdded({ step }: ChangeOf<"step_added">): void {
    const isClock = step.op === "Sleep" || step.resolvedBy?.timedOut === true;
    // A rerun takes over the steps of the run it repeats.
    if (!isClock || this.#reruns.has(step.runId)) return;
    const timer = this.#removed.find(
      ({ runId, op }) => runId === step.runId && op?.stepId === step.stepId,
    );
    if (timer !== undefined) return this.#early(timer.kind, timer, step.endedAtMs);
    this.#context.violate("timers fire once", `step ${step.name} ended without its timer`);
  }

  #runPatched({ runId, patch }: ChangeOf<"run_patched">): void {
    const { endedAtMs, endReason = "" } = patch;
    const kind = /within timeouts\.(start|finish)/.exec(endReason)?.[1];
    if (endedAtMs === undefined || kind === undefined) return;
    const timer = this.#removed.find(
      (each) => each.runId === runId && each.kind === `${kind}_timeout`,
    );
    if (timer !== undefined) return this.#early(timer.kind, timer, endedAtMs);
    this.#context.violate("timers fire once", `run ${runId} timed out without its timer`);
  }

  #attemptAdded({ attempt: record }: ChangeOf<"attempt_added">): void {
    const { attempt, retryAtMs, endedAtMs, generation, runId } = record;
    if (retryAtMs === undefined) return;
    const { plan, violate } = this.#context;
    const askedS = Number(this.#retryAfter.get(generation) ?? Number.NaN);
    const fixedMs = Number.isFinite(askedS) ? askedS * 1_000 : plan.retryIntervalMs;
    const tableMs = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)] ?? 0;
    const least = fixedMs ?? tableMs;
    const most = fixedMs ?? tableMs + JITTER_MS_MAX;
    const delayMs = retryAtMs - endedAtMs;
    if (delayMs >= least && delayMs <= most) return;
    violate("retries back off", `run ${runId} #${attempt}: ${delayMs} ms, not ${least} to ${most}`);
  }

  #timerAdded({ timer }: ChangeOf<"timer_added">): void {
    if (timer.attempt === 0) return;
    const before = this.#removed.find(
      (each) =>
        each.runId === timer.runId &&
        each.kind === timer.kind &&
        each.attempt === timer.attempt - 1 &&
        each.op?.stepId === timer.op?.stepId,
    );
    if (before === undefined) {
      this.#context.violate("attempts count up", `timer ${timer.id} follows no attempt`);
    }
    this.#failed.add(`${timer.runId} ${timer.attempt - 1}`);
  }

  #restart(functionId: string): void {
    for (const id of this.#neglected.keys()) {
      if (this.#context.model.timers.get(id)?.functionId === functionId) this.#neglected.delete(id);
    }
  }
}

/** A call may wait for its turn; everything else is taken care of as soon as it is due. */
function isNeglected(timer: Timer, { model, inFlight }: CheckContext): boolean {
  if (timer.kind !== "call") return true;
  const { throttle, concurrency = [] } = model.configOf(timer.functionId) ?? {};
  const isPaused = model.controls.get(timer.functionId)?.pausedAtMs !== undefined;
  const isPlain = concurrency.every((rule) => rule.key === undefined && rule.level === "step");
  if (isPaused || throttle !== undefined || !isPlain) return false;
  const limit = concurrency[0]?.limit;
  let count = 0;
  for (const sent of inFlight) {
    if (sent.jobId === timer.id) return false;
    if (sent.body.ctx.fn_id === timer.functionId) count += 1;
  }
  return limit === undefined || count < limit;
}
