// Flow control of a function: the limits of its code and those that operators set instead, pause, and the audit of both.
import { z } from "zod";
import { timeSchema } from "./values.ts";

const keyField = { key: z.string().optional().meta({ description: "Key expression." }) };
const periodField = { periodMs: z.number().int().min(1) };

export const concurrencyRuleSchema = z
  .object({
    limit: z.number().int().min(0).meta({ description: "0: no explicit limit." }),
    scope: z.enum(["FN", "ENV", "ACCOUNT"]),
    level: z.enum(["STEP", "FN"]).meta({ description: "STEP: calls that are out. FN: runs." }),
    ...keyField,
  })
  .meta({ id: "ConcurrencyRule" });
export const throttleSchema = z
  .object({
    limit: z.number().int(),
    ...periodField,
    burst: z.number().int().optional(),
    ...keyField,
  })
  .meta({ id: "ThrottleRule" });
export const rateLimitSchema = z
  .object({ limit: z.number().int(), ...periodField, ...keyField })
  .meta({ id: "RateLimitRule" });
export const debounceSchema = z
  .object({ ...periodField, timeoutMs: z.number().int().optional(), ...keyField })
  .meta({ id: "DebounceRule" });

/** Limits that operators may change. An absent rule does not hold. */
export const limitSetSchema = z
  .object({
    concurrency: z.array(concurrencyRuleSchema),
    throttle: throttleSchema.optional(),
    rateLimit: rateLimitSchema.optional(),
    debounce: debounceSchema.optional(),
    maxAttempts: z.number().int(),
  })
  .meta({ id: "LimitSet" });
export type LimitSet = z.output<typeof limitSetSchema>;

const limitNames = ["concurrency", "throttle", "rateLimit", "debounce", "maxAttempts"] as const;

export const functionLimitsSchema = z
  .object({
    code: limitSetSchema.meta({ description: "As the app's code says." }),
    effective: limitSetSchema.meta({ description: "In force now." }),
    overridden: z
      .array(z.enum(limitNames))
      .meta({ description: "Rules that an operator set in place of the code's." }),
  })
  .meta({ id: "FunctionLimits" });
export type FunctionLimits = z.output<typeof functionLimitsSchema>;

const asCode = z.literal("code").meta({ description: "Back to what the code says." });
const durationField = z.union([z.string(), z.number()]).meta({
  description: "A duration such as `10s`, `1h30m`, or milliseconds.",
});

/** Null switches a rule off, "code" takes the override away, an absent field leaves it as it is. */
export const limitsPatchSchema = z
  .strictObject({
    concurrency: z
      .union([
        asCode,
        z.number().int(),
        z.array(
          z.strictObject({
            limit: z.number().int(),
            key: z.string().optional(),
            scope: z.enum(["fn", "env", "account", "FN", "ENV", "ACCOUNT"]).optional(),
            level: z.enum(["step", "fn", "STEP", "FN"]).optional(),
          }),
        ),
        z.null(),
      ])
      .optional(),
    throttle: z
      .union([
        asCode,
        z.strictObject({
          limit: z.number().int(),
          period: durationField,
          burst: z.number().int().optional(),
          key: z.string().optional(),
        }),
        z.null(),
      ])
      .optional(),
    rateLimit: z
      .union([
        asCode,
        z.strictObject({
          limit: z.number().int(),
          period: durationField,
          key: z.string().optional(),
        }),
        z.null(),
      ])
      .optional(),
    debounce: z
      .union([
        asCode,
        z.strictObject({
          period: durationField,
          timeout: durationField.optional(),
          key: z.string().optional(),
        }),
        z.null(),
      ])
      .optional(),
    maxAttempts: z.union([asCode, z.number().int()]).optional(),
    actor: z.string().max(100).optional().meta({ description: "Who asks, for the audit." }),
  })
  .meta({ id: "LimitsPatch" });
export type LimitsPatch = z.input<typeof limitsPatchSchema>;

export const pauseBodySchema = z.strictObject({
  actor: z.string().max(100).optional().meta({ description: "Who asks, for the audit." }),
});

export const pauseStateSchema = z
  .object({ isPaused: z.boolean(), pausedAt: timeSchema.optional() })
  .meta({ id: "PauseState" });
export type PauseState = z.output<typeof pauseStateSchema>;

const controlSchema = z.object({
  pausedAt: timeSchema.optional(),
  overrides: z.record(z.string(), z.unknown()).meta({ description: "Rules set by operators." }),
});

export const auditSchema = z
  .object({
    id: z.string(),
    at: timeSchema,
    actor: z.string(),
    before: controlSchema,
    after: controlSchema,
  })
  .meta({ id: "ControlAudit" });
export type ControlAuditView = z.output<typeof auditSchema>;

/** The other rules of a function's code, which operators cannot change. */
export const configurationSchema = z
  .object({
    cancellations: z.array(
      z.object({
        event: z.string(),
        condition: z.string().optional(),
        timeout: z.string().optional(),
      }),
    ),
    retries: z.object({ value: z.number().int() }),
    concurrency: z.array(concurrencyRuleSchema),
    throttle: throttleSchema.optional(),
    rateLimit: rateLimitSchema.optional(),
    debounce: debounceSchema.optional(),
    eventsBatch: z
      .object({
        maxSize: z.number().int(),
        timeoutMs: z.number().int(),
        ...keyField,
        if: z.string().optional(),
      })
      .optional(),
    priority: z.string().optional().meta({ description: "Expression." }),
    idempotency: z.string().optional().meta({ description: "Expression." }),
    singleton: z.object({ mode: z.enum(["SKIP", "CANCEL"]), ...keyField }).optional(),
    timeouts: z
      .object({ startMs: z.number().optional(), finishMs: z.number().optional() })
      .optional(),
  })
  .meta({ id: "FunctionConfiguration", description: "With the limits that are in force." });
export type FunctionConfigurationView = z.output<typeof configurationSchema>;
