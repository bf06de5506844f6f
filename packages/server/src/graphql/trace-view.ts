// A trace as GraphQL shows it (RunTraceSpan). Ids are derived from the run and the span, so the same span always has the
// same id; they are computed only when selected, because a run may have very many spans.
import { createHash } from "node:crypto";
import type { FunctionRecord, RunHead } from "@everstep/core";
import type { RequestContext } from "./request-context.ts";
import { encodeOutputId } from "./span-output.ts";
import type { StepInfo } from "./step-facts.ts";
import { buildTrace, type Span } from "./trace-tree.ts";
import type { View } from "./view.ts";
import { yieldingList } from "./yielding-list.ts";

interface Trace {
  readonly context: RequestContext;
  readonly run: RunHead;
  readonly appId: string;
}

/** 32 hex digits, fixed by the run's id. */
export function traceId(runId: string): string {
  return hexOf(runId, 32);
}

/** The spans of a run with its function's record. */
export async function readTrace(
  context: RequestContext,
  run: RunHead,
): Promise<{ readonly root: Span; readonly record: FunctionRecord }> {
  const record = context.findFunction(run.functionId);
  if (record === undefined) throw new Error(`run ${run.id} has no function record`);
  // The calls are read before the records: a call that ends in between is then shown as ended, not as lost.
  const inFlight = context.engine.callsInFlight().filter((call) => call.runId === run.id);
  const detail = await context.readRunDetail(run.id);
  return { root: buildTrace(run, record.config.name, detail, inFlight), record };
}

/** The root span of a run. */
export async function traceView(context: RequestContext, run: RunHead): Promise<View> {
  const { root, record } = await readTrace(context, run);
  return spanView({ context, run, appId: record.appId }, root, undefined);
}

function spanView(trace: Trace, span: Span, parent: Span | undefined): View {
  const { context, run } = trace;
  return {
    spanID: () => spanId(run, span),
    traceID: () => traceId(run.id),
    runID: run.id,
    appID: trace.appId,
    functionID: run.functionId,
    name: span.name,
    status: span.status.toUpperCase(),
    attempts: span.attempts,
    duration: durationMs(span),
    outputID: () => (span.output === undefined ? null : encodeOutputId(span.output)),
    queuedAt: span.queuedAtMs,
    scheduledAt: span.scheduledAtMs,
    startedAt: span.startedAtMs,
    endedAt: span.endedAtMs,
    childrenSpans: () => {
      context.spend(span.children.length);
      return yieldingList(span.children, (child) => spanView(trace, child, span));
    },
    stepOp: span.step?.op,
    stepID: span.step?.stepId,
    stepType: span.step?.type,
    stepInfo: () => (span.step?.info === undefined ? null : infoView(trace, span.step.info, span)),
    isRoot: parent === undefined,
    parentSpanID: () => (parent === undefined ? null : spanId(run, parent)),
    isUserland: false,
    userlandSpan: null,
    debugRunID: null,
    debugSessionID: null,
    debugPaused: false,
    skipReason: parent === undefined ? run.skip?.reason : null,
    skipExistingRunID: parent === undefined ? run.skip?.byRunId : null,
    metadata: [],
    response: span.httpStatus === undefined ? null : { statusCode: span.httpStatus, headers: null },
  };
}

function infoView(trace: Trace, info: StepInfo, span: Span): View {
  const { context } = trace;
  switch (info.kind) {
    case "sleep":
      return { __typename: "SleepStepInfo", sleepUntil: info.untilMs };
    case "event":
      return {
        __typename: "WaitForEventStepInfo",
        eventName: async () => {
          const [found] = await context.findEvents(
            info.foundEventId === undefined ? [] : [info.foundEventId],
          );
          return info.eventName ?? found?.name ?? span.name;
        },
        expression: info.expression,
        timeout: info.timeoutMs,
        foundEventID: info.foundEventId,
        timedOut: info.timedOut,
      };
    case "invoke":
      return {
        __typename: "InvokeStepInfo",
        triggeringEventID: async () => {
          if (info.triggeringEventId !== undefined || info.runId === undefined) {
            return info.triggeringEventId;
          }
          return (await context.history.findRun(info.runId))?.eventIds[0];
        },
        functionID: info.functionSlug,
        timeout: info.timeoutMs,
        returnEventID: info.returnEventId,
        runID: info.runId,
        timedOut: info.timedOut,
      };
    case "signal":
      return {
        __typename: "WaitForSignalStepInfo",
        signal: info.signal,
        timeout: info.timeoutMs,
        timedOut: info.timedOut,
      };
    case "run":
      return { __typename: "RunStepInfo", type: info.type };
  }
}

function durationMs(span: Span): number | undefined {
  if (span.endedAtMs === undefined) return undefined;
  // Clocks of the app and the engine may differ by a little, and a duration is never negative.
  return Math.max(0, Math.round(span.endedAtMs - (span.startedAtMs ?? span.endedAtMs)));
}

function spanId(run: RunHead, span: Span): string {
  return hexOf(`${run.id} ${span.key}`, 16);
}

function hexOf(text: string, digits: number): string {
  return createHash("sha1").update(text).digest("hex").slice(0, digits);
}
