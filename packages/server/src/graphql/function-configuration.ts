// The configuration of a function as GraphQL shows it: every rule with its durations as text.
import { formatDuration, LIMITS, type FunctionConfig, type LimitScope } from "@everstep/protocol";
import type { View } from "./view.ts";

const SCOPES: Readonly<Record<LimitScope, string>> = {
  fn: "FUNCTION",
  env: "ENVIRONMENT",
  account: "ACCOUNT",
};

export function functionConfiguration(config: FunctionConfig): View {
  const retries = config.maxAttempts - 1;
  return {
    cancellations: config.cancel.map((rule) => ({
      event: rule.event,
      timeout: rule.timeout,
      condition: rule.expression,
    })),
    retries: { value: retries, isDefault: retries === LIMITS.retriesDefault },
    priority: config.priority?.run,
    concurrency: config.concurrency.map((rule) => ({
      scope: SCOPES[rule.scope],
      limit: { value: rule.limit, isPlanLimit: false },
      key: rule.key,
    })),
    ...flowControl(config),
  };
}

function flowControl(config: FunctionConfig): View {
  const { batch, rateLimit, debounce, throttle, singleton } = config;
  return {
    eventsBatch: batch && {
      maxSize: batch.maxSize,
      timeout: formatDuration(batch.timeoutMs),
      key: batch.key,
    },
    rateLimit: rateLimit && {
      limit: rateLimit.limit,
      period: formatDuration(rateLimit.periodMs),
      key: rateLimit.key,
    },
    debounce: debounce && { period: formatDuration(debounce.periodMs), key: debounce.key },
    throttle: throttle && {
      burst: throttle.burst,
      key: throttle.key,
      limit: throttle.limit,
      period: formatDuration(throttle.periodMs),
    },
    singleton: singleton && { mode: singleton.mode.toUpperCase(), key: singleton.key },
  };
}
