// Values that many shapes share: ids, times, JSON payloads. Names of schemas given with `meta({ id })` are the names in
// `/v2/openapi.json`.
import { z } from "zod";

/** RFC 3339 in UTC with milliseconds. */
export const timeSchema = z.iso.datetime().meta({ description: "RFC 3339, UTC." });

/** RFC 3339 with any offset, or epoch milliseconds as digits. */
const timeInputSchema = z
  .string()
  .regex(/^(?:\d{1,15}|\d{4}-\d\d-\d\d(?:T.+)?)$/, {
    error: "must be an RFC 3339 time such as 2026-01-31T12:00:00Z, or epoch milliseconds",
  })
  .meta({ description: "RFC 3339, or epoch milliseconds." });

export const durationSchema = z.string().meta({ description: 'A span of time, such as "1m30s".' });

export const ulidSchema = z
  .string()
  .regex(/^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$/, {
    error: "must be a ULID (26 characters), such as 01JABCDEFGHJKMNPQRSTVWXYZ0",
  })
  .meta({ description: "ULID." });

/** Any JSON value, as the app or the sender gave it. */
export const jsonSchema = z.unknown().meta({ description: "Any JSON value." });

export const limitSchema = z
  .number()
  .int()
  .min(1)
  .max(100)
  .default(20)
  .meta({ description: "Rows of the page." });

export const cursorSchema = z
  .string()
  .min(1)
  .max(2000)
  .meta({ description: "`page.cursor` of the page before." });

/** A span of time; `from` inclusive, `until` exclusive. */
export const spanFields = {
  from: timeInputSchema.optional(),
  until: timeInputSchema.optional(),
};

export const userErrorSchema = z
  .object({
    name: z.string(),
    message: z.string(),
    stack: z.string().optional(),
    /** JSON of the cause, as the app gave it. */
    cause: jsonSchema.optional(),
    data: jsonSchema.optional(),
    noRetry: z.boolean().optional(),
    stepId: z.string().optional(),
  })
  .meta({
    id: "UserError",
    description: "An error that an app reported. Every text is the app's own.",
  });
export type UserErrorView = z.output<typeof userErrorSchema>;

export const functionRefSchema = z
  .object({
    id: z.uuid(),
    slug: z.string().meta({ description: "`<app>-<function id>`." }),
    name: z.string(),
    app: z.object({ id: z.uuid(), name: z.string() }),
  })
  .meta({ id: "FunctionRef" });
export type FunctionRef = z.output<typeof functionRefSchema>;
