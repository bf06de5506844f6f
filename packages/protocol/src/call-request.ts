// The body of a call to an app (protocol.md 2.3), assembled by concatenation from parts that are already canonical: it is
// built for every call and grows with the run. Invariant: the result is canonical JSON, so it can be signed as it is.
import type { JsonText } from "./json.ts";

/** The shard part of a queue item id means nothing to us, yet the format wants one. */
const SHARD_SUFFIX = "::0";
/** Needs no escape as a JSON key. */
const PLAIN_ID = /^[\w-]*$/;

/** What one call carries. Texts of events and steps must be canonical JSON. */
export interface CallBodyParts {
  readonly ctx: {
    /** Zero-based attempt of this queue item. */
    readonly attempt: number;
    readonly disableImmediateExecution: boolean;
    readonly env: "";
    readonly fnId: string;
    readonly generationId: number;
    readonly jobId: string;
    readonly maxAttempts: number;
    readonly qiId: string;
    readonly requestId: string;
    readonly runId: string;
    /** Ids of completed steps in the order in which they completed. */
    readonly stack: readonly string[];
    readonly current: number;
    /** `step` for a discovery call, else the hashed id of the one step to run. */
    readonly stepId: string;
    /** True when the app must fetch steps and events by API; sent in both places that SDKs read. */
    readonly useApi: boolean;
  };
  /** At least one event; the first is also sent as `event`. */
  readonly eventsJson: readonly JsonText[];
  /** Sends `events: []` (the body would be too large); `event` stays. */
  readonly eventsOmitted?: boolean;
  /** Step results by id; an array must already be sorted by id. */
  readonly steps: ReadonlyMap<string, JsonText> | ReadonlyArray<readonly [string, JsonText]>;
  /** -1 until the run's request version is known. */
  readonly version: number;
}

/** The canonical JSON text of a call request. */
export function buildCallBody(parts: CallBodyParts): JsonText {
  const { ctx, eventsJson } = parts;
  const first = eventsJson[0];
  if (first === undefined) throw new TypeError("eventsJson is empty: a run has at least one event");
  const events = parts.eventsOmitted === true ? "" : eventsJson.join(",");
  return (
    `{"ctx":{"attempt":${ctx.attempt}` +
    `,"disable_immediate_execution":${ctx.disableImmediateExecution}` +
    `,"env":${JSON.stringify(ctx.env)},"fn_id":${JSON.stringify(ctx.fnId)}` +
    `,"generation_id":${ctx.generationId},"job_id":${JSON.stringify(ctx.jobId)}` +
    `,"max_attempts":${ctx.maxAttempts},"qi_id":${JSON.stringify(ctx.qiId)}` +
    `,"request_id":${JSON.stringify(ctx.requestId)},"run_id":${JSON.stringify(ctx.runId)}` +
    `,"stack":{"current":${ctx.current},"stack":${JSON.stringify(ctx.stack)}}` +
    `,"step_id":${JSON.stringify(ctx.stepId)},"use_api":${ctx.useApi}}` +
    `,"defers":{},"event":${first},"events":[${events}]` +
    `,"steps":${stepsJson(parts.steps)},"use_api":${ctx.useApi},"version":${parts.version}}`
  );
}

/** The opaque `qi_id` that apps echo in checkpoints: base64 of `jobID::shard` (protocol.md 8.1). */
export function toQueueItemId(jobId: string): string {
  return Buffer.from(`${jobId}${SHARD_SUFFIX}`).toString("base64");
}

/** The job id in a `qi_id`; undefined when it is not one of ours or holds no job id. */
export function parseQueueItemId(qiId: string): string | undefined {
  const text = Buffer.from(qiId, "base64").toString();
  const end = text.lastIndexOf("::");
  return end > 0 ? text.slice(0, end) : undefined;
}

/** An object of step results, sorted by id. */
export function stepsJson(steps: CallBodyParts["steps"]): JsonText {
  const pairs = "size" in steps ? [...steps].toSorted(byId) : steps;
  let text = "{";
  for (const [id, json] of pairs) {
    text += text === "{" ? `${quoteId(id)}:${json}` : `,${quoteId(id)}:${json}`;
  }
  return `${text}}`;
}

function byId(left: readonly [string, JsonText], right: readonly [string, JsonText]): number {
  return left[0] < right[0] ? -1 : Number(left[0] > right[0]);
}

/** Step ids are hex digits in practice; anything else is escaped as JSON asks. */
function quoteId(id: string): string {
  return PLAIN_ID.test(id) ? `"${id}"` : JSON.stringify(id);
}
