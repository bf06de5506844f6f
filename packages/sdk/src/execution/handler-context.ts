// The argument of a function's handler. Values of the request are handed on as they came; nothing is copied.
import { commonSessions } from "../client/sessions.ts";
import { deserializeError } from "../errors.ts";
import type { ProxyLogger } from "../logging/proxy-logger.ts";
import type { GroupTools } from "../steps/group-tools.ts";
import type { StepTools } from "../steps/step-tools.ts";
import { REMEDIES, UnsupportedFeatureError } from "../unsupported-feature.ts";
import type { CallInput } from "./call.ts";
import { defineAttempt, type ToldAttempt } from "./told-attempt.ts";

export interface HandlerTools {
  readonly step: StepTools;
  readonly group: GroupTools;
  readonly logger: unknown;
  /** Absent: `attempt` is a value, for a run that ends with its call. */
  readonly attempt: ToldAttempt | undefined;
}

export function handlerContext(input: CallInput, tools: HandlerTools): Record<string, unknown> {
  const sessions = commonSessions(input.events);
  const context: Record<string, unknown> = {
    event: input.event,
    events: input.events,
    runId: input.runId,
    maxAttempts: input.maxAttempts,
    step: tools.step,
    group: tools.group,
    logger: tools.logger,
    requestId: input.requestId,
    jobId: input.jobId,
    defer: refuseDefer,
    ...(sessions === undefined ? {} : { sessions }),
    ...(tools.attempt === undefined ? { attempt: input.attempt } : {}),
  };
  if (tools.attempt !== undefined) defineAttempt(context, tools.attempt);
  return input.isFailureHandler ? { ...context, ...failureContext(input) } : context;
}

const LOGGER = Symbol("everstep.logger");

interface WithLogger {
  readonly [LOGGER]: ProxyLogger;
}

/** Of all contexts: with a getter of its own, each would have a hidden class of its own, which costs more than the whole call. */
const REPLAYING: PropertyDescriptor & ThisType<WithLogger> = {
  get(): boolean {
    return !this[LOGGER].isEnabled;
  },
  enumerable: true,
};

/** Adds `replaying`, which tells at any time whether the call's logger is mute. */
export function defineReplaying(context: Record<string, unknown>, logger: ProxyLogger): void {
  Object.defineProperty(context, LOGGER, { value: logger });
  Object.defineProperty(context, "replaying", REPLAYING);
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
