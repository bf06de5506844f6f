// Reads the body of a call (protocol.md 2.3) into what execution needs. Lenient where official servers and tests leave things
// out, strict where a wrong value would run the wrong thing. State that was too large to send is fetched. Continued calls
// (docs/reference/continuation.md) carry only what is new; no SDK that does not know them takes one for a whole call.
import type { CallInput } from "../execution/call.ts";
import type { ContinuedCall } from "../execution/continue-call.ts";
import type { EventObject } from "../functions/definition.ts";
import type { EngineApi } from "./engine-api.ts";
import type { ServeRequest } from "./serve-request.ts";
import type { ServedEntry } from "./served-functions.ts";

/** Versions of the execution protocol that a server may ask for; -1: the SDK decides. */
const REQUEST_VERSIONS: ReadonlySet<number> = new Set([-1, 0, 1, 2]);
const FETCH_TIMEOUT_MS = 30_000;

type Members = Readonly<Record<string, unknown>>;

export interface CallContext {
  readonly request: ServeRequest;
  readonly query: URLSearchParams;
  readonly entry: ServedEntry;
  readonly api: EngineApi;
}

/** @throws Error that names what is wrong with the call. */
export async function readCall(body: unknown, context: CallContext): Promise<CallInput> {
  const { entry } = context;
  const call = requireObject(typeof body === "string" ? parseJson(body) : body, "The call's body");
  const ctx = call["ctx"] === undefined ? {} : requireObject(call["ctx"], "ctx");
  const event = requireObject(call["event"], "event") as unknown as EventObject;
  const facts = readFacts(call, ctx, context);
  const { runId } = facts;
  const usesApi = ctx["use_api"] === true || call["use_api"] === true;
  const state = usesApi ? await fetchState(context.api, runId) : inlineState(call, event);
  return {
    function: entry.definition,
    isFailureHandler: entry.isFailureHandler,
    event,
    events: state.events,
    steps: state.steps,
    stack: stackOf(ctx["stack"], state.steps),
    ...facts,
  };
}

/** @throws Error that names what is wrong with the call. */
export function readContinuedCall(body: unknown, context: CallContext): ContinuedCall {
  const call = requireObject(typeof body === "string" ? parseJson(body) : body, "The call's body");
  const continuation = requireObject(call["continuation"], "continuation");
  const token = textOf(continuation["token"]);
  if (token === undefined) throw new Error("The continued call names no token.");
  const steps = requireObject(continuation["steps"], "continuation.steps");
  const stack = continuation["stack"];
  const ids = Array.isArray(stack) ? stack.filter((id) => typeof id === "string") : [];
  const unknown = ids.find((id) => !Object.hasOwn(steps, id));
  if (unknown !== undefined) {
    throw new Error(`continuation.steps has no result of ${unknown}, which its stack names.`);
  }
  const ctx = requireObject(call["ctx"], "ctx");
  return { token, news: { steps, stack: ids }, input: readFacts(call, ctx, context) };
}

/** What every call says of itself, besides the run's state. */
function readFacts(call: Members, ctx: Members, context: CallContext): ContinuedCall["input"] {
  const { request } = context;
  const runId = textOf(ctx["run_id"]) ?? request.header("x-run-id");
  if (runId === undefined)
    throw new Error("The call has no ctx.run_id: it does not come from an engine.");
  return {
    runId,
    fnId: textOf(ctx["fn_id"]),
    attempt: numberOf(ctx["attempt"]) ?? 0,
    maxAttempts: numberOf(ctx["max_attempts"]),
    targetStepId: targetOf(context),
    disableImmediateExecution: ctx["disable_immediate_execution"] === true,
    requestVersion: versionOf(request.header("x-inngest-req-version"), call["version"]),
    requestId: request.header("x-request-id") ?? textOf(ctx["request_id"]),
    generationId:
      generationOf(request.header("x-inngest-generation-id")) ?? numberOf(ctx["generation_id"]),
    jobId: request.header("x-inngest-job-id") ?? textOf(ctx["job_id"]),
    queueItemId: textOf(ctx["qi_id"]),
    requestArgs: request.args,
    request,
    traceparent: request.header("traceparent"),
    tracestate: request.header("tracestate"),
  };
}

interface State {
  readonly events: readonly EventObject[];
  readonly steps: Members;
}

function inlineState(call: Members, event: EventObject): State {
  const { events, steps } = call as { events?: unknown; steps?: unknown };
  return {
    events: Array.isArray(events) && events.length > 0 ? (events as EventObject[]) : [event],
    steps: steps === undefined || steps === null ? {} : requireObject(steps, "steps"),
  };
}

async function fetchState(api: EngineApi, runId: string): Promise<State> {
  const base = `/v0/runs/${encodeURIComponent(runId)}`;
  const [events, steps] = await Promise.all([
    fetchJson(api, `${base}/batch`),
    fetchJson(api, `${base}/actions`),
  ]);
  if (!Array.isArray(events)) throw new Error(`${base}/batch did not answer an array of events.`);
  return {
    events: events as EventObject[],
    steps: requireObject(steps, `The answer of ${base}/actions`),
  };
}

async function fetchJson(api: EngineApi, path: string): Promise<unknown> {
  const response = await api({ method: "GET", path, timeoutMs: FETCH_TIMEOUT_MS });
  const text = await response.text();
  if (response.ok) return parseJson(text);
  throw new Error(
    `The engine answered ${response.status} to GET ${path}, which holds the run's state: ${text.slice(0, 500)}`,
  );
}

/** Without a stack, the order in which the steps are listed is the best that is known. */
function stackOf(value: unknown, steps: Members): readonly string[] {
  const list = isObject(value) ? value["stack"] : undefined;
  if (Array.isArray(list) && (list.length > 0 || Object.keys(steps).length === 0)) {
    return list.filter((id): id is string => typeof id === "string");
  }
  return Object.keys(steps);
}

function targetOf({ request, query }: CallContext): string | undefined {
  const id = textOf(query.get("stepId")) ?? textOf(request.header("x-inngest-step-id"));
  return id === "step" ? undefined : id;
}

/** A header that makes no sense is ignored; a body that makes none is an error (protocol.md 2.2, 2.3). */
function versionOf(header: string | undefined, body: unknown): number {
  const fromHeader = header === undefined || header === "" ? undefined : Number(header);
  const version =
    fromHeader !== undefined && REQUEST_VERSIONS.has(fromHeader) ? fromHeader : (body ?? -1);
  if (typeof version !== "number" || !REQUEST_VERSIONS.has(version)) {
    throw new Error(
      `The call asks for execution version ${JSON.stringify(version)}: this SDK knows -1, 1 and 2.`,
    );
  }
  if (version === 0) {
    throw new Error(
      "The call asks for execution version 0, which this SDK does not speak: the run was begun by a much older SDK. Let that version end it, or run it again.",
    );
  }
  return version;
}

function generationOf(header: string | undefined): number | undefined {
  const generation = header === undefined || header === "" ? Number.NaN : Number(header);
  return Number.isSafeInteger(generation) ? generation : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`The body is not JSON (${(error as Error).message}).`, { cause: error });
  }
}

function requireObject(value: unknown, what: string): Members {
  if (isObject(value)) return value;
  throw new Error(`${what} must be a JSON object, and is ${JSON.stringify(value) ?? "missing"}.`);
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
