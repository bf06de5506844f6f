// Runs as REST v2 shows them.
import type { Run, RunDetailView, UserErrorView } from "@everstep/api";
import type { RunHead } from "@everstep/core";
import { LIMITS, type UserError } from "@everstep/protocol";
import { createFunctionRefs, type ApiContext } from "./api-context.ts";
import { RawJson } from "./raw-json.ts";
import { toTime, toTimeIf, toUpper } from "./wire.ts";

/** A view of runs of one answer. */
export function createRunView(
  context: ApiContext,
  { includeOutput }: { readonly includeOutput: boolean },
): (run: RunHead) => Run {
  const refOf = createFunctionRefs(context);
  return (run) => {
    const ref = refOf(run.functionId);
    const { startedAtMs, endedAtMs, createdAtMs, error, skip } = run;
    const output = includeOutput ? outputOf(run) : undefined;
    return {
      id: run.id,
      function: ref,
      app: ref.app,
      status: toUpper(run.status),
      queuedAt: toTime(createdAtMs),
      startedAt: toTimeIf(startedAtMs),
      endedAt: toTimeIf(endedAtMs),
      durationMs: spanMs(startedAtMs, endedAtMs),
      queueMs: spanMs(createdAtMs, startedAtMs),
      trigger: triggerOf(run),
      stepCount: run.stepCount,
      error: error === undefined ? undefined : { name: error.name, message: error.message },
      endReason: run.endReason,
      skip: skip === undefined ? undefined : { ...skip, reason: toUpper(skip.reason) },
      originalRunId: run.originalRunId,
      ...(output === undefined ? {} : { output }),
    };
  };
}

export function runDetailView(
  context: ApiContext,
  run: RunHead,
  given: { readonly includeOutput: boolean; readonly attempts: number },
): RunDetailView {
  const [parentRunId, parentStepId] = run.correlationId?.split(".") ?? [];
  const { flow } = run;
  return {
    ...createRunView(context, given)(run),
    error: run.error === undefined ? undefined : errorView(run.error),
    functionVersion: run.functionVersion,
    stateBytes: run.stateBytes,
    attempts: given.attempts,
    logs: logsOf(run),
    parent: parentRunId === undefined ? undefined : { runId: parentRunId, stepId: parentStepId },
    flow:
      flow === undefined
        ? undefined
        : {
            keys: { ...flow.keys },
            priority: flow.priority,
            singletonKey: flow.singletonKey,
            keyErrors: flow.keyErrors === undefined ? undefined : { ...flow.keyErrors },
          },
  };
}

function logsOf({ logCount }: RunHead): RunDetailView["logs"] {
  if (logCount === undefined) return undefined;
  const kept = Math.min(logCount, LIMITS.logLinesPerRunMax);
  return { kept, dropped: logCount - kept };
}

export function errorView(error: UserError): UserErrorView {
  const { name, message, stack, cause, data, noRetry, stepId } = error;
  return { name, message, stack, cause, data, noRetry, stepId };
}

function triggerOf(run: RunHead): Run["trigger"] {
  return {
    eventIds: [...run.eventIds],
    eventName: run.cron === undefined ? run.eventName : undefined,
    isBatch: run.flow?.batchId !== undefined,
    batchId: run.flow?.batchId,
    debounceId: run.flow?.debounceId,
    cronSchedule: run.cron,
  };
}

/** The recorded output; a failure without a body of its own is shown as its error. */
function outputOf(run: RunHead): RawJson | undefined {
  if (run.outputJson !== undefined) return new RawJson(run.outputJson);
  return run.error === undefined ? undefined : new RawJson(JSON.stringify(run.error));
}

/** Clocks may step back, and a span is never negative. */
function spanMs(fromMs: number | undefined, untilMs: number | undefined): number | undefined {
  if (fromMs === undefined || untilMs === undefined) return undefined;
  return Math.max(0, untilMs - fromMs);
}
