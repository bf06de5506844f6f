// The argument of a function's handler. Values of the request are handed on as they came; nothing is copied.
import { commonSessions } from "../client/sessions.ts";
import { deserializeError } from "../errors.ts";
import type { GroupTools } from "../steps/group-tools.ts";
import type { StepTools } from "../steps/step-tools.ts";
import { REMEDIES, UnsupportedFeatureError } from "../unsupported-feature.ts";
import type { CallInput } from "./call.ts";

export interface HandlerTools {
  readonly step: StepTools;
  readonly group: GroupTools;
  readonly logger: unknown;
}

export function handlerContext(input: CallInput, tools: HandlerTools): Record<string, unknown> {
  const sessions = commonSessions(input.events);
  const context: Record<string, unknown> = {
    event: input.event,
    events: input.events,
    runId: input.runId,
    attempt: input.attempt,
    maxAttempts: input.maxAttempts,
    step: tools.step,
    group: tools.group,
    logger: tools.logger,
    requestId: input.requestId,
    jobId: input.jobId,
    defer: refuseDefer,
    ...(sessions === undefined ? {} : { sessions }),
  };
  return input.isFailureHandler ? { ...context, ...failureContext(input) } : context;
}

function refuseDefer(): never {
  throw new UnsupportedFeatureError("defer", REMEDIES.defer);
}

/** R11: an alert needs the failed run's id; that of the handler's own run stands beside it. */
function failureContext(input: CallInput): Record<string, unknown> {
  const { run_id: failedRunId, error } = input.event.data;
  const isFailed = input.function.client.failureRunId !== "own" && typeof failedRunId === "string";
  return {
    error: deserializeError(error),
    runId: isFailed ? failedRunId : input.runId,
    failureRunId: input.runId,
  };
}
