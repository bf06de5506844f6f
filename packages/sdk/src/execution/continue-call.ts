// A call that brings only what is new (docs/reference/continuation.md): the run whose code waits in this process goes on without
// a replay. Invariant: when the run is not here, nothing of the function is run, and the caller hears that it is gone.
import type { CallInput, CallOutput } from "./call.ts";
import type { ExecuteOptions } from "./execute.ts";
import type { ParkedRuns } from "./parked-runs.ts";
import type { StepNews } from "./step-board.ts";

/** The header of calls and answers. */
export const CONTINUATION_HEADER = "x-everstep-continuation";
/** In a call: the whole state is here, and what the run leaves in memory may be named in the answer. */
export const CONTINUATION_OFFER = "offer";
/** In a call: only what is new is here; its body names the run that is to go on. */
export const CONTINUATION_RESUME = "resume";

/** What a continued call says of itself; event, steps and function are known from the call before. */
export interface ContinuedCall {
  readonly token: string;
  readonly news: StepNews;
  readonly input: Omit<
    CallInput,
    "function" | "isFailureHandler" | "event" | "events" | "steps" | "stack"
  >;
}

/** Undefined: the run is not here. Otherwise as executeCall, and it never rejects either. */
export async function continueCall(
  { token, news, input }: ContinuedCall,
  definition: CallInput["function"],
  options: ExecuteOptions & { readonly parkedRuns: ParkedRuns },
): Promise<CallOutput | undefined> {
  const { parkedRuns } = options;
  const found = parkedRuns.find(token);
  // A token is for one run of one function; code that was loaded anew must not go on in its old form.
  const isSame = found?.input.runId === input.runId && found.input.function === definition;
  if (found === undefined || !isSame) return undefined;
  // A replay would be told this attempt.
  if (input.attempt > 0 && found.hasReadAttempt) return undefined;
  const whole: CallInput = { ...found.input, ...input, steps: {}, stack: [] };
  if (input.targetStepId !== undefined) {
    const output = await found.runStep(news, whole, options);
    return output === undefined ? undefined : withHeader(output, "kept");
  }
  if (parkedRuns.take(token) === undefined) return undefined;
  const output = await found.resume(news, whole, options);
  return output.headers[CONTINUATION_HEADER] === undefined ? withHeader(output, "closed") : output;
}

function withHeader(output: CallOutput, value: string): CallOutput {
  return { ...output, headers: { ...output.headers, [CONTINUATION_HEADER]: value } };
}
