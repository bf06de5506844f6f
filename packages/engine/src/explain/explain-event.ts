// Explains an event: what became of it for each function. Runs are found by their events, everything else by the outcomes that
// were recorded; functions that listen to its name without either did not listen when it came.
import {
  readValues,
  type EventOutcome,
  type FunctionRecord,
  type History,
  type RunHead,
} from "@everstep/core";
import { EverstepError, eventToWireJson, type EventRecord } from "@everstep/protocol";
import type { Partition } from "../partition/open-partition.ts";
import type { EngineOptions } from "../create-engine.ts";
import type {
  EventExplanation,
  EventFate,
  EventFateFacts,
  TriedExpression,
} from "./event-explanation.ts";
import { sentenceOfEvent, sentenceOfFate } from "./event-text.ts";
import { similarNames } from "./similar-names.ts";

/** Runs of one event that are told, reruns included. */
const RUNS_MAX = 1_000;

/** @throws EverstepError event_not_found. */
export async function explainEvent(
  { history, clock }: EngineOptions,
  partition: Partition,
  internalId: string,
): Promise<EventExplanation> {
  const [event] = await history.findEvents([internalId]);
  if (event === undefined) throw eventNotFound(internalId);
  const wire: unknown = JSON.parse(eventToWireJson(event));
  const outcomes = newestOutcomes(await history.listEventOutcomes(internalId));
  const runs = await history.listRunsOfEvent(internalId, { limit: RUNS_MAX });
  const told: { readonly functionId: string; readonly facts: EventFateFacts }[] = [];
  for (const outcome of outcomes) {
    const { functionId } = outcome;
    told.push({ functionId, facts: await outcomeFacts(history, outcome, wire) });
  }
  const groups = new Set(outcomes.flatMap((outcome) => groupOf(outcome) ?? []));
  for (const run of runs) {
    const group = run.flow?.batchId ?? run.flow?.debounceId;
    const isTold = group !== undefined && groups.has(group) && run.originalRunId === undefined;
    if (!isTold) told.push({ functionId: run.functionId, facts: runFacts(run) });
  }
  const reached = new Set(told.map(({ functionId }) => functionId));
  for (const functionId of listeners(partition, event, { wire, nowMs: clock.nowMs() })) {
    if (!reached.has(functionId)) told.push({ functionId, facts: { type: "not_listening" } });
  }
  const functions = told.map(({ functionId, facts }) =>
    fateOf(partition.catalog.function(functionId), functionId, facts),
  );
  const didYouMean = functions.length > 0 ? [] : similarNames(event.name, triggerNames(partition));
  return {
    eventId: internalId,
    eventName: event.name,
    receivedAtMs: event.receivedAtMs,
    sentence: sentenceOfEvent(event.name, functions, didYouMean),
    functions,
    didYouMean,
  };
}

function eventNotFound(internalId: string): EverstepError {
  return new EverstepError(
    "event_not_found",
    `There is no event "${internalId}". Give the internal id that sending it answered (26 characters), not the "id" of the sender.`,
  );
}

/** A later outcome for the same function replaces an earlier one. */
function newestOutcomes(outcomes: readonly EventOutcome[]): readonly EventOutcome[] {
  return [...new Map(outcomes.map((outcome) => [outcome.functionId, outcome])).values()];
}

/** The batch or debounce whose run is the outcome's. Of a superseded event it is another event's. */
function groupOf(outcome: EventOutcome): string | undefined {
  if (outcome.type === "batched") return outcome.batchId;
  return outcome.type === "debounced" ? outcome.debounceId : undefined;
}

async function outcomeFacts(
  history: History,
  outcome: EventOutcome,
  wire: unknown,
): Promise<EventFateFacts> {
  const { eventId: _event, functionId: _function, ...facts } = outcome;
  if (facts.type === "filtered") {
    const expressions = facts.expressions.map((tried) => triedExpression(tried, wire));
    return { ...facts, expressions };
  }
  if (facts.type !== "batched" && facts.type !== "debounced") return facts;
  const group = groupOf(outcome);
  const run = group === undefined ? undefined : await history.findRunOfGroup(group);
  return run === undefined ? facts : { ...facts, runId: run.id };
}

function triedExpression(
  tried: { readonly expression: string; readonly error?: string },
  wire: unknown,
): TriedExpression {
  try {
    return { ...tried, values: readValues(tried.expression, { event: wire }) };
  } catch (error) {
    // It does not even compile: the outcome's error says so.
    if (error instanceof EverstepError) return { ...tried, values: [] };
    throw error;
  }
}

function runFacts(run: RunHead): EventFateFacts {
  const { id: runId, status, skip, originalRunId, flow } = run;
  if (skip !== undefined) return { type: "skipped", runId, skip };
  return {
    type: "started",
    runId,
    status,
    ...(originalRunId === undefined ? {} : { originalRunId }),
    ...(flow?.batchId === undefined ? {} : { batchId: flow.batchId }),
  };
}

/** Functions that listen to the event's name now. */
function listeners(
  { catalog }: Partition,
  { name }: EventRecord,
  { wire, nowMs }: { wire: unknown; nowMs: number },
): readonly string[] {
  const { matches, filtered } = catalog.triggers().match({ name, readEvent: () => wire }, nowMs);
  return [...matches, ...filtered].map(({ functionId }) => functionId);
}

function triggerNames({ catalog }: Partition): readonly string[] {
  return catalog
    .functions()
    .flatMap(({ config }) => config.triggers)
    .flatMap((trigger) => (trigger.kind === "event" ? [trigger.event] : []));
}

function fateOf(
  fn: FunctionRecord | undefined,
  functionId: string,
  facts: EventFateFacts,
): EventFate {
  const functionSlug = fn?.config.slug ?? functionId;
  return { ...facts, functionId, functionSlug, sentence: sentenceOfFate(facts, functionSlug) };
}
