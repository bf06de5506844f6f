// Pause and limits of a function in REST v2: what is answered, what a change may say, and the audit of changes.
import * as v from "valibot";
import { count, duration, time } from "./fields.ts";

const concurrencyRule = v.object({
  limit: v.pipe(count, v.description("0: no limit.")),
  key: v.optional(v.string()),
  scope: v.picklist(["fn", "env", "account"]),
  level: v.picklist(["step", "fn"]),
});
const throttle = v.object({
  limit: count,
  period: duration,
  burst: count,
  key: v.optional(v.string()),
});
const rateLimit = v.object({ limit: count, period: duration, key: v.optional(v.string()) });
const debounce = v.object({
  period: duration,
  timeout: v.optional(duration),
  key: v.optional(v.string()),
});

const limits = v.object({
  concurrency: v.array(concurrencyRule),
  throttle: v.nullable(throttle),
  rateLimit: v.nullable(rateLimit),
  debounce: v.nullable(debounce),
  retries: count,
});

const overrides = v.object({
  concurrency: v.optional(v.array(concurrencyRule)),
  throttle: v.optional(v.nullable(throttle)),
  rateLimit: v.optional(v.nullable(rateLimit)),
  debounce: v.optional(v.nullable(debounce)),
  retries: v.optional(count),
});

export const functionControls = v.object({
  functionId: v.string(),
  functionSlug: v.string(),
  isPaused: v.boolean(),
  pausedAt: v.nullable(time),
  limits: v.pipe(limits, v.description("Those in force.")),
  code: v.pipe(limits, v.description("Those of the function's code.")),
  overridden: v.pipe(
    v.array(v.picklist(["concurrency", "throttle", "rateLimit", "debounce", "retries"])),
    v.description("Limits that an operator set in place of those of the code."),
  ),
  updatedAt: v.pipe(v.nullable(time), v.description("Of the last pause, resume or change.")),
});

const state = v.object({ pausedAt: v.nullable(time), overrides });
export const controlAudit = v.object({
  id: v.string(),
  at: time,
  actor: v.string(),
  before: state,
  after: state,
});

const CODE = v.literal("code");
/** As in the function's code; parts of an object may be left out. */
const rule = v.looseObject({});
export const limitPatch = v.pipe(
  v.object({
    concurrency: v.optional(v.nullable(v.union([count, rule, v.array(v.unknown()), CODE]))),
    throttle: v.optional(v.nullable(v.union([rule, CODE]))),
    rateLimit: v.optional(v.nullable(v.union([rule, CODE]))),
    debounce: v.optional(v.nullable(v.union([rule, CODE]))),
    retries: v.optional(v.union([count, CODE])),
  }),
  v.description(
    'Limits as the function\'s code writes them. What a rule leaves out stays as it is; null switches a rule off; "code" goes back to the code.',
  ),
);
