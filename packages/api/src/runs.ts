// Runs as REST v2 shows them: the list, one run, counts, and what can be asked of them.
import { z } from "zod";
import {
  cursorSchema,
  functionRefSchema,
  jsonSchema,
  limitSchema,
  spanFields,
  timeSchema,
  ulidSchema,
  userErrorSchema,
} from "./values.ts";

export const RUN_STATUS_VALUES = [
  "QUEUED",
  "RUNNING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "SKIPPED",
] as const;
export const runStatusSchema = z.enum(RUN_STATUS_VALUES).meta({
  id: "RunStatus",
  description: "QUEUED: no call was made yet. SKIPPED: recorded and never called, `skip` says why.",
});
export type RunStatusValue = z.output<typeof runStatusSchema>;

export const skipSchema = z
  .object({
    reason: z.enum(["SINGLETON", "PAUSED"]),
    byRunId: z.string().optional().meta({ description: "The run that holds the singleton lock." }),
  })
  .meta({ id: "Skip" });

const triggerSchema = z
  .object({
    eventIds: z.array(z.string()).meta({ description: "Internal ids, in order; never empty." }),
    eventName: z.string().optional().meta({ description: "Absent for runs of a schedule." }),
    isBatch: z.boolean(),
    batchId: z.string().optional(),
    debounceId: z.string().optional(),
    cronSchedule: z.string().optional(),
  })
  .meta({ id: "RunTrigger" });

export const runSchema = z
  .object({
    id: ulidSchema,
    function: functionRefSchema,
    app: z.object({ id: z.uuid(), name: z.string() }),
    status: runStatusSchema,
    queuedAt: timeSchema,
    startedAt: timeSchema.optional().meta({ description: "When the first call for it was made." }),
    endedAt: timeSchema.optional(),
    durationMs: z.number().optional().meta({ description: "Start to end; absent until it ended." }),
    queueMs: z
      .number()
      .optional()
      .meta({ description: "Queued to start; absent until it started." }),
    trigger: triggerSchema,
    stepCount: z.number().int().meta({ description: "Steps that have finished." }),
    error: userErrorSchema
      .optional()
      .meta({ description: "Why it failed; without stack in lists." }),
    endReason: z.string().optional().meta({ description: "Why it was cancelled." }),
    skip: skipSchema.optional(),
    originalRunId: z.string().optional().meta({ description: "The run that it is a rerun of." }),
    output: jsonSchema.optional().meta({ description: "With `includeOutput`, once it has ended." }),
  })
  .meta({ id: "Run" });
export type Run = z.output<typeof runSchema>;

export const runDetailSchema = runSchema
  .extend({
    functionVersion: z.number().int(),
    stateBytes: z.number().int().meta({ description: "Bytes of its steps' outputs." }),
    attempts: z.number().int().meta({ description: "Calls to the app that were made for it." }),
    logs: z
      .object({
        kept: z.number().int(),
        dropped: z.number().int().meta({ description: "Lines after the first 10,000." }),
      })
      .optional()
      .meta({ description: "Lines that its logger wrote; absent when there are none." }),
    parent: z
      .object({ runId: z.string(), stepId: z.string().optional() })
      .optional()
      .meta({ description: "The run whose step invoked it." }),
    flow: z
      .object({
        keys: z.record(z.string(), z.string()),
        priority: z.number().optional(),
        singletonKey: z.string().optional(),
        keyErrors: z.record(z.string(), z.string()).optional(),
      })
      .optional()
      .meta({ description: "Keys of flow control: what each expression gave for its event." }),
  })
  .meta({ id: "RunDetail" });
export type RunDetailView = z.output<typeof runDetailSchema>;

/** What selects runs; the same in the list, the count and bulk actions. */
const runFilterFields = {
  ...spanFields,
  timeField: z.enum(["QUEUED_AT", "STARTED_AT", "ENDED_AT"]).default("QUEUED_AT"),
  status: z.array(runStatusSchema).optional(),
  appId: z.array(z.string()).optional().meta({ description: "App ids (UUID) or names." }),
  functionId: z.array(z.string()).optional().meta({ description: "Function ids (UUID) or slugs." }),
  eventName: z.array(z.string()).optional(),
  query: z.string().max(10_000).optional().meta({
    description:
      "A CEL expression over `event`, `output` and `error`, e.g. `event.data.userId == '7'`.",
  }),
};

export const runFilterSchema = z.strictObject(runFilterFields).meta({ id: "RunFilter" });
export type RunFilterInput = z.input<typeof runFilterSchema>;

export const listRunsQuerySchema = z.strictObject({
  ...runFilterFields,
  order: z.enum(["ASC", "DESC"]).default("DESC"),
  includeOutput: z.boolean().default(false),
  cursor: cursorSchema.optional(),
  limit: limitSchema,
});

export const runCountSchema = z
  .object({
    total: z.number().int(),
    byStatus: z.record(runStatusSchema, z.number().int()),
    isExact: z.boolean().meta({
      description:
        "False: a search with `query` stopped to answer in time; there are at least these.",
    }),
  })
  .meta({ id: "RunCount" });
export type RunCount = z.output<typeof runCountSchema>;

export const rerunBodySchema = z.strictObject({
  fromStep: z
    .strictObject({
      stepId: z.string().min(1).meta({ description: "The step's name, or its hash of the trace." }),
      input: z.array(jsonSchema).optional().meta({ description: "New arguments of the step." }),
    })
    .optional(),
});
export const cancelBodySchema = z.strictObject({ reason: z.string().max(1000).optional() });
export const runIdSchema = z.object({ runId: z.string() }).meta({ id: "RunIdAnswer" });
export const runParamsSchema = z.object({ runId: ulidSchema });
