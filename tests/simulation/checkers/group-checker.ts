// Groups: a batch runs once with exactly the events that were put into it, in their order, full or in time; a debounce runs once
// with its newest event, in time; no group is left over.
import type { Change, EventOutcome, RunHead } from "@everstep/core";
import type { CheckContext, Checker } from "./checker.ts";

interface Group {
  readonly functionId: string;
  /** Of a batch: its events in order. Of a debounce: those that it took, the last one waits. */
  readonly eventIds: string[];
  readonly firstAtMs: number;
  lastAtMs: number;
  /** The newest `ts` of all events that met it. */
  tsMs: number;
  isClosed: boolean;
}

type GroupOutcome = Extract<EventOutcome, { type: "batched" | "debounced" }>;

export class GroupChecker implements Checker {
  readonly #context: CheckContext;
  readonly #groups = new Map<string, Group>();

  constructor(context: CheckContext) {
    this.#context = context;
  }

  beforeChange(change: Change): void {
    if (change.type === "event_outcome_added") this.#outcomeAdded(change.outcome);
    if (change.type === "run_added" && change.run.originalRunId === undefined) {
      const { batchId, debounceId } = change.run.flow ?? {};
      if (batchId !== undefined) this.#batchRuns(change.run, batchId);
      if (debounceId !== undefined) this.#debounceRuns(change.run, debounceId);
    }
  }

  atEnd(): void {
    for (const [id, { isClosed, eventIds }] of this.#groups) {
      if (isClosed) continue;
      this.#context.violate("no group is left over", `${id} with ${eventIds.join()}`);
    }
  }

  #outcomeAdded(outcome: EventOutcome): void {
    if (outcome.type === "failed") return this.#gaveUp(outcome);
    if (outcome.type !== "batched" && outcome.type !== "debounced") return;
    const id = outcome.type === "batched" ? outcome.batchId : outcome.debounceId;
    const isTold = outcome.type === "debounced" && outcome.supersededBy !== undefined;
    const group = this.#groups.get(id) ?? this.#open(id, outcome);
    const tsMs = this.#context.model.events.get(outcome.eventId)?.tsMs ?? 0;
    if (group.isClosed) this.#context.violate("groups run once", `${id} took another event`);
    group.tsMs = Math.max(group.tsMs, tsMs);
    // Superseded: it was the one that waited, or it never waits.
    if (isTold) return;
    group.eventIds.push(outcome.eventId);
    group.lastAtMs = outcome.atMs;
  }

  #open(id: string, { functionId, atMs }: GroupOutcome): Group {
    const facts = { functionId, firstAtMs: atMs, lastAtMs: atMs, tsMs: 0, isClosed: false };
    const group = { ...facts, eventIds: [] };
    this.#groups.set(id, group);
    return group;
  }

  /** The function was archived while its events waited. */
  #gaveUp({ eventId, functionId }: EventOutcome): void {
    for (const group of this.#groups.values()) {
      if (group.functionId !== functionId || !group.eventIds.includes(eventId)) continue;
      const { archivedAtMs } = this.#context.model.functions.get(functionId) ?? {};
      if (archivedAtMs === undefined) {
        this.#context.violate("nothing is lost", `event ${eventId} of the live ${functionId}`);
      }
      group.isClosed = true;
    }
  }

  #close(id: string, run: RunHead): Group | undefined {
    const group = this.#groups.get(id);
    if (group?.isClosed === true) this.#context.violate("groups run once", `${id}, run ${run.id}`);
    if (group !== undefined) group.isClosed = true;
    return group;
  }

  #batchRuns(run: RunHead, batchId: string): void {
    const { model, violate } = this.#context;
    const group = this.#close(batchId, run);
    const { maxSize = 0, timeoutMs = 0 } = model.configOf(run.functionId)?.batch ?? {};
    const waited = group?.eventIds ?? [];
    const isFull = run.eventIds.length === waited.length + 1;
    const wanted = isFull ? [...waited, run.eventIds.at(-1)] : waited;
    if (JSON.stringify(run.eventIds) !== JSON.stringify(wanted)) {
      violate("batches are complete", `${batchId}: ${run.eventIds.join()}, not ${wanted.join()}`);
    }
    if (run.eventIds.length > maxSize) violate("batches are bounded", `${batchId} of ${maxSize}`);
    const isEarly = run.createdAtMs < (group?.firstAtMs ?? 0) + timeoutMs;
    if (isEarly && run.eventIds.length < maxSize) {
      violate("nothing is early", `batch ${batchId} runs with ${run.eventIds.length} events`);
    }
  }

  #debounceRuns(run: RunHead, debounceId: string): void {
    const { model, violate } = this.#context;
    const group = this.#close(debounceId, run);
    if (group === undefined) return violate("no invention", `debounce ${debounceId} of nothing`);
    const newest = group.eventIds.at(-1) ?? "";
    const tsMs = model.events.get(newest)?.tsMs ?? 0;
    if (run.eventIds.join() !== newest || tsMs < group.tsMs) {
      violate("the newest event wins", `${debounceId} runs ${run.eventIds.join()}, not ${newest}`);
    }
    const { periodMs = 0, timeoutMs = Infinity } = model.configOf(run.functionId)?.debounce ?? {};
    const dueAtMs = Math.min(group.lastAtMs + periodMs, group.firstAtMs + timeoutMs);
    if (run.createdAtMs < dueAtMs) violate("nothing is early", `debounce ${debounceId}`);
  }
}
