// Explains a run: what each of its open calls, sleeps and waits is about, and what holds them back. Reads what is durable and
// the dispatcher's memory as they are at this moment; decides nothing.
import {
  isDispatched,
  type AttemptRecord,
  type LoadedRun,
  type Timer,
  type Wait,
} from "@everstep/core";
import type { EngineOptions } from "../create-engine.ts";
import { runNotFound } from "../partition/not-found.ts";
import type { Partition } from "../partition/open-partition.ts";
import { sentenceOfEnd, sentenceOfReason } from "./run-text.ts";
import type {
  ExplainedQueueReason,
  ExplainedStep,
  RunExplanation,
  RunReason,
  RunReasonFacts,
} from "./run-explanation.ts";

/** Calls of one run that are explained one by one; of more the first ones are. */
const CALLS_MAX = 20;

interface Explaining {
  readonly options: EngineOptions;
  readonly partition: Partition;
  readonly run: LoadedRun;
  readonly nowMs: number;
  readonly attempts: readonly AttemptRecord[];
}

/** @throws EverstepError run_not_found. */
export async function explainRun(
  options: EngineOptions,
  partition: Partition,
  runId: string,
): Promise<RunExplanation> {
  const { store, history, clock } = options;
  const [run] = await store.loadRuns([runId]);
  if (run === undefined) throw runNotFound(runId);
  const { head } = run.state;
  const functionSlug = partition.catalog.function(head.functionId)?.config.slug ?? head.functionId;
  const { attempts } = await history.readRunDetail(runId);
  const explaining = { options, partition, run, nowMs: clock.nowMs(), attempts };
  const reasons = head.endedAtMs === undefined ? await reasonsOf(explaining) : [];
  return {
    runId,
    functionId: head.functionId,
    functionSlug,
    status: head.status,
    sentence: reasons[0]?.sentence ?? sentenceOfEnd(head, functionSlug),
    reasons,
    ...(head.skip === undefined ? {} : { skip: head.skip }),
    ...(head.error === undefined ? {} : { error: head.error }),
    ...(head.endReason === undefined ? {} : { endReason: head.endReason }),
    ...(head.flow?.keyErrors === undefined ? {} : { keyErrors: head.flow.keyErrors }),
  };
}

async function reasonsOf(explaining: Explaining): Promise<readonly RunReason[]> {
  const { state } = explaining.run;
  const timers = [...state.timers.values()];
  const facts: RunReasonFacts[] = [];
  for (const timer of timers.filter(({ kind }) => isDispatched(kind)).slice(0, CALLS_MAX)) {
    facts.push(await callFacts(explaining, timer));
  }
  for (const wait of state.waits.values()) facts.push(...waitFacts(explaining, wait));
  for (const timer of timers) {
    if (timer.kind === "sleep") {
      facts.push({ type: "sleep", ...stepOf(timer), untilMs: timer.dueAtMs });
    }
  }
  return facts
    .toSorted((a, b) => rankOf(a) - rankOf(b))
    .map((each) => ({ ...each, sentence: sentenceOfReason(each, explaining.nowMs) }));
}

/** What is held back says most about a run that does not get on. */
function rankOf({ type }: RunReasonFacts): number {
  const order: readonly RunReasonFacts["type"][] = ["paused", "queued", "in_flight", "ready"];
  const rank = order.indexOf(type);
  return rank === -1 ? order.length : rank;
}

async function callFacts(explaining: Explaining, timer: Timer): Promise<RunReasonFacts> {
  const { partition, run, nowMs } = explaining;
  const step = stepOf(timer);
  const { attempt } = timer;
  if (timer.dueAtMs > nowMs) return laterFacts(explaining, timer);
  const queue = await partition.dispatcher.queueStateOf(timer, run);
  switch (queue.state) {
    case "in_flight":
      return { type: "in_flight", ...step, attempt, sinceMs: queue.sinceMs };
    case "paused": {
      const pausedAtMs = partition.catalog.control(timer.functionId)?.pausedAtMs;
      const since = pausedAtMs === undefined ? {} : { sinceMs: pausedAtMs };
      return { type: "paused", ...step, ...since };
    }
    case "function_unknown":
      return { type: "function_unknown", ...step };
    case "ready":
      return { type: "ready", ...step, attempt, position: queue.position };
    case "waiting": {
      const reasons = await Promise.all(
        queue.reasons.map((reason) => withHolder(explaining, reason)),
      );
      return { type: "queued", ...step, attempt, queue: reasons, position: queue.position };
    }
  }
}

function laterFacts({ partition, run, attempts }: Explaining, timer: Timer): RunReasonFacts {
  if (timer.attempt === 0) return { type: "scheduled", ...stepOf(timer), atMs: timer.dueAtMs };
  const rules = partition.catalog.rules(run.state.head.functionId);
  const failed = attempts.findLast(({ error, retryAtMs, stepId }) => {
    const isOther = timer.op !== undefined && stepId !== undefined && stepId !== timer.op.stepId;
    return error !== undefined && retryAtMs !== undefined && !isOther;
  });
  return {
    type: "retry",
    ...stepOf(timer),
    attempt: timer.attempt,
    maxAttempts: rules?.function.config.maxAttempts ?? timer.attempt + 1,
    atMs: timer.dueAtMs,
    ...(failed?.error === undefined ? {} : { lastError: failed.error }),
  };
}

/** The holder's step by its name, and since when a run of an earlier engine holds its place. */
async function withHolder(
  { options }: Explaining,
  reason: ExplainedQueueReason,
): Promise<ExplainedQueueReason> {
  if (reason.type !== "concurrency" || reason.oldestHolder === undefined) return reason;
  const { oldestHolder } = reason;
  const [holder] = await options.store.loadRuns([oldestHolder.runId]);
  if (holder === undefined) return reason;
  const { head, timers } = holder.state;
  const held = [...timers.values()].find(({ op }) => op?.stepId === oldestHolder.stepId);
  const stepName = oldestHolder.stepId === undefined ? undefined : held?.op?.name;
  const sinceMs = oldestHolder.sinceMs ?? head.startedAtMs;
  return {
    ...reason,
    oldestHolder: {
      ...oldestHolder,
      ...(stepName === undefined ? {} : { stepName }),
      ...(sinceMs === undefined ? {} : { sinceMs }),
    },
  };
}

/** A cancelOn rule waits too, and holds nothing back. */
function waitFacts({ partition }: Explaining, wait: Wait): readonly RunReasonFacts[] {
  const step = stepOf(wait);
  const until = wait.expiresAtMs === undefined ? {} : { untilMs: wait.expiresAtMs };
  switch (wait.kind) {
    case "event": {
      const { eventName, expression } = wait;
      const condition = expression === undefined ? {} : { expression };
      return [{ type: "event", ...step, eventName, ...condition, ...until }];
    }
    case "signal":
      return [{ type: "signal", ...step, signal: wait.matchKey, ...until }];
    case "invoke": {
      const { functionId, runId } = wait.invoked ?? {};
      const slug = partition.catalog.function(functionId ?? "")?.config.slug;
      return [
        {
          type: "invoke",
          ...step,
          ...(functionId === undefined ? {} : { functionId }),
          ...(slug === undefined ? {} : { functionSlug: slug }),
          ...(runId === undefined ? {} : { runId }),
          ...until,
        },
      ];
    }
    case "cancel":
      return [];
  }
}

function stepOf({ op }: Pick<Timer, "op">): ExplainedStep {
  return op === undefined ? {} : { stepId: op.stepId, stepName: op.name };
}
