// The trace of a run, and the payloads of single spans. A span's id is its key in the trace, so it stays the same while the run
// goes on and says where its output is kept.
import type { SpanDetail, StepInfoView, Trace, TraceSpan } from "@everstep/api";
import type { RunHead } from "@everstep/core";
import { EverstepError } from "@everstep/protocol";
import { RequestContext } from "../graphql/request-context.ts";
import { spanOutputOf } from "../graphql/span-output.ts";
import type { StepInfo } from "../graphql/step-facts.ts";
import { buildTrace, type OutputRef, type Span } from "../graphql/trace-tree.ts";
import { getRun, type ApiContext } from "./api-context.ts";
import { RawJson } from "./raw-json.ts";
import { toTime, toTimeIf, toUpper } from "./wire.ts";

export async function readTrace(context: ApiContext, runId: string): Promise<Trace> {
  const run = await getRun(context, runId);
  const root = await buildRoot(context, run);
  return { runId: run.id, rootSpan: spanView(root, "RUN") };
}

async function buildRoot({ engine, history }: ApiContext, run: RunHead): Promise<Span> {
  // The calls are read before the records: a call that ends in between is then shown as ended, not as lost.
  const inFlight = engine.callsInFlight().filter((call) => call.runId === run.id);
  const detail = await history.readRunDetail(run.id);
  const name = engine.findFunction(run.functionId)?.config.name ?? run.functionId;
  return buildTrace(run, name, detail, inFlight);
}

function spanView(span: Span, kind: TraceSpan["kind"]): TraceSpan {
  const { step } = span;
  return {
    id: span.key,
    kind,
    name: span.name,
    status: toUpper(span.status),
    stepOp: step?.op,
    stepId: step?.stepId,
    info: step?.info === undefined ? undefined : infoView(step.info),
    attempt: kind === "ATTEMPT" && span.attempts !== undefined ? span.attempts - 1 : undefined,
    attempts: kind === "ATTEMPT" ? undefined : span.attempts,
    queuedAt: toTime(span.queuedAtMs),
    retryAt: toTimeIf(span.scheduledAtMs),
    startedAt: toTimeIf(span.startedAtMs),
    endedAt: toTimeIf(span.endedAtMs),
    durationMs:
      span.endedAtMs === undefined
        ? undefined
        : Math.max(0, Math.round(span.endedAtMs - (span.startedAtMs ?? span.endedAtMs))),
    httpStatus: span.httpStatus,
    hasOutput: span.output !== undefined,
    children: span.children.map((child) =>
      spanView(child, child.step === undefined ? "ATTEMPT" : "STEP"),
    ),
  };
}

function infoView(info: StepInfo): StepInfoView {
  switch (info.kind) {
    case "run":
      return { type: "RUN", stepType: info.type };
    case "sleep":
      return { type: "SLEEP", until: toTime(info.untilMs) };
    case "event":
      return {
        type: "WAIT_FOR_EVENT",
        eventName: info.eventName,
        expression: info.expression,
        timeout: toTime(info.timeoutMs),
        foundEventId: info.foundEventId,
        isTimedOut: info.timedOut,
      };
    case "invoke":
      return {
        type: "INVOKE",
        functionSlug: info.functionSlug,
        timeout: toTime(info.timeoutMs),
        eventId: info.triggeringEventId,
        runId: info.runId,
        isTimedOut: info.timedOut,
      };
    case "signal":
      return {
        type: "WAIT_FOR_SIGNAL",
        signal: info.signal,
        timeout: toTime(info.timeoutMs),
        isTimedOut: info.timedOut,
      };
  }
}

/** @throws EverstepError run_not_found. */
export async function readSpan(
  context: ApiContext,
  { runId, spanId }: { readonly runId: string; readonly spanId: string },
): Promise<SpanDetail> {
  const run = await getRun(context, runId);
  const ref = await findOutput(context, run, spanId);
  if (ref === undefined) return { id: spanId };
  const { engine, history, nowMs } = context;
  const found = await spanOutputOf(new RequestContext({ engine, history, nowMs }), ref);
  const { input, data, error } = found as {
    input: string | null;
    data: string | null | undefined;
    error: { name: string; message: string; stack?: string; cause: string | null } | null;
  };
  return {
    id: spanId,
    ...(input === null ? {} : { input: new RawJson(input) }),
    ...(data == null ? {} : { output: new RawJson(data) }),
    ...(error === null
      ? {}
      : {
          error: {
            ...error,
            cause: error.cause === null ? undefined : (JSON.parse(error.cause) as unknown),
          },
        }),
  };
}

/** Undefined: the span has no output yet. */
async function findOutput(
  context: ApiContext,
  run: RunHead,
  spanId: string,
): Promise<OutputRef | undefined> {
  // The steps of a long run are not all read for one of them.
  const [, stepId] = /^step:([^:]+)$/.exec(spanId) ?? [];
  if (stepId !== undefined && (await context.history.findStep(run.id, stepId)) !== undefined) {
    return { run: run.id, step: stepId };
  }
  if (spanId === "root" && run.endedAtMs !== undefined) return { run: run.id, root: true };
  const span = findSpan(await buildRoot(context, run), spanId);
  if (span !== undefined) return span.output;
  throw new EverstepError(
    "run_not_found",
    `Run ${run.id} has no span "${spanId.slice(0, 100)}": use the id of a span of its trace.`,
  );
}

function findSpan(root: Span, key: string): Span | undefined {
  if (root.key === key) return root;
  for (const child of root.children) {
    const found = findSpan(child, key);
    if (found !== undefined) return found;
  }
  return undefined;
}
