// Builds the call request of a timer (protocol.md 2): body, headers and URL. Everything in it is durable already.
import { isDispatched, type FunctionRecord, type LoadedRun, type Timer } from "@everstep/core";
import {
  LIMITS,
  buildCallBody,
  eventToWireJson,
  hashStepId,
  signBody,
  toQueueItemId,
  type JsonText,
} from "@everstep/protocol";
import type { OutboundRequest } from "../ports.ts";

/** Below the body limit by what the rest of a body may take (protocol.md 2.3). */
const STATE_BYTES_MAX = LIMITS.callBodyBytesMax - 1_024;

export interface CallInput {
  readonly run: LoadedRun;
  readonly timer: Timer;
  readonly function: FunctionRecord;
  readonly generation: number;
  readonly requestId: string;
  readonly nowMs: number;
  readonly signingKey?: string | undefined;
  readonly timeoutMs: number;
}

export function buildCall(input: CallInput): OutboundRequest {
  const { run, timer, function: fn, generation } = input;
  const { head } = run.state;
  const stepId = timer.op?.stepId ?? "step";
  const body = callBody(input, stepId);
  const jobId = jobIdOf(timer);
  return {
    url: urlOf(fn.config.url, stepId),
    method: "POST",
    body,
    timeoutMs: input.timeoutMs,
    responseBytesMax: LIMITS.callResponseBytesMax,
    headers: {
      "content-type": "application/json",
      "user-agent": "everstep",
      ...(input.signingKey === undefined
        ? {}
        : { "x-inngest-signature": signBody({ key: input.signingKey, body, atMs: input.nowMs }) }),
      "x-run-id": head.id,
      "x-request-id": input.requestId,
      "x-inngest-generation-id": String(generation),
      "x-inngest-job-id": jobId,
      "x-inngest-req-version": String(head.requestVersion),
      "x-inngest-step-id": stepId,
      "account-id": ACCOUNT_ID,
      ...traceContext(head.id, fn, generation),
    },
  };
}

/** W3C trace context: one trace for a run, one span for a call. SDKs hand it on to what they call. */
function traceContext(
  runId: string,
  fn: FunctionRecord,
  generation: number,
): { readonly traceparent: string; readonly tracestate: string } {
  const traceId = hashStepId(runId).slice(0, TRACE_ID_CHARS);
  const spanId = generation.toString(16).padStart(SPAN_ID_CHARS, "0");
  return {
    traceparent: `00-${traceId}-${spanId}-01`,
    tracestate: `inngest@app=${fn.appId},inngest@fn=${fn.id}`,
  };
}

const TRACE_ID_CHARS = 32;
const SPAN_ID_CHARS = 16;

/** There is one account; SDKs only pass the id on. */
const ACCOUNT_ID = "00000000-0000-4000-a000-000000000000";

export function jobIdOf(timer: Timer): string {
  return String(timer.id);
}

export function timerIdOf(jobId: string): number | undefined {
  const id = Number(jobId);
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

function callBody(input: CallInput, stepId: string): JsonText {
  const { run, timer, function: fn, generation } = input;
  const { head, stack, outputs, inputs } = run.state;
  const jobId = jobIdOf(timer);
  const events = run.events.map(eventToWireJson);
  const build = (useApi: boolean, eventsOmitted: boolean): JsonText =>
    buildCallBody({
      ctx: {
        attempt: timer.attempt,
        disableImmediateExecution: hasOtherWork(run, timer),
        env: "",
        fnId: fn.id,
        generationId: generation,
        jobId,
        maxAttempts: fn.config.maxAttempts,
        qiId: toQueueItemId(jobId),
        requestId: input.requestId,
        runId: head.id,
        stack,
        current: stack.length,
        stepId,
        useApi,
      },
      eventsJson: events,
      eventsOmitted,
      steps: useApi ? [] : inputs.size === 0 ? outputs : new Map([...outputs, ...inputs]),
      version: head.requestVersion,
    });
  if (head.stateBytes > STATE_BYTES_MAX) return build(true, false);
  const body = build(false, false);
  return isTooLarge(body) ? build(true, true) : body;
}

/** Counts bytes only when the number of characters leaves it open: UTF-8 takes at most three for each. */
function isTooLarge(body: JsonText): boolean {
  const bytesMax = LIMITS.callBodyBytesMax;
  return body.length * 3 > bytesMax && Buffer.byteLength(body) > bytesMax;
}

/**
 * While anything else of the run is open, an app must not run a step that it finds: the same step could be found by two
 * calls at once. This is what the official server tracks as ForceStepPlan (protocol.md 4.3).
 */
export function hasOtherWork(run: LoadedRun, timer: Timer): boolean {
  for (const other of run.state.timers.values()) {
    const isWork = isDispatched(other.kind) || other.kind === "sleep";
    if (isWork && other.id !== timer.id) return true;
  }
  for (const wait of run.state.waits.values()) if (wait.op !== undefined) return true;
  return false;
}

const urls = new Map<string, string>();
const URLS_MAX = 10_000;

/** `stepId` is set or replaced in the registered URL's query. */
function urlOf(url: string, stepId: string): string {
  if (stepId !== "step") return withStepId(url, stepId);
  const known = urls.get(url);
  if (known !== undefined) return known;
  if (urls.size >= URLS_MAX) urls.clear();
  const built = withStepId(url, stepId);
  urls.set(url, built);
  return built;
}

function withStepId(url: string, stepId: string): string {
  const parsed = new URL(url);
  parsed.searchParams.set("stepId", stepId);
  return parsed.href;
}
