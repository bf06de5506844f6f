// A run as GraphQL shows it (FunctionRunV2), and what triggered it. Its trace is in trace-view.ts.
import type { RunHead } from "@everstep/core";
import { eventToWireJson, type JsonText } from "@everstep/protocol";
import { appViewById, functionViewById } from "./app-view.ts";
import type { RequestContext } from "./request-context.ts";
import { runOutput } from "./run-output.ts";
import { traceId, traceView } from "./trace-view.ts";
import type { View } from "./view.ts";

export function runView(context: RequestContext, run: RunHead): View {
  return {
    id: run.id,
    appID: () => appIdOf(context, run),
    app: () => appViewById(context, appIdOf(context, run)),
    functionID: run.functionId,
    function: () => functionViewById(context, run.functionId),
    traceID: () => traceId(run.id),
    queuedAt: run.createdAtMs,
    startedAt: run.startedAtMs,
    endedAt: run.endedAtMs,
    status: run.status.toUpperCase(),
    skipReason: run.skip?.reason,
    skipExistingRunID: run.skip?.byRunId,
    sourceID: null,
    triggerIDs: run.eventIds,
    eventName: run.cron === undefined ? run.eventName : null,
    isBatch: isBatch(run),
    batchCreatedAt: isBatch(run) ? run.createdAtMs : null,
    cronSchedule: run.cron,
    output: () => runOutput(run),
    trace: () => traceView(context, run),
    hasAI: () => usesAi(context, run),
    isDeferred: false,
  };
}

function appIdOf(context: RequestContext, run: RunHead): string {
  const record = context.findFunction(run.functionId);
  if (record !== undefined) return record.appId;
  throw new Error(`function ${run.functionId} has run ${run.id} but no record`);
}

export function isBatch(run: RunHead): boolean {
  return run.flow?.batchId !== undefined || run.eventIds.length > 1;
}

/** What `runTrigger` answers. */
export async function runTriggerView(context: RequestContext, run: RunHead): Promise<View> {
  const events = await context.findEvents(run.eventIds);
  context.spend(events.length);
  return {
    eventName: run.cron === undefined ? run.eventName : null,
    IDs: run.eventIds,
    payloads: events.map(eventToWireJson),
    timestamp: events[0]?.receivedAtMs ?? run.createdAtMs,
    isBatch: isBatch(run),
    batchID: run.flow?.batchId,
    cron: run.cron,
  };
}

async function usesAi(context: RequestContext, run: RunHead): Promise<boolean> {
  const { steps, timers } = await context.readRunDetail(run.id);
  return (
    steps.some((step) => step.op === "AIGateway" || isAiOpts(step.opts)) ||
    timers.some(({ op }) => op?.op === "AIGateway" || isAiOpts(op?.optsJson))
  );
}

/** Only opts that hold the text at all are parsed: a run may have very many steps. */
function isAiOpts(optsJson: JsonText | undefined): boolean {
  if (optsJson === undefined || !optsJson.includes('"step.ai.')) return false;
  const { type } = JSON.parse(optsJson) as { type?: unknown };
  return typeof type === "string" && type.startsWith("step.ai.");
}
