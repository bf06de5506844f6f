// Checks everything in a function's configuration that is an expression or a schedule, so that an app learns of a mistake
// when it registers and not when an event arrives. Other rules of the configuration are checked where it is parsed.
import { EverstepError } from "@everstep/protocol";
import type { FunctionConfig } from "@everstep/protocol";
import { parseCron } from "../cron/cron-schedule.ts";
import { validateCancelExpression } from "../expressions/cancel-policy.ts";
import { compileExpression } from "../expressions/compile-expression.ts";

export interface ConfigProblem {
  /** Path in the function's JSON, e.g. `triggers[0].expression`. */
  readonly field: string;
  readonly message: string;
}

type Check = readonly [
  field: string,
  text: string | undefined,
  validate: (text: string) => unknown,
];

/** Every invalid expression and schedule of a function; none when it is fine. */
export function validateTriggers(config: FunctionConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const [field, text, validate] of checksOf(config)) {
    const fault = text === undefined ? undefined : faultOf(text, validate);
    if (fault === undefined) continue;
    problems.push({ field, message: `Function "${config.slug}", field "${field}": ${fault}` });
  }
  return problems;
}

function checksOf(config: FunctionConfig): Check[] {
  const triggers = config.triggers.map((trigger, n): Check =>
    trigger.kind === "cron"
      ? [`triggers[${n}].cron`, trigger.cron, parseCron]
      : [`triggers[${n}].expression`, trigger.expression, compileExpression],
  );
  const cancel = config.cancel.map((rule, n): Check => [
    `cancel[${n}].if`,
    rule.expression,
    validateCancelExpression,
  ]);
  const concurrency = config.concurrency.map((rule, n): Check => [
    `concurrency[${n}].key`,
    rule.key,
    compileExpression,
  ]);
  const others: readonly (readonly [string, string | undefined])[] = [
    ["throttle.key", config.throttle?.key],
    ["rateLimit.key", config.rateLimit?.key],
    ["debounce.key", config.debounce?.key],
    ["batchEvents.key", config.batch?.key],
    ["batchEvents.if", config.batch?.if],
    ["priority.run", config.priority?.run],
    ["idempotency", config.idempotency],
    ["singleton.key", config.singleton?.key],
  ];
  return [
    ...triggers,
    ...cancel,
    ...concurrency,
    ...others.map(([field, text]): Check => [field, text, compileExpression]),
  ];
}

function faultOf(text: string, validate: (text: string) => unknown): string | undefined {
  try {
    validate(text);
    return undefined;
  } catch (error) {
    if (error instanceof EverstepError) return error.message;
    throw error;
  }
}
