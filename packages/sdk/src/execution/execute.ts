// Runs a function for one call of the engine and answers it. All state of the call lives in one CallRun; this file opens it
// and gives back what the call-independent parts share.
import type { HookScope } from "../functions/definition.ts";
import { encloseLogs, LogBuffer } from "../logging/log-buffer.ts";
import type { CallInput, CallOutput } from "./call.ts";
import { CallAnswers } from "./call-answers.ts";
import { CallRun } from "./call-run.ts";
import type { CheckpointPort } from "./checkpoint-buffer.ts";
import type { ExecutionHooks } from "./hooks.ts";
import { memoizedSteps } from "./memo.ts";
import type { ParkedRuns } from "./parked-runs.ts";
import { fromWireEvent } from "../wire/tagged-events.ts";

/** What a call may use beyond its own answer. */
export interface ExecuteOptions {
  /** Lets steps follow each other within one call, where the function's `checkpointing` is set. */
  readonly checkpoint?: CheckpointPort | undefined;
  /** True for an engine that keeps a wait without timeout for ever; the official server would end it at once. */
  readonly keepsWaits?: boolean;
  /** True for an engine that keeps what the handler's logger writes (docs/reference/logs.md). */
  readonly takesLogs?: boolean;
  /** Where the run may wait for its next call (docs/reference/continuation.md); absent: it ends with the answer. */
  readonly parkedRuns?: ParkedRuns | undefined;
  /** How long a targeted call waits without progress for its step, ms. Default 10,000. */
  readonly stepNotFoundMs?: number;
}

/** The options of a call whose middleware is open. */
export interface OpenedOptions extends ExecuteOptions {
  readonly hooks: ExecutionHooks;
  /** Present when the engine keeps lines; later calls of a parked run use the same. */
  readonly logs: LogBuffer | undefined;
}

/**
 * Answers one call: replays what is remembered, then runs at most one new step (more with checkpointing) or reports what was
 * found. Never rejects: whatever goes wrong becomes an answer.
 */
export async function executeCall(
  given: CallInput,
  options: ExecuteOptions = {},
): Promise<CallOutput> {
  const input = withSentValues(given);
  const logs = options.takesLogs === true ? new LogBuffer() : undefined;
  try {
    const hooks = await input.function.openHooks(hookScopeOf(input));
    const run = (): Promise<CallOutput> => new CallRun(input, { ...options, hooks, logs }).answer();
    if (hooks.wrapRequest === undefined) return encloseLogs(await run(), logs);
    const output = await hooks.wrapRequest(run);
    // Middleware may have put anything into the answer's place.
    return isJson(output.body) ? encloseLogs(output, logs) : output;
  } catch (error) {
    input.function.client.logger.error(error);
    const answers = new CallAnswers(input);
    answers.error(error, answers.retriabilityOf(error, new WeakSet()));
    return encloseLogs(await answers.answer, logs);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Dates and the like of event data as they were sent (R17); middleware already sees them. */
function withSentValues(input: CallInput): CallInput {
  if (input.function.client.taggedValues === false) return input;
  const event = fromWireEvent(input.event);
  const events = input.events.map((each) => fromWireEvent(each));
  const isAsSent = event === input.event && events.every((each, n) => each === input.events[n]);
  return isAsSent ? input : { ...input, event, events };
}

function hookScopeOf(input: CallInput): HookScope {
  const { runId, event, requestArgs, request, steps } = input;
  return {
    runId,
    event,
    requestArgs,
    request,
    get steps() {
      return memoizedSteps(steps);
    },
  };
}
