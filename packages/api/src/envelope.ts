// The envelope of every JSON answer: data with metadata, or errors.
import { z } from "zod";
import { API_ERRORS, type ApiErrorCode } from "./error-codes.ts";
import { timeSchema } from "./values.ts";

export const metadataSchema = z.object({ fetchedAt: timeSchema }).meta({ id: "Metadata" });

export const pageSchema = z
  .object({
    cursor: z.string().optional().meta({ description: "Give it as `cursor` to read on." }),
    hasMore: z.boolean(),
    limit: z.number().int(),
    scannedTo: timeSchema.optional().meta({
      description: "A search stopped here to answer in time: the rest is found by reading on.",
    }),
  })
  .meta({ id: "Page" });
export type Page = z.output<typeof pageSchema>;

export const errorBodySchema = z
  .object({
    errors: z
      .array(
        z.object({
          code: z.enum(Object.keys(API_ERRORS) as [ApiErrorCode, ...ApiErrorCode[]]),
          message: z.string(),
          field: z.string().optional().meta({ description: "Path of the field it is about." }),
          runId: z.string().optional().meta({ description: "The run that the conflict is with." }),
        }),
      )
      .min(1),
  })
  .meta({ id: "Errors" });
export type ErrorBody = z.output<typeof errorBodySchema>;

/** What a client gets of a route with this data. */
export interface Envelope<Data> {
  readonly data: Data;
  readonly metadata: z.output<typeof metadataSchema>;
}
export interface PagedEnvelope<Data> extends Envelope<Data> {
  readonly page: Page;
}
