// Flow control of a function: the limits of its code and those that operators set instead, pause, and the audit of both.
import { z } from "zod";
import { durationSchema, timeSchema } from "./values.ts";

const count = z.number().int();
const keyField = { key: z.string().optional().meta({ description: "Key expression." }) };

const concurrencyRuleSchema = z
  .object({
    limit: count.meta({ description: "0: no limit." }),
    scope: z.enum(["FN", "ENV", "ACCOUNT"]),
    level: z.enum(["STEP", "FN"]).meta({ description: "STEP: calls that are out. FN: runs." }),
    ...keyField,
  })
  .meta({ id: "ConcurrencyRule" });
const throttleSchema = z
  .object({ limit: count, period: durationSchema, burst: count, ...keyField })
  .meta({ id: "ThrottleRule" });
const rateLimitSchema = z
  .object({ limit: count, period: durationSchema, ...keyField })
  .meta({ id: "RateLimitRule" });
const debounceSchema = z
  .object({ period: durationSchema, timeout: durationSchema.optional(), ...keyField })
  .meta({ id: "DebounceRule" });

const ruleFields = {
  concurrency: z.array(concurrencyRuleSchema),
  throttle: throttleSchema.optional(),
  rateLimit: rateLimitSchema.optional(),
  debounce: debounceSchema.optional(),
};

export const limitSetSchema = z.object({ ...ruleFields, retries: count }).meta({
  id: "LimitSet",
  description: "Limits that operators may change; an absent rule is off.",
});
export type LimitSet = z.output<typeof limitSetSchema>;

const limitNameSchema = z.enum(["concurrency", "throttle", "rateLimit", "debounce", "retries"]);

export const functionControlsSchema = z
  .object({
    functionId: z.string(),
    functionSlug: z.string(),
    isPaused: z.boolean(),
    pausedAt: timeSchema.optional(),
    limits: limitSetSchema.meta({ description: "Those in force." }),
    code: limitSetSchema.meta({ description: "Those of the function's code." }),
    overridden: z
      .array(limitNameSchema)
      .meta({ description: "Limits that an operator set in place of those of the code." }),
    updatedAt: timeSchema.optional().meta({ description: "Of the last pause, resume or change." }),
  })
  .meta({ id: "FunctionControls" });
export type FunctionControls = z.output<typeof functionControlsSchema>;

const asCode = z.literal("code");
const rule = z.record(z.string(), z.unknown());
export const limitsPatchSchema = z
  .object({
    concurrency: z.union([count, rule, z.array(z.unknown()), asCode, z.null()]).optional(),
    throttle: z.union([rule, asCode, z.null()]).optional(),
    rateLimit: z.union([rule, asCode, z.null()]).optional(),
    debounce: z.union([rule, asCode, z.null()]).optional(),
    retries: z.union([count, asCode]).optional(),
  })
  .meta({
    id: "LimitsPatch",
    description:
      "Limits as the function's code writes them. What a rule leaves out stays as it is; null switches a rule off; `code` goes back to the code.",
  });
export type LimitsPatch = z.input<typeof limitsPatchSchema>;

const controlStateSchema = z.object({
  pausedAt: timeSchema.optional(),
  overrides: z.object({
    concurrency: ruleFields.concurrency.optional(),
    throttle: throttleSchema.nullable().optional(),
    rateLimit: rateLimitSchema.nullable().optional(),
    debounce: debounceSchema.nullable().optional(),
    retries: count.optional(),
  }),
});

export const auditSchema = z
  .object({
    id: z.string(),
    at: timeSchema,
    actor: z.string().meta({ description: "`x-everstep-actor` of the request; else `api`." }),
    before: controlStateSchema,
    after: controlStateSchema,
  })
  .meta({ id: "ControlAudit", description: "Null among overrides: the rule was switched off." });
export type ControlAuditView = z.output<typeof auditSchema>;

export const configurationSchema = z
  .object({
    ...ruleFields,
    cancellations: z.array(
      z.object({
        event: z.string(),
        condition: z.string().optional(),
        timeout: z.string().optional(),
      }),
    ),
    retries: z.object({ value: count }),
    eventsBatch: z
      .object({
        maxSize: count,
        timeout: durationSchema,
        ...keyField,
        if: z.string().optional(),
      })
      .optional(),
    priority: z.string().optional().meta({ description: "Expression." }),
    idempotency: z.string().optional().meta({ description: "Expression." }),
    singleton: z.object({ mode: z.enum(["SKIP", "CANCEL"]), ...keyField }).optional(),
    timeouts: z
      .object({ start: durationSchema.optional(), finish: durationSchema.optional() })
      .optional(),
  })
  .meta({ id: "FunctionConfiguration", description: "With the limits that are in force." });
export type FunctionConfigurationView = z.output<typeof configurationSchema>;
