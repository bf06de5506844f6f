// Waits (field.md 5.3: 11, 12, 14): an event ends every open wait that it matches, in the batch that stores it, and no
// other; a cancelOn event ends its run; an invoke's result is the end of the run it started, delivered with that end.
import {
  INVOKED_EVENT,
  type Change,
  type EventOutcome,
  type RunHead,
  type StepRecord,
  type Wait,
} from "@everstep/core";
import type { EventRecord } from "@everstep/protocol";
import { matches, type MatchRule, type ProgramNode, type SimData } from "../app/program.ts";
import type { CheckContext, Checker } from "./checker.ts";
import { hasEnded } from "./model.ts";

/** A decision is made a little after its event was taken in. */
const DECISION_MS_MAX = 60_000;

export class WaitChecker implements Checker {
  readonly #context: CheckContext;
  readonly #rules: ReadonlyMap<string, MatchRule>;
  /** Waits that an event of this batch has to end, by wait id. */
  readonly #owed = new Map<string, EventRecord>();
  /** Waits that stood at some moment of this batch. */
  readonly #stood = new Map<string, Wait>();
  /** The run that an invoke's wait is for. */
  readonly #childOf = new Map<string, string>();
  /** Invokes whose event waits in a batch or a debounce. */
  readonly #held = new Set<string>();
  /** Invokes whose event started nothing. */
  readonly #refused = new Set<string>();

  constructor(context: CheckContext) {
    this.#context = context;
    this.#rules = matchRules(context.plan);
  }

  beforeChange(change: Change): void {
    switch (change.type) {
      case "event_added":
        return this.#eventAdded(change.event);
      case "wait_added":
        this.#stood.set(change.wait.id, change.wait);
        return;
      case "wait_removed": {
        const wait = this.#context.model.waits.get(change.waitId);
        if (wait !== undefined) this.#stood.set(wait.id, wait);
        return;
      }
      case "run_added":
        for (const id of this.#invokersOf(change.run)) this.#childOf.set(id, change.run.id);
        return;
      case "event_outcome_added":
        this.#outcomeAdded(change.outcome);
        return;
      case "step_added":
        return this.#stepAdded(change.step);
      default:
        return;
    }
  }

  /** The steps that wait for the end of the run: a batch may have several. */
  #invokersOf(run: RunHead): readonly string[] {
    if (run.originalRunId !== undefined) return [];
    if (run.flow?.batchId === undefined) return [run.correlationId ?? []].flat();
    return run.eventIds.flatMap((id) => this.#correlationOf(id) ?? []);
  }

  #correlationOf(eventId: string): string | undefined {
    const event = this.#context.model.events.get(eventId);
    if (event?.name !== INVOKED_EVENT) return undefined;
    const data = JSON.parse(event.dataJson) as { _inngest?: { correlation_id?: string } };
    return data._inngest?.correlation_id;
  }

  #outcomeAdded(outcome: EventOutcome): void {
    const id = this.#correlationOf(outcome.eventId);
    if (id === undefined) return;
    const isReplaced = outcome.type === "debounced" && outcome.supersededBy !== undefined;
    const isWaiting = outcome.type === "batched" || outcome.type === "debounced";
    if (isWaiting && !isReplaced) this.#held.add(id);
    else {
      this.#held.delete(id);
      this.#refused.add(id);
    }
  }

  afterBatch(changes: readonly Change[]): void {
    const { model, violate } = this.#context;
    for (const [waitId, event] of this.#owed) this.#checkOwed(waitId, event, changes);
    this.#owed.clear();
    this.#stood.clear();
    for (const wait of model.waits.values()) {
      if (wait.kind !== "invoke") continue;
      const child = model.runs.get(this.#childOf.get(wait.id) ?? "");
      const isHeld = this.#held.has(wait.id);
      if (child === undefined && !isHeld) violate("invokes start a run", `${wait.id} has no run`);
      else if (child !== undefined && hasEnded(child))
        violate("invokes get the end", `${wait.id} waits for an ended run`);
    }
  }

  #doesMatch(wait: Wait, event: EventRecord): boolean {
    const { model } = this.#context;
    const slug = model.functions.get(wait.functionId)?.config.slug ?? "";
    const name = wait.kind === "cancel" ? `cancel ${wait.id.split(".").at(-1)}` : wait.op?.name;
    const rule = this.#rules.get(`${slug} ${name}`);
    const trigger = model.events.get(model.runs.get(wait.runId)?.head.eventIds[0] ?? "");
    if (rule === undefined || trigger === undefined || wait.eventName !== event.name) return false;
    return matches(rule, dataOf(trigger), dataOf(event));
  }

  #eventAdded(event: EventRecord): void {
    const { model, nowMs } = this.#context;
    for (const wait of model.waits.values()) {
      if (wait.kind !== "event" && wait.kind !== "cancel") continue;
      if (this.#owed.has(wait.id) || !this.#doesMatch(wait, event)) continue;
      const isOwn = model.runs.get(wait.runId)?.head.eventIds.includes(event.internalId);
      const expiresAtMs = wait.expiresAtMs ?? Number.POSITIVE_INFINITY;
      const mayBeOver = expiresAtMs <= Math.max(nowMs(), event.receivedAtMs);
      if (isOwn !== true && !mayBeOver) this.#owed.set(wait.id, event);
    }
  }

  #stepAdded(step: StepRecord): void {
    const { model, violate } = this.#context;
    const wait = this.#stood.get(`${step.runId}.${step.stepId}`);
    const eventId = step.resolvedBy?.eventId;
    if (wait?.kind === "event" && eventId !== undefined) {
      const event = model.events.get(eventId);
      const isRight = event !== undefined && this.#doesMatch(wait, event);
      if (!isRight) violate("waits match", `wait ${wait.id} was ended by event ${eventId}`);
      if (event !== undefined && event.receivedAtMs + DECISION_MS_MAX < wait.createdAtMs) {
        violate("waits match", `wait ${wait.id} was ended by the older event ${eventId}`);
      }
    }
    if (wait?.kind === "invoke" && step.resolvedBy?.timedOut !== true)
      this.#checkInvoke(step, wait);
  }

  #checkInvoke({ outputJson }: StepRecord, { id }: Wait): void {
    const { model, violate } = this.#context;
    const child = model.runs.get(this.#childOf.get(id) ?? "");
    if (this.#refused.has(id)) {
      if (!outputJson.includes("did not run")) violate("invokes are refused", outputJson);
    } else if (child === undefined || !hasEnded(child)) {
      violate("invokes get the end", `${id} got a result before its run ended`);
    } else if (child.head.status === "completed") {
      const wanted = `{"data":${child.head.outputJson ?? "null"}}`;
      if (outputJson !== wanted) violate("invokes get the end", `${id}: ${outputJson}`);
    } else if (!outputJson.startsWith('{"error":')) {
      violate("invokes get the end", `${id} got data of a ${child.head.status} run`);
    }
  }

  #checkOwed(waitId: string, event: EventRecord, changes: readonly Change[]): void {
    const { model, violate } = this.#context;
    const what = `event ${event.internalId} (${event.name}) did not end the wait ${waitId}`;
    if (model.waits.has(waitId)) return violate("events end waits", what);
    const wait = this.#stood.get(waitId);
    const run = model.runs.get(wait?.runId ?? "");
    if (run === undefined || hasEnded(run)) return;
    if (wait?.kind === "cancel") return violate("cancelOn ends runs", what);
    const isEnded = changes.some(
      (change) =>
        change.type === "step_added" && `${change.step.runId}.${change.step.stepId}` === waitId,
    );
    if (!isEnded) violate("events end waits", `${what}: it is gone without a result`);
  }
}

/** The rules of waits by `<slug> <step name>` and of cancelOn by `<slug> cancel <index>`. */
function matchRules(plan: CheckContext["plan"]): ReadonlyMap<string, MatchRule> {
  const rules = new Map<string, MatchRule>();
  const collect = (slug: string, nodes: readonly ProgramNode[]): void => {
    for (const node of nodes) {
      if (node.kind === "wait") rules.set(`${slug} ${node.id}`, node.match);
      if (node.kind === "loop" || node.kind === "try") collect(slug, node.body);
      if (node.kind === "try") collect(slug, node.handler);
      if (node.kind === "parallel") for (const branch of node.branches) collect(slug, branch);
    }
  };
  for (const fn of plan.apps.flatMap((app) => app.functions)) {
    collect(fn.slug, fn.program);
    fn.cancelRules.forEach(({ match }, index) => rules.set(`${fn.slug} cancel ${index}`, match));
  }
  return rules;
}

function dataOf(event: EventRecord): SimData {
  return JSON.parse(event.dataJson) as SimData;
}
