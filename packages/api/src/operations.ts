// What operators look at and do besides runs: the server's state, apps, schedules, failures, bulk actions, the live stream.
import { z } from "zod";
import { rerunBodySchema, runFilterSchema, runStatusSchema } from "./runs.ts";
import { durationSchema, functionRefSchema, spanFields, timeSchema } from "./values.ts";

export const statusSchema = z
  .object({
    version: z.string(),
    mode: z.enum(["DEV", "START"]),
    state: z.enum(["STARTING", "READY", "DRAINING", "STOPPED", "FAILED"]),
    reason: z.string().optional().meta({ description: "Why it failed, when it did." }),
    startedAt: timeSchema,
    callsInFlight: z.number().int(),
    storage: z.object({
      bytes: z.number().int(),
      runs: z.number().int(),
      events: z.number().int(),
    }),
    retention: z
      .object({ isEnabled: z.boolean(), sentence: z.string() })
      .meta({ description: "What happens to old runs and events." }),
    keys: z.object({
      signing: z.array(z.string()).meta({ description: "Masked: the last four characters." }),
      event: z.array(z.string()).meta({ description: "Masked; empty: any key is taken." }),
    }),
  })
  .meta({ id: "Status" });
export type Status = z.output<typeof statusSchema>;

export const healthSchema = z.object({ status: z.literal("ok") }).meta({ id: "Health" });

export const accountSchema = z
  .object({ id: z.uuid(), name: z.string() })
  .meta({ id: "Account", description: "A server of one's own has one account, without people." });

export const envSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    type: z.enum(["PRODUCTION", "TEST"]),
    isArchived: z.boolean(),
  })
  .meta({ id: "Env", description: "A server has one environment." });

export const keySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    environment: z.string(),
    key: z.string().meta({ description: "Masked: the last four characters." }),
  })
  .meta({ id: "Key" });

export const appSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    url: z.string(),
    method: z.enum(["SERVE", "CONNECT"]),
    sdk: z
      .string()
      .meta({ description: "Language and version, e.g. `js:v4.24.0`; empty: unknown." }),
    framework: z.string().optional(),
    platform: z.string().optional(),
    appVersion: z.string().optional(),
    createdAt: timeSchema,
    syncedAt: timeSchema,
    status: z.enum(["CONNECTED", "ERROR"]),
    error: z
      .object({
        code: z.string(),
        message: z.string(),
        fix: z.string().meta({ description: "What to do about it." }),
      })
      .optional(),
    functionCount: z.number().int(),
    functions: z.array(functionRefSchema),
  })
  .meta({ id: "App" });
export type App = z.output<typeof appSchema>;
export const addAppBodySchema = z.strictObject({ url: z.string().min(1).max(2000) });
export const appParamsSchema = z.object({
  appId: z.string().min(1).meta({ description: "The app's id (UUID) or name." }),
});
export const removedSchema = z.object({ id: z.string() }).meta({ id: "Removed" });

export const scheduleSchema = z
  .object({
    function: functionRefSchema,
    isPaused: z.boolean(),
    cron: z.string().meta({ description: "Without its zone." }),
    zone: z.string().meta({ description: "IANA name; UTC when the expression names none." }),
    jitter: durationSchema.optional(),
    nextAt: timeSchema.optional().meta({ description: "Absent: it never comes again." }),
    lastRun: z.object({ id: z.string(), status: runStatusSchema, queuedAt: timeSchema }).optional(),
  })
  .meta({ id: "Schedule" });
export type Schedule = z.output<typeof scheduleSchema>;

/** Which schedule of a function, when it has several. */
export const runScheduleQuerySchema = z.object({
  cron: z.string().optional().meta({ description: "As the list of schedules has it." }),
  zone: z.string().optional().meta({ description: "As the list of schedules has it." }),
});

export const failureGroupSchema = z
  .object({
    fingerprint: z.string(),
    function: functionRefSchema,
    step: z.string().optional().meta({ description: "The step whose failure ended the run." }),
    error: z.object({ name: z.string(), message: z.string() }).meta({
      description: "Of the newest run. Numbers, ids and quoted parts do not tell groups apart.",
    }),
    count: z.number().int(),
    firstSeenAt: timeSchema.meta({
      description: "Of all its runs, also before the time asked for.",
    }),
    lastSeenAt: timeSchema,
    trend: z
      .array(z.number().int())
      .meta({ description: "Counts, oldest part of the time first." }),
    sampleRunIds: z.array(z.string()).meta({ description: "Newest first, at most 10." }),
  })
  .meta({ id: "FailureGroup" });
export type FailureGroup = z.output<typeof failureGroupSchema>;
export const failuresSchema = z
  .object({
    from: timeSchema,
    until: timeSchema,
    bucketMs: z.number().int(),
    groups: z.array(failureGroupSchema).meta({ description: "Last seen first." }),
    groupCount: z
      .number()
      .int()
      .meta({ description: "Of all groups; the 500 that were seen last are told." }),
    failedRuns: z.number().int().meta({ description: "Of all groups." }),
    isExact: z.boolean().meta({
      description: "False: after an upgrade, runs that failed before it are still being counted.",
    }),
  })
  .meta({ id: "Failures" });
export type Failures = z.output<typeof failuresSchema>;
export const failuresQuerySchema = z.strictObject({
  ...spanFields,
  functionId: z.array(z.string()).optional(),
  appId: z.array(z.string()).optional(),
  buckets: z.number().int().min(1).max(200).default(24),
});

export const bulkBodySchema = z
  .strictObject({
    action: z.enum(["CANCEL", "RERUN"]),
    runIds: z.array(z.string()).min(1).max(10_000).optional(),
    filter: runFilterSchema.optional(),
    failureFingerprint: z.string().optional().meta({
      description: "The failed runs of a group of /failures, within the filter's time if given.",
    }),
    fromStep: rerunBodySchema.shape.fromStep,
    reason: z.string().max(1000).optional(),
  })
  .meta({ id: "BulkRequest", description: "Give `runIds`, or `filter` and `failureFingerprint`." });
export type BulkBody = z.input<typeof bulkBodySchema>;
export const bulkJobSchema = z
  .object({
    id: z.string(),
    action: z.enum(["CANCEL", "RERUN"]),
    status: z.enum(["RUNNING", "COMPLETED", "STOPPED", "FAILED"]),
    total: z.number().int().optional().meta({ description: "Absent while it is being counted." }),
    done: z.number().int(),
    succeeded: z.number().int(),
    skipped: z.number().int().meta({ description: "Had ended before, or were gone." }),
    failed: z.number().int(),
    errors: z.array(z.object({ runId: z.string(), message: z.string() })).meta({
      description: "The first 20.",
    }),
    newRunIds: z.array(z.string()).meta({ description: "Of reruns; the first 100." }),
    startedAt: timeSchema,
    endedAt: timeSchema.optional(),
    message: z.string().optional().meta({ description: "Why it failed as a whole." }),
  })
  .meta({ id: "BulkJob", description: "Survives restarts; kept until 100 newer ones have ended." });
export type BulkJob = z.output<typeof bulkJobSchema>;
export const bulkParamsSchema = z.object({ bulkId: z.string().min(1) });

/** A message of the live stream; the `event:` line of SSE is its type, `data:` the whole as JSON. */
export const streamMessageSchema = z
  .discriminatedUnion("type", [
    z.object({ type: z.literal("hello"), at: timeSchema }).meta({
      description: "First, and after each reconnect: read afresh what is shown.",
    }),
    z.object({
      type: z.literal("runs"),
      runs: z.array(
        z.object({
          id: z.string(),
          functionId: z.string().optional().meta({ description: "Of a new run." }),
          status: runStatusSchema.optional().meta({ description: "When it changed." }),
        }),
      ),
      isPartial: z.boolean().meta({ description: "More changed than are named: read afresh." }),
    }),
    z.object({
      type: z.literal("events"),
      events: z.array(z.object({ id: z.string(), name: z.string() })),
      isPartial: z.boolean(),
    }),
    z.object({ type: z.literal("apps") }),
    z.object({ type: z.literal("functions"), functionIds: z.array(z.string()) }),
    z.object({ type: z.literal("bulk"), job: bulkJobSchema }),
  ])
  .meta({ id: "StreamMessage" });
export type StreamMessage = z.output<typeof streamMessageSchema>;
export const streamQuerySchema = z.strictObject({
  runId: z.string().optional().meta({ description: "Only changes of this run." }),
});
