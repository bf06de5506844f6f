// Functions: what they are, how they do, what of them waits.
import { z } from "zod";
import { configurationSchema, functionControlsSchema } from "./flow.ts";
import { durationSchema, jsonSchema, spanFields, timeSchema } from "./values.ts";

export const triggerSchema = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("EVENT"),
      value: z.string().meta({ description: "The event's name; may hold `*`." }),
      if: z.string().optional(),
    }),
    z.object({
      type: z.literal("CRON"),
      value: z.string().meta({ description: "The cron expression, with `TZ=` if it has one." }),
      jitter: durationSchema.optional(),
    }),
  ])
  .meta({ id: "Trigger" });
export type TriggerView = z.output<typeof triggerSchema>;

const outcomeCounts = {
  completed: z.number().int(),
  failed: z.number().int(),
  cancelled: z.number().int(),
};

export const functionStatsSchema = z
  .object({
    from: timeSchema,
    until: timeSchema,
    bucketMs: z.number().int(),
    ended: z.number().int().meta({ description: "Runs that ended in this time." }),
    ...outcomeCounts,
    active: z.number().int().meta({ description: "Runs that are queued or running now." }),
    successRate: z.number().min(0).max(1).optional().meta({
      description: "Completed of completed and failed; absent when there were none.",
    }),
    p50Ms: z.number().optional().meta({ description: "Duration, start to end." }),
    p95Ms: z.number().optional(),
    buckets: z
      .array(z.object({ at: timeSchema, ...outcomeCounts }))
      .meta({ description: "Runs by the time of their end, oldest first, without gaps." }),
    lastFailure: z
      .object({
        runId: z.string(),
        at: timeSchema,
        error: z.object({ name: z.string(), message: z.string() }).optional(),
      })
      .optional(),
  })
  .meta({ id: "FunctionStats" });
export type FunctionStats = z.output<typeof functionStatsSchema>;

export const functionSchema = z
  .object({
    id: z.uuid(),
    slug: z.string(),
    name: z.string(),
    app: z.object({ id: z.uuid(), name: z.string() }),
    version: z.number().int(),
    createdAt: timeSchema,
    isArchived: z.boolean(),
    isPaused: z.boolean(),
    pausedAt: timeSchema.optional(),
    triggers: z.array(triggerSchema),
    configuration: configurationSchema,
    overridden: z.array(z.string()).meta({ description: "Limits that operators changed." }),
    stats: functionStatsSchema.optional().meta({ description: "Unless `includeStats=false`." }),
  })
  .meta({ id: "Function" });
export type FunctionView = z.output<typeof functionSchema>;

export const functionDetailSchema = functionSchema
  .extend({
    url: z.string().meta({ description: "Where it is called." }),
    controls: functionControlsSchema,
    failureHandler: z.object({ slug: z.string(), name: z.string() }).optional(),
    lastEvent: z
      .object({ id: z.string(), name: z.string(), data: jsonSchema })
      .optional()
      .meta({ description: "Of its newest run: a payload to invoke it with." }),
  })
  .meta({ id: "FunctionDetail" });
export type FunctionDetail = z.output<typeof functionDetailSchema>;

const bucketsField = z
  .number()
  .int()
  .min(1)
  .max(200)
  .meta({ description: "Into how many parts the time is cut." });

export const functionsQuerySchema = z.strictObject({
  appId: z.array(z.string()).optional().meta({ description: "App ids (UUID) or names." }),
  search: z.string().optional().meta({ description: "Part of name, slug or trigger." }),
  includeStats: z.boolean().default(true),
  ...spanFields,
  buckets: bucketsField.default(24),
});
export const functionQuerySchema = z.strictObject({
  ...spanFields,
  buckets: bucketsField.default(24),
});
export const metricsQuerySchema = z.strictObject({
  ...spanFields,
  buckets: bucketsField.default(48),
});

export const metricsSchema = z
  .object({
    from: timeSchema,
    until: timeSchema,
    bucketMs: z.number().int(),
    buckets: z.array(
      z.object({
        at: timeSchema,
        queued: z.number().int().meta({ description: "Runs that were created." }),
        ...outcomeCounts,
        p50Ms: z.number().optional(),
        p95Ms: z.number().optional(),
        queueP50Ms: z.number().optional().meta({ description: "Queued to start." }),
        queueP95Ms: z.number().optional(),
      }),
    ),
    backlog: z.object({
      total: z.number().int().meta({ description: "Runs that have not started, now." }),
      oldestAt: timeSchema.optional(),
      byKey: z
        .array(
          z.object({
            keys: z.record(z.string(), z.string()).meta({ description: "Empty: no keyed rule." }),
            count: z.number().int(),
            oldestAt: timeSchema,
          }),
        )
        .meta({ description: "Longest first, at most 50." }),
      isExact: z.boolean().meta({ description: "False: only the oldest 10,000 were looked at." }),
    }),
  })
  .meta({ id: "FunctionMetrics" });
export type FunctionMetrics = z.output<typeof metricsSchema>;

export const invokeBodySchema = z.strictObject({
  data: z.record(z.string(), jsonSchema).default({}),
  user: z.record(z.string(), jsonSchema).optional(),
  idempotencyKey: z.string().max(1024).optional(),
});
export const invokeAnswerSchema = z
  .object({ runId: z.string(), eventId: z.string() })
  .meta({ id: "Invoked" });
export const functionParamsSchema = z.object({
  functionId: z.string().min(1).meta({ description: "The function's id (UUID) or slug." }),
});
