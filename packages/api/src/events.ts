// Events and the names they come under.
import { z } from "zod";
import { runStatusSchema } from "./runs.ts";
import {
  cursorSchema,
  functionRefSchema,
  jsonSchema,
  limitSchema,
  spanFields,
  timeSchema,
  ulidSchema,
} from "./values.ts";

export const eventSchema = z
  .object({
    internalId: ulidSchema,
    id: z.string().meta({ description: "The sender's id; the internal id when it gave none." }),
    name: z.string(),
    receivedAt: timeSchema,
    ts: timeSchema.meta({ description: "When it happened, as its sender says." }),
    isInternal: z.boolean().meta({ description: "Its name starts with `inngest/`." }),
    v: z.string().optional(),
    data: jsonSchema.optional().meta({ description: "Absent with `includeData=false`." }),
    dataPreview: z.string().optional().meta({
      description:
        "With `includeData=false`: how `data` begins as JSON text, at most 200 characters.",
    }),
    user: jsonSchema.optional(),
    runs: z
      .array(
        z.object({
          id: z.string(),
          functionId: z.string(),
          functionName: z.string(),
          status: runStatusSchema,
        }),
      )
      .optional()
      .meta({ description: "With `includeRuns`: the first 20 runs that it started." }),
  })
  .meta({ id: "Event" });
export type EventView = z.output<typeof eventSchema>;

export const listEventsQuerySchema = z.strictObject({
  ...spanFields,
  name: z.array(z.string()).optional(),
  includeInternal: z.boolean().default(false),
  includeData: z.boolean().default(true),
  includeRuns: z.boolean().default(false),
  query: z.string().max(10_000).optional().meta({
    description: "A CEL expression over `event`, e.g. `event.data.total > 100`.",
  }),
  cursor: cursorSchema.optional(),
  limit: limitSchema,
});
export const eventParamsSchema = z.object({
  eventId: ulidSchema.meta({ description: "The internal id." }),
});
export const eventRunsQuerySchema = z.strictObject({
  cursor: cursorSchema.optional(),
  limit: limitSchema,
  includeOutput: z.boolean().default(false),
});

export const sendEventBodySchema = z.strictObject({
  name: z.string().min(1).max(512),
  data: z.record(z.string(), jsonSchema).optional(),
  user: z.record(z.string(), jsonSchema).optional(),
  id: z.string().optional().meta({ description: "Sent again with the same id it starts nothing." }),
  ts: z.union([z.number(), z.string()]).optional().meta({
    description: "Epoch milliseconds or RFC 3339; in the future: its runs start then.",
  }),
  v: z.string().optional(),
});
export type SendEventBody = z.input<typeof sendEventBodySchema>;
export const sendEventAnswerSchema = z
  .object({ eventId: z.string().meta({ description: "The internal id." }) })
  .meta({ id: "EventSent" });

export const eventTypeSchema = z
  .object({
    name: z.string(),
    count: z.number().int().meta({ description: "Events of this name that are kept." }),
    lastSeenAt: timeSchema.optional().meta({ description: "Absent: none came yet." }),
    lastEvent: z.object({ id: z.string(), data: jsonSchema }).optional(),
    functions: z
      .array(functionRefSchema)
      .meta({ description: "Functions that listen to it by name or pattern." }),
    isInternal: z.boolean(),
  })
  .meta({ id: "EventType" });
export type EventType = z.output<typeof eventTypeSchema>;
export const eventTypesQuerySchema = z.strictObject({
  includeInternal: z.boolean().default(false),
  includeData: z.boolean().default(false),
  search: z.string().optional(),
});
