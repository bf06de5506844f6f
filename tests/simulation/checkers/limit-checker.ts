// Limits: rate limits and idempotency let through what they may and refuse nothing else, throttles space the starts of runs,
// concurrency bounds calls and runs, singletons are exclusive, and a paused function is not called.
import type { Change, EventOutcome, RunHead } from "@everstep/core";
import type { ConcurrencyRule, FunctionConfig } from "@everstep/protocol";
import type { SentCall } from "../network.ts";
import type { CheckContext, Checker } from "./checker.ts";
import { hasEnded } from "./model.ts";

const DAY_MS = 86_400_000;

export class LimitChecker implements Checker {
  readonly #context: CheckContext;
  /** Times of what rate limits and idempotency let through, by rule, function and key. */
  readonly #passed = new Map<string, number[]>();
  /** `<event> <function>` that came into a debounce. */
  readonly #counted = new Set<string>();
  readonly #starts = new Map<string, number[]>();
  /** The last call that was sent for each timer: until the timer is gone, its app may be running it, whatever the engine does. */
  readonly #sent = new Map<number, SentCall>();

  constructor(context: CheckContext) {
    this.#context = context;
  }

  beforeChange(change: Change): void {
    if (change.type === "run_added") this.#runAdded(change.run);
    if (change.type === "event_outcome_added") this.#outcomeAdded(change.outcome);
    if (change.type === "run_patched" && change.patch.startedAtMs !== undefined) {
      this.#started(change.runId, change.patch.startedAtMs, change.patch.slots ?? []);
    }
  }

  onSent(sent: SentCall): void {
    const { model, violate } = this.#context;
    const run = model.runs.get(sent.body.ctx.run_id);
    if (run === undefined) return;
    const { functionId } = run.head;
    if (model.controls.get(functionId)?.pausedAtMs !== undefined) {
      violate("pauses hold", `run ${run.head.id} was called`);
    }
    const others = this.#othersOut(sent);
    this.#sent.set(sent.jobId, sent);
    for (const rule of model.configOf(functionId)?.concurrency ?? []) {
      if (rule.level !== "step") continue;
      const bucket = this.#bucketOf(rule, run.head);
      let count = 1;
      for (const other of others) if (this.#holds(other, bucket)) count += 1;
      if (count > rule.limit) violate("concurrency", `${count} of ${rule.limit} in ${bucket}`);
    }
  }

  /** What is made again after a crash asks for no place beside those that the crash left; everything else does. */
  #othersOut(sent: SentCall): ReadonlySet<SentCall> {
    const { model, plan, inFlight, nowMs } = this.#context;
    const before = this.#sent.get(sent.jobId);
    if (before !== undefined && before.life !== sent.life) return inFlight;
    const others = new Set(inFlight);
    for (const [jobId, left] of this.#sent) {
      if (!model.timers.has(jobId)) this.#sent.delete(jobId);
      else if (left.life !== sent.life && left.atMs + plan.callTimeoutMs > nowMs())
        others.add(left);
    }
    return others;
  }

  #holds({ body }: SentCall, bucket: string): boolean {
    const { model } = this.#context;
    const run = model.runs.get(body.ctx.run_id);
    const rules = model.configOf(run?.head.functionId ?? "")?.concurrency ?? [];
    return rules.some(
      (rule) =>
        run !== undefined && rule.level === "step" && this.#bucketOf(rule, run.head) === bucket,
    );
  }

  #bucketOf({ scope, key }: ConcurrencyRule, head: RunHead): string {
    const value = key === undefined ? "-" : this.#valueOf(head.eventIds[0]);
    return scope === "fn" ? `${head.functionId} ${key ?? "-"} ${value}` : `${scope} ${value}`;
  }

  /** Every key of a simulation is `event.data.k`. */
  #valueOf(eventId: string | undefined): string {
    const text = this.#context.model.events.get(eventId ?? "")?.dataJson ?? "{}";
    return JSON.stringify((JSON.parse(text) as { k?: unknown }).k ?? null);
  }

  #groupOf(rule: { readonly key?: string }, functionId: string, eventId = ""): string {
    return `${functionId} ${rule.key === undefined ? "-" : this.#valueOf(eventId)}`;
  }

  #runAdded(run: RunHead): void {
    this.#checkSingleton(run);
    const { originalRunId, skip, flow, functionId, eventIds, createdAtMs } = run;
    const isArrival = originalRunId === undefined && flow?.debounceId === undefined;
    if (isArrival && skip === undefined) this.#pass(functionId, eventIds[0], createdAtMs);
  }

  #pass(functionId: string, eventId: string | undefined, atMs: number): void {
    const { model, violate } = this.#context;
    const { rateLimit, idempotency } = model.configOf(functionId) ?? {};
    if (rateLimit !== undefined) {
      const times = this.#timesOf("rate", rateLimit, functionId, eventId);
      times.push(atMs);
      const count = countSince(times, atMs - rateLimit.periodMs);
      if (count > rateLimit.limit) violate("rate limits", `${count} starts of ${functionId}`);
    }
    if (idempotency === undefined) return;
    const times = this.#timesOf("idempotency", { key: idempotency }, functionId, eventId);
    if (countSince(times, atMs - DAY_MS) > 0) violate("idempotency", `event ${eventId} again`);
    times.push(atMs);
  }

  #timesOf(
    kind: string,
    rule: { readonly key?: string },
    functionId: string,
    eventId: string | undefined,
  ): number[] {
    const name = `${kind} ${this.#groupOf(rule, functionId, eventId)}`;
    const times = this.#passed.get(name) ?? [];
    this.#passed.set(name, times);
    return times;
  }

  #outcomeAdded(outcome: EventOutcome): void {
    const { functionId, eventId, atMs } = outcome;
    const { model, violate } = this.#context;
    const config: Partial<FunctionConfig> = model.configOf(functionId) ?? {};
    const { rateLimit, idempotency } = config;
    const name = `${eventId} ${functionId}`;
    // One that waited was counted when it came.
    if (outcome.type === "debounced" && !this.#counted.has(name)) {
      this.#counted.add(name);
      this.#pass(functionId, eventId, atMs);
    }
    if (outcome.type === "rate_limited" && rateLimit !== undefined) {
      const times = this.#timesOf("rate", rateLimit, functionId, eventId);
      const count = countSince(times, atMs - rateLimit.periodMs);
      if (count < rateLimit.limit) violate("rate limits", `${eventId} refused after ${count}`);
    }
    if (outcome.type === "deduplicated" && outcome.by === "idempotency") {
      const times = this.#timesOf("idempotency", { key: idempotency ?? "" }, functionId, eventId);
      if (countSince(times, atMs - DAY_MS) === 0) violate("idempotency", `${eventId} refused`);
    }
  }

  #started(runId: string, atMs: number, slots: readonly string[]): void {
    const { model, violate } = this.#context;
    const run = model.runs.get(runId);
    if (run === undefined) return;
    const { functionId, eventIds } = run.head;
    const config = model.configOf(functionId);
    if (config?.throttle !== undefined) {
      const { limit, burst, periodMs } = config.throttle;
      const group = this.#groupOf(config.throttle, functionId, eventIds[0]);
      const times = [...(this.#starts.get(group) ?? []), atMs];
      this.#starts.set(group, times);
      for (const [index, sinceMs] of times.entries()) {
        const most = limit + burst + ((atMs - sinceMs) * limit) / periodMs;
        const count = times.length - index;
        if (count > most + 1e-9) violate("throttles", `${count} starts in ${atMs - sinceMs} ms`);
      }
    }
    const rule = config?.concurrency.find(({ level }) => level === "fn");
    for (const slot of rule === undefined ? [] : slots) {
      const holders = [...model.runs.values()].filter(
        (other) => !hasEnded(other) && other.head.slots?.includes(slot) === true,
      );
      const count = holders.length + 1;
      if (rule !== undefined && count > rule.limit)
        violate("concurrency", `${count} runs in ${slot}`);
    }
  }

  #checkSingleton(run: RunHead): void {
    const { model, violate } = this.#context;
    const { singleton } = model.configOf(run.functionId) ?? {};
    const { skip } = run;
    if (skip?.reason === "paused") {
      const isPaused = model.controls.get(run.functionId)?.pausedAtMs !== undefined;
      if (!isPaused) violate("pauses hold", `run ${run.id} was skipped without one`);
    }
    if (skip?.reason === "singleton") {
      const holder = model.runs.get(skip.byRunId ?? "");
      if (holder === undefined || hasEnded(holder) || singleton?.mode !== "skip") {
        violate("singletons", `run ${run.id} was skipped for nobody`);
      }
    }
    if (skip !== undefined || singleton === undefined) return;
    const group = this.#groupOf(singleton, run.functionId, run.eventIds[0]);
    for (const { head, ...other } of model.runs.values()) {
      if (head.functionId !== run.functionId || hasEnded({ head, ...other })) continue;
      if (this.#groupOf(singleton, head.functionId, head.eventIds[0]) !== group) continue;
      violate("singletons", `runs ${head.id} and ${run.id} of ${group}`);
    }
  }
}

function countSince(times: readonly number[], afterMs: number): number {
  return times.filter((atMs) => atMs > afterMs).length;
}
