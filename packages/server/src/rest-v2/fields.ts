// Schemas that several operations of REST v2 share. Messages of inputs finish the sentence `"name" is "value": …`.
import * as v from "valibot";

const ULID_TEXT = "it must be a ULID (26 characters), such as 01JABCDEFGHJKMNPQRSTVWXYZ0";

/** An id in any case, as upper case. */
export const ulidField = v.pipe(
  v.string(ULID_TEXT),
  v.regex(/^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$/, ULID_TEXT),
  v.toUpperCase(),
);

export const functionField = v.pipe(
  v.string("it must be a function's id or slug"),
  v.nonEmpty("it must be a function's id or slug"),
  v.description("The function's id (UUID) or its slug, such as shop-order."),
);

/** A page size as text in a query; more than the maximum means the maximum, as everywhere in the API. */
export function limitField(
  limitDefault: number,
  limitMax: number,
): v.GenericSchema<unknown, number> {
  const words = `it must be a whole number from 1 to ${limitMax}`;
  return v.pipe(
    v.optional(v.string(), String(limitDefault)),
    v.regex(/^[1-9]\d{0,8}$/, words),
    v.transform((text) => Math.min(Number(text), limitMax)),
    v.description(`From 1 to ${limitMax}; default ${limitDefault}.`),
  );
}

export const time = v.pipe(v.string(), v.description("RFC 3339, UTC, with milliseconds."));
export const duration = v.pipe(v.string(), v.description('A span of time, such as "1m30s".'));
export const count = v.pipe(v.number(), v.integer());

export const userError = v.object({
  name: v.string(),
  message: v.string(),
  stack: v.optional(v.string()),
  data: v.optional(v.unknown()),
  noRetry: v.optional(v.boolean()),
  cause: v.optional(v.unknown()),
  stepId: v.optional(v.string()),
});
