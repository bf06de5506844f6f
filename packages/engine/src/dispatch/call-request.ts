// Builds the call request of a timer (protocol.md 2): body, headers and URL. Everything in it is durable already: what may have
// changed until the request is built is read when the call is prepared, and of the rest only what was there then.
import {
  isDispatched,
  type FunctionRecord,
  type LoadedRun,
  type RunHead,
  type Timer,
} from "@everstep/core";
import {
  CONTINUATION_OFFER,
  CONTINUATION_RESUME,
  HEADERS,
  LIMITS,
  LOGS_TAKEN,
  buildCallBody,
  buildContinuedCallBody,
  eventToWireJson,
  hashStepId,
  signBody,
  toQueueItemId,
  type CallBodyParts,
  type Continuation,
  type JsonText,
} from "@everstep/protocol";
import type { OutboundRequest } from "../ports.ts";
import { newsOf } from "./continuations.ts";

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

/** A call and what was durable of its run when it was prepared. */
export interface PreparedCall extends CallInput {
  readonly head: RunHead;
  readonly stackSize: number;
  readonly hasOtherWork: boolean;
}

/** To be called while everything of the run is durable. */
export function prepareCall(input: CallInput): PreparedCall {
  const { run, timer } = input;
  const { head, stack } = run.state;
  return { ...input, head, stackSize: stack.length, hasOtherWork: hasOtherWork(run, timer) };
}

/** @param isOffered The app may keep the run in memory and say so in its answer. */
export function buildCall(call: PreparedCall, isOffered = false): OutboundRequest {
  return toRequest(call, wholeBody(call), isOffered ? CONTINUATION_OFFER : undefined);
}

/** The call without what the app knows; undefined when what is new is too large to be sent. */
export function buildContinuedCall(
  call: PreparedCall,
  continuation: Continuation,
): OutboundRequest | undefined {
  const { outputs } = call.run.state;
  const { token } = continuation;
  const fresh = newsOf(call, continuation);
  const steps = new Map(fresh.map((id) => [id, outputs.get(id) ?? "null"]));
  const version = call.head.requestVersion;
  const body = buildContinuedCallBody({
    token,
    ctx: contextOf(call),
    stack: fresh,
    steps,
    version,
  });
  return isTooLarge(body) ? undefined : toRequest(call, body, CONTINUATION_RESUME);
}

function stepIdOf({ timer }: PreparedCall): string {
  return timer.op?.stepId ?? "step";
}

function toRequest(
  input: PreparedCall,
  body: JsonText,
  continuation: string | undefined,
): OutboundRequest {
  const { timer, function: fn, generation, head } = input;
  const stepId = stepIdOf(input);
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
      [HEADERS.logs]: LOGS_TAKEN,
      ...(continuation === undefined ? {} : { [HEADERS.continuation]: continuation }),
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

function contextOf(
  call: PreparedCall,
): Omit<CallBodyParts["ctx"], "stack" | "current" | "useApi" | "env"> {
  const { timer, function: fn } = call;
  const jobId = jobIdOf(timer);
  return {
    attempt: timer.attempt,
    disableImmediateExecution: call.hasOtherWork,
    fnId: fn.id,
    generationId: call.generation,
    jobId,
    maxAttempts: fn.config.maxAttempts,
    qiId: toQueueItemId(jobId),
    requestId: call.requestId,
    runId: call.head.id,
    stepId: stepIdOf(call),
  };
}

function wholeBody(call: PreparedCall): JsonText {
  const { run, head } = call;
  const { stack, steps } = stateOf(call);
  const events = run.events.map(eventToWireJson);
  const build = (useApi: boolean, eventsOmitted: boolean): JsonText =>
    buildCallBody({
      ctx: { ...contextOf(call), env: "", stack, current: stack.length, useApi },
      eventsJson: events,
      eventsOmitted,
      steps: useApi ? [] : steps,
      version: head.requestVersion,
    });
  if (head.stateBytes > STATE_BYTES_MAX) return build(true, false);
  const body = build(false, false);
  return isTooLarge(body) ? build(true, true) : body;
}

/** What the run held when the call was prepared: steps are only ever added, at the end of the stack. */
function stateOf({ run, stackSize }: PreparedCall): {
  readonly stack: readonly string[];
  readonly steps: ReadonlyMap<string, JsonText>;
} {
  const { stack, outputs, inputs } = run.state;
  if (stack.length === stackSize) {
    return { stack, steps: inputs.size === 0 ? outputs : new Map([...outputs, ...inputs]) };
  }
  const ids = stack.slice(0, stackSize);
  const known = ids.map((id) => [id, outputs.get(id) ?? "null"] as const);
  return { stack: ids, steps: new Map([...known, ...inputs]) };
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
