// Why: what a run waits for, and what became of an event at each function. Every part carries a sentence for people.
import { z } from "zod";
import { runStatusSchema, skipSchema } from "./runs.ts";
import { durationSchema, timeSchema, userErrorSchema } from "./values.ts";

const holderSchema = z
  .object({
    runId: z.string(),
    stepId: z.string().optional(),
    stepName: z.string().optional(),
    since: timeSchema.optional().meta({ description: "Absent: since before the server started." }),
  })
  .meta({ id: "Holder" });

const queueReasonSchema = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("CONCURRENCY"),
      level: z.enum(["STEP", "FN"]),
      scope: z.enum(["FN", "ENV", "ACCOUNT"]),
      expression: z.string().optional(),
      key: z.string().optional(),
      limit: z.number().int(),
      held: z.number().int(),
      oldestHolder: holderSchema.optional(),
    }),
    z.object({
      type: z.literal("THROTTLE"),
      key: z.string(),
      limit: z.number().int(),
      period: durationSchema,
      until: timeSchema.optional(),
    }),
    z.object({
      type: z.literal("APP"),
      callsInFlight: z.number().int(),
      callsMax: z.number().int(),
    }),
  ])
  .meta({ id: "QueueReason" });

const step = { stepId: z.string().optional(), stepName: z.string().optional() };
const sentence = { sentence: z.string().meta({ description: "For people." }) };
const attempt = { attempt: z.number().int().meta({ description: "From 0." }) };
const until = { until: timeSchema.optional() };

export const runReasonSchema = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("IN_FLIGHT"),
      ...sentence,
      ...step,
      ...attempt,
      since: timeSchema,
    }),
    z.object({
      type: z.literal("QUEUED"),
      ...sentence,
      ...step,
      ...attempt,
      queue: z.array(queueReasonSchema),
      position: z.number().int().meta({ description: "From 1; counted up to 10,001." }),
    }),
    z.object({
      type: z.literal("READY"),
      ...sentence,
      ...step,
      ...attempt,
      position: z.number().int(),
    }),
    z.object({
      type: z.literal("PAUSED"),
      ...sentence,
      ...step,
      since: timeSchema.optional(),
    }),
    z.object({
      type: z.literal("RETRY"),
      ...sentence,
      ...step,
      ...attempt,
      maxAttempts: z.number().int(),
      at: timeSchema,
      lastError: userErrorSchema.optional(),
    }),
    z.object({ type: z.literal("SCHEDULED"), ...sentence, ...step, at: timeSchema }),
    z.object({ type: z.literal("SLEEP"), ...sentence, ...step, until: timeSchema }),
    z.object({
      type: z.literal("EVENT"),
      ...sentence,
      ...step,
      ...until,
      eventName: z.string(),
      expression: z.string().optional(),
    }),
    z.object({ type: z.literal("SIGNAL"), ...sentence, ...step, ...until, signal: z.string() }),
    z.object({
      type: z.literal("INVOKE"),
      ...sentence,
      ...step,
      ...until,
      functionId: z.string().optional(),
      functionSlug: z.string().optional(),
      runId: z.string().optional(),
    }),
    z.object({ type: z.literal("FUNCTION_UNKNOWN"), ...sentence, ...step }),
  ])
  .meta({ id: "RunReason" });
export type RunReasonView = z.output<typeof runReasonSchema>;

export const runExplanationSchema = z
  .object({
    runId: z.string(),
    functionId: z.string(),
    functionSlug: z.string(),
    status: runStatusSchema,
    ...sentence,
    reasons: z
      .array(runReasonSchema)
      .meta({ description: "What is most telling first; empty when it has ended." }),
    skip: skipSchema.optional(),
    error: userErrorSchema.optional(),
    endReason: z.string().optional(),
    keyErrors: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: "RunExplanation" });
export type RunExplanationView = z.output<typeof runExplanationSchema>;

const triedExpressionSchema = z
  .object({
    expression: z.string(),
    error: z.string().optional(),
    values: z.array(
      z.object({
        path: z.string(),
        value: z.string().meta({ description: "JSON, cut at 200 characters; or `missing`." }),
      }),
    ),
  })
  .meta({ id: "TriedExpression" });

const target = { functionId: z.string(), functionSlug: z.string(), ...sentence };

export const eventFateSchema = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("STARTED"),
      ...target,
      runId: z.string(),
      status: runStatusSchema,
      originalRunId: z.string().optional(),
    }),
    z.object({ type: z.literal("SKIPPED"), ...target, runId: z.string(), skip: skipSchema }),
    z.object({
      type: z.literal("FILTERED"),
      ...target,
      at: timeSchema,
      expressions: z.array(triedExpressionSchema),
    }),
    z.object({
      type: z.literal("RATE_LIMITED"),
      ...target,
      at: timeSchema,
      key: z.string(),
      limit: z.number().int(),
      period: durationSchema,
      until: timeSchema,
    }),
    z.object({
      type: z.literal("DEBOUNCED"),
      ...target,
      at: timeSchema,
      key: z.string(),
      debounceId: z.string(),
      until: timeSchema,
      supersededBy: z.string().optional(),
      runId: z.string().optional(),
    }),
    z.object({
      type: z.literal("BATCHED"),
      ...target,
      at: timeSchema,
      key: z.string(),
      batchId: z.string(),
      until: timeSchema,
      runId: z.string().optional(),
    }),
    z.object({
      type: z.literal("DEDUPLICATED"),
      ...target,
      at: timeSchema,
      by: z.enum(["EVENT_ID", "IDEMPOTENCY"]),
      key: z.string(),
      runId: z.string().optional(),
      sinceEventId: z.string().optional(),
      until: timeSchema,
    }),
    z.object({ type: z.literal("FAILED"), ...target, at: timeSchema, message: z.string() }),
    z.object({ type: z.literal("NOT_LISTENING"), ...target }),
  ])
  .meta({ id: "EventFate" });
export type EventFateView = z.output<typeof eventFateSchema>;

export const eventExplanationSchema = z
  .object({
    eventId: z.string(),
    eventName: z.string(),
    receivedAt: timeSchema,
    ...sentence,
    functions: z.array(eventFateSchema),
    didYouMean: z.array(z.string()),
  })
  .meta({ id: "EventExplanation" });
export type EventExplanationView = z.output<typeof eventExplanationSchema>;
