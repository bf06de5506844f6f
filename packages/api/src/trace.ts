// The trace of a run: spans of steps, attempts and waits. Payloads are read span by span, so that a run of 10,000 steps stays
// a small answer.
import { z } from "zod";
import { jsonSchema, timeSchema, ulidSchema, userErrorSchema } from "./values.ts";

export const spanStatusSchema = z
  .enum(["QUEUED", "RUNNING", "WAITING", "COMPLETED", "FAILED", "CANCELLED", "SKIPPED"])
  .meta({ id: "SpanStatus" });
export type SpanStatusValue = z.output<typeof spanStatusSchema>;

export const stepInfoSchema = z
  .discriminatedUnion("type", [
    z.object({ type: z.literal("RUN"), stepType: z.string().optional() }),
    z.object({ type: z.literal("SLEEP"), until: timeSchema }),
    z.object({
      type: z.literal("WAIT_FOR_EVENT"),
      eventName: z.string().optional(),
      expression: z.string().optional(),
      timeout: timeSchema,
      foundEventId: z.string().optional(),
      isTimedOut: z.boolean().optional(),
    }),
    z.object({
      type: z.literal("INVOKE"),
      functionSlug: z.string(),
      timeout: timeSchema,
      eventId: z.string().optional().meta({ description: "The event that invoked it." }),
      runId: z.string().optional().meta({ description: "The run that was invoked." }),
      isTimedOut: z.boolean().optional(),
    }),
    z.object({
      type: z.literal("WAIT_FOR_SIGNAL"),
      signal: z.string(),
      timeout: timeSchema,
      isTimedOut: z.boolean().optional(),
    }),
  ])
  .meta({ id: "StepInfo", description: "What the step slept or waited for." });
export type StepInfoView = z.output<typeof stepInfoSchema>;

const stepOpSchema = z
  .enum(["RUN", "SLEEP", "WAIT_FOR_EVENT", "INVOKE", "SEND_EVENT", "AI_GATEWAY", "WAIT_FOR_SIGNAL"])
  .meta({ id: "StepOp" });
export type StepOpValue = z.output<typeof stepOpSchema>;

const spanFields = {
  id: z.string().meta({ description: "Unique in its run; the same span keeps its id." }),
  kind: z.enum(["RUN", "STEP", "ATTEMPT"]),
  name: z.string(),
  status: spanStatusSchema,
  stepOp: stepOpSchema.optional(),
  stepId: z.string().optional().meta({ description: "Hash of the step's id, as rerun takes it." }),
  info: stepInfoSchema.optional(),
  attempt: z.number().int().optional().meta({ description: "Of an attempt: from 0." }),
  attempts: z.number().int().optional().meta({ description: "Attempts that were made so far." }),
  queuedAt: timeSchema,
  retryAt: timeSchema.optional().meta({ description: "When the next attempt is due." }),
  startedAt: timeSchema.optional(),
  endedAt: timeSchema.optional(),
  durationMs: z.number().optional(),
  httpStatus: z.number().int().optional().meta({ description: "The app's answer." }),
  hasOutput: z.boolean().meta({ description: "GET the span to read input, output and error." }),
};

export interface TraceSpan extends z.output<z.ZodObject<typeof spanFields>> {
  children: TraceSpan[];
}

const traceSpanSchema: z.ZodType<TraceSpan> = z
  .object({
    ...spanFields,
    get children(): z.ZodArray<z.ZodType<TraceSpan>> {
      return z.array(traceSpanSchema);
    },
  })
  .meta({ id: "TraceSpan" });

export const traceSchema = z
  .object({ runId: ulidSchema, rootSpan: traceSpanSchema })
  .meta({ id: "Trace" });
export type Trace = z.output<typeof traceSchema>;

export const spanDetailSchema = z
  .object({
    id: z.string(),
    input: jsonSchema.optional().meta({ description: "The step's arguments or options." }),
    output: jsonSchema.optional(),
    error: userErrorSchema.optional(),
  })
  .meta({ id: "SpanDetail" });
export type SpanDetail = z.output<typeof spanDetailSchema>;

export const spanParamsSchema = z.object({ runId: ulidSchema, spanId: z.string().min(1).max(200) });
