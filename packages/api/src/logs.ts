// Lines of a run's logger as REST v2 shows them.
import { z } from "zod";
import { cursorSchema, jsonSchema, timeSchema } from "./values.ts";

export const LOG_LEVEL_VALUES = ["DEBUG", "INFO", "WARN", "ERROR"] as const;
export const logLevelSchema = z.enum(LOG_LEVEL_VALUES).meta({ id: "LogLevel" });
export type LogLevelValue = z.output<typeof logLevelSchema>;

export const logLineSchema = z
  .object({
    position: z.number().int().meta({ description: "From 0, in the order of recording." }),
    at: timeSchema.meta({ description: "By the app's clock, within its call." }),
    level: logLevelSchema,
    message: z.string(),
    fields: jsonSchema.optional().meta({ description: "An object." }),
    stepId: z.string().optional().meta({
      description: "Hash of the step in whose callback it was written, as in the trace.",
    }),
    attempt: z.number().int().meta({ description: "Of the call that wrote it, from 0." }),
  })
  .meta({ id: "LogLine" });
export type LogLineView = z.output<typeof logLineSchema>;

export const listRunLogsQuerySchema = z.strictObject({
  level: z.array(logLevelSchema).optional(),
  stepId: z.string().min(1).max(500).optional().meta({
    description: "The step's name, or its hash of the trace.",
  }),
  cursor: cursorSchema.optional().meta({
    description:
      "`page.cursor` of the page before. The last page has one too: with it comes what was recorded since.",
  }),
  limit: z.number().int().min(1).max(1000).default(100).meta({ description: "Rows of the page." }),
});
