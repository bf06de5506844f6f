// When a run may wait in memory for its next call. Everything that differs between calls must not matter to it: where that is in
// doubt, the run ends with the answer and the next call replays (docs/decisions/0006-continuation.md says why, case by case).
import type { WireOp } from "../wire/op.ts";
import { canFollowScopes } from "./async-context.ts";
import type { CallInput } from "./call.ts";
import type { OpenCall } from "./call-parts.ts";
import type { ExecuteOptions } from "./execute.ts";
import type { ExecutionHooks } from "./hooks.ts";
import type { Retriability } from "./retriability.ts";

/** Hooks of sends; all others belong to one call, or change what a replay sees. */
const CALL_INDEPENDENT: ReadonlySet<string> = new Set(["wrapSend", "transformSendEvents"]);

/** What a call is about to answer; `failure` is that of its last op. */
export interface RunAnswer {
  readonly ops: readonly WireOp[];
  readonly failure?: Retriability | undefined;
}

export function isParkable(
  call: OpenCall,
  { input, options }: { readonly input: CallInput; readonly options: ExecuteOptions },
  { ops, failure }: RunAnswer,
): boolean {
  const { parkedRuns } = options;
  return (
    parkedRuns !== undefined &&
    mayMeetOtherAttempt(call, input, failure) &&
    input.targetStepId === undefined &&
    !input.isFailureHandler &&
    call.deadline === undefined &&
    // User code was given these: the engine must have them too.
    (call.buffer?.ops ?? []).every((op) => ops.includes(op)) &&
    canFollowScopes &&
    hasOnlySendHooks(call.phases.hooks) &&
    !parkedRuns.isTooLate(ops, failure)
  );
}

/** The next call may have another attempt than this one. Callbacks are told theirs, and the handler what it has asked for. */
function mayMeetOtherAttempt(
  call: OpenCall,
  { attempt }: CallInput,
  failure: Retriability | undefined,
): boolean {
  const isSame = attempt === 0 && failure?.isFinal !== false;
  return isSame || call.attempt?.isRead === false;
}

function hasOnlySendHooks(hooks: ExecutionHooks): boolean {
  for (const [name, hook] of Object.entries(hooks)) {
    if (hook !== undefined && !CALL_INDEPENDENT.has(name)) return false;
  }
  return true;
}
