// What REST v2 answers when asked why: the engine's explanations of runs and events (packages/engine/src/explain), field by field.
import * as v from "valibot";
import { count, duration, time, userError } from "./fields.ts";

const status = v.picklist(["queued", "running", "completed", "failed", "cancelled", "skipped"]);
const skip = v.object({
  reason: v.picklist(["singleton", "paused"]),
  byRunId: v.optional(v.string()),
});
const sentence = v.pipe(v.string(), v.description("The same for people."));
const attempt = v.pipe(count, v.description("From 0."));
const position = v.pipe(
  count,
  v.description("Among the calls of the same keys that have not gone out, from 1; 10001: beyond."),
);

const queueReason = v.variant("type", [
  v.object({
    type: v.literal("concurrency"),
    level: v.pipe(
      v.picklist(["step", "fn"]),
      v.description("step: places of calls that are out. fn: places of runs that have started."),
    ),
    scope: v.picklist(["fn", "env", "account"]),
    expression: v.optional(v.string()),
    key: v.optional(v.string()),
    limit: count,
    held: count,
    oldestHolder: v.optional(
      v.object({
        runId: v.string(),
        stepId: v.optional(v.string()),
        stepName: v.optional(v.string()),
        since: v.optional(time),
      }),
    ),
  }),
  v.object({
    type: v.literal("throttle"),
    key: v.string(),
    limit: count,
    period: duration,
    until: v.optional(time),
  }),
  v.object({ type: v.literal("app"), callsInFlight: count, callsMax: count }),
]);

const step = {
  stepId: v.optional(v.string()),
  stepName: v.optional(v.string()),
  sentence,
};

const runReason = v.variant("type", [
  v.object({ type: v.literal("in_flight"), ...step, attempt, since: time }),
  v.object({
    type: v.literal("queued"),
    ...step,
    attempt,
    queue: v.array(queueReason),
    position,
  }),
  v.object({ type: v.literal("ready"), ...step, attempt, position }),
  v.object({ type: v.literal("paused"), ...step, since: v.optional(time) }),
  v.object({
    type: v.literal("retry"),
    ...step,
    attempt,
    maxAttempts: count,
    at: time,
    lastError: v.optional(userError),
  }),
  v.object({ type: v.literal("scheduled"), ...step, at: time }),
  v.object({ type: v.literal("sleep"), ...step, until: time }),
  v.object({
    type: v.literal("event"),
    ...step,
    eventName: v.string(),
    expression: v.optional(v.string()),
    until: v.optional(time),
  }),
  v.object({ type: v.literal("signal"), ...step, signal: v.string(), until: v.optional(time) }),
  v.object({
    type: v.literal("invoke"),
    ...step,
    functionId: v.optional(v.string()),
    functionSlug: v.optional(v.string()),
    runId: v.optional(v.string()),
    until: v.optional(time),
  }),
  v.object({ type: v.literal("function_unknown"), ...step }),
]);

export const runExplanation = v.object({
  runId: v.string(),
  functionId: v.string(),
  functionSlug: v.string(),
  status,
  sentence: v.pipe(v.string(), v.description("What the run is about now, or how it ended.")),
  reasons: v.pipe(
    v.array(runReason),
    v.description("All that is open of the run, most telling first; empty when it has ended."),
  ),
  skip: v.optional(skip),
  error: v.optional(userError),
  endReason: v.optional(v.string()),
  keyErrors: v.optional(
    v.pipe(
      v.record(v.string(), v.string()),
      v.description("Flow-control keys that failed for this run, by their expression."),
    ),
  ),
});

const fate = { functionId: v.string(), functionSlug: v.string(), sentence };
const tried = v.object({
  expression: v.string(),
  error: v.optional(v.string()),
  values: v.pipe(
    v.array(v.object({ path: v.string(), value: v.string() })),
    v.description("What the expression reads of the event, each value as JSON or `missing`."),
  ),
});

const eventFate = v.variant("type", [
  v.object({
    type: v.literal("started"),
    ...fate,
    runId: v.string(),
    status,
    originalRunId: v.optional(v.string()),
  }),
  v.object({ type: v.literal("skipped"), ...fate, runId: v.string(), skip }),
  v.object({ type: v.literal("filtered"), ...fate, at: time, expressions: v.array(tried) }),
  v.object({
    type: v.literal("rate_limited"),
    ...fate,
    at: time,
    key: v.string(),
    limit: count,
    period: duration,
    until: time,
  }),
  v.object({
    type: v.literal("debounced"),
    ...fate,
    at: time,
    key: v.string(),
    debounceId: v.string(),
    until: time,
    supersededBy: v.optional(v.string()),
    runId: v.optional(v.string()),
  }),
  v.object({
    type: v.literal("batched"),
    ...fate,
    at: time,
    key: v.string(),
    batchId: v.string(),
    until: time,
    runId: v.optional(v.string()),
  }),
  v.object({
    type: v.literal("deduplicated"),
    ...fate,
    at: time,
    by: v.picklist(["event_id", "idempotency"]),
    key: v.string(),
    runId: v.optional(v.string()),
    sinceEventId: v.optional(v.string()),
    until: time,
  }),
  v.object({ type: v.literal("failed"), ...fate, at: time, message: v.string() }),
  v.object({ type: v.literal("not_listening"), ...fate }),
]);

export const eventExplanation = v.object({
  eventId: v.string(),
  eventName: v.string(),
  receivedAt: time,
  sentence: v.pipe(v.string(), v.description("What became of the event.")),
  functions: v.array(eventFate),
  didYouMean: v.pipe(
    v.array(v.string()),
    v.description("Names that functions listen to, when none listens to this one."),
  ),
});
