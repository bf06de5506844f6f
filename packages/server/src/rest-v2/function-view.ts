// Functions as REST v2 shows them: what they are and what of their code is in force.
import type { FunctionConfigurationView, FunctionView, TriggerView } from "@everstep/api";
import type { FunctionRecord } from "@everstep/core";
import { formatDuration, type FunctionConfig, type Trigger } from "@everstep/protocol";
import { createFunctionRefs, type ApiContext } from "./api-context.ts";
import { controlsView, rulesOf } from "./control-handlers.ts";
import { toTime, toUpper } from "./wire.ts";

export function functionView(
  context: ApiContext,
  record: FunctionRecord,
): Omit<FunctionView, "stats"> {
  const { app } = createFunctionRefs(context)(record.id);
  const controls = controlsView(context, record);
  const effective = context.engine.effectiveFunction(record.id)?.function ?? record;
  return {
    id: record.id,
    slug: record.config.slug,
    name: record.config.name,
    app,
    version: record.version,
    createdAt: toTime(record.createdAtMs),
    isArchived: record.archivedAtMs !== undefined,
    isPaused: controls.isPaused,
    pausedAt: controls.pausedAt,
    triggers: record.config.triggers.map(triggerView),
    configuration: configurationView(effective.config),
    overridden: controls.overridden,
  };
}

function triggerView(trigger: Trigger): TriggerView {
  if (trigger.kind === "event") {
    return { type: "EVENT", value: trigger.event, if: trigger.expression };
  }
  return { type: "CRON", value: trigger.cron, jitter: durationIf(trigger.jitterMs) };
}

function configurationView(config: FunctionConfig): FunctionConfigurationView {
  const { batch, singleton, timeouts } = config;
  return {
    ...rulesOf(config),
    retries: { value: config.maxAttempts - 1 },
    cancellations: config.cancel.map(({ event, expression, timeout }) => ({
      event,
      condition: expression,
      timeout,
    })),
    eventsBatch:
      batch === undefined
        ? undefined
        : {
            maxSize: batch.maxSize,
            timeout: formatDuration(batch.timeoutMs),
            key: batch.key,
            if: batch.if,
          },
    priority: config.priority?.run,
    idempotency: config.idempotency,
    singleton:
      singleton === undefined ? undefined : { mode: toUpper(singleton.mode), key: singleton.key },
    timeouts:
      timeouts === undefined
        ? undefined
        : { start: durationIf(timeouts.startMs), finish: durationIf(timeouts.finishMs) },
  };
}

function durationIf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : formatDuration(ms);
}
