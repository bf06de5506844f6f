// Our extension of the call protocol (docs/reference/continuation.md): a call that carries only what the app does not know yet.
// Invariants: the body is canonical JSON, so it can be signed as it is; it has neither `event` nor `steps` at its top, so that
// an SDK that does not know continued calls refuses it before it runs anything.
import { HEADERS } from "./headers.ts";
import type { JsonText } from "./json.ts";
import { stepsJson, type CallBodyParts } from "./call-request.ts";

/** Values of the header in calls. */
export const CONTINUATION_OFFER = "offer";
export const CONTINUATION_RESUME = "resume";

/** What an app keeps of a run in memory: named by its answer, sent with the next call. */
export interface Continuation {
  /** Opaque; only who holds it reaches the run. */
  readonly token: string;
  /** How many of the run's finished steps the app knows, in the order of the stack, … */
  readonly knownCount: number;
  /** … and the last of them; empty when there is none. */
  readonly lastKnownId: string;
}

export interface ContinuedCallParts {
  readonly token: string;
  readonly ctx: Omit<CallBodyParts["ctx"], "stack" | "current" | "useApi" | "env">;
  /** Ids that are new to the app, in order. */
  readonly stack: readonly string[];
  /** Their results. */
  readonly steps: ReadonlyMap<string, JsonText>;
  readonly version: number;
}

/** The canonical JSON text of a continued call. */
export function buildContinuedCallBody(parts: ContinuedCallParts): JsonText {
  const { ctx } = parts;
  return (
    `{"continuation":{"stack":${JSON.stringify(parts.stack)},"steps":${stepsJson(parts.steps)}` +
    `,"token":${JSON.stringify(parts.token)}}` +
    `,"ctx":{"attempt":${ctx.attempt}` +
    `,"disable_immediate_execution":${ctx.disableImmediateExecution}` +
    `,"fn_id":${JSON.stringify(ctx.fnId)},"generation_id":${ctx.generationId}` +
    `,"job_id":${JSON.stringify(ctx.jobId)},"max_attempts":${ctx.maxAttempts}` +
    `,"qi_id":${JSON.stringify(ctx.qiId)},"request_id":${JSON.stringify(ctx.requestId)}` +
    `,"run_id":${JSON.stringify(ctx.runId)},"step_id":${JSON.stringify(ctx.stepId)}}` +
    `,"version":${parts.version}}`
  );
}

const KEPT = /^(?<token>[\w-]{16,128});known=(?<count>\d{1,9});last=(?<last>[\w-]*)$/;

/** What the app keeps of the run after this answer; undefined when it keeps nothing. */
export function parseContinuation(
  headers: Readonly<Record<string, string>>,
): Continuation | undefined {
  const groups = KEPT.exec(headers[HEADERS.continuation] ?? "")?.groups;
  if (groups === undefined) return undefined;
  const { token = "", count, last = "" } = groups;
  return { token, knownCount: Number(count), lastKnownId: last };
}

/**
 * Whether the app has run nothing of a continued call: it does not hold the run any more, or it does not know continued calls
 * and refused this one. The whole call is then to be made.
 */
export function isContinuationGone(answer: {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}): boolean {
  const value = answer.headers[HEADERS.continuation] ?? "";
  if (value !== "") return value === "gone";
  // Without the header of an SDK the answer is a proxy's: an attempt that failed like any other.
  const isOfSdk = (answer.headers[HEADERS.sdk] ?? "") !== "";
  return isOfSdk && answer.status >= 400;
}
