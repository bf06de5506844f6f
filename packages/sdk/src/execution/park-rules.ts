// When a run may wait in memory for its next call. Everything that differs between calls must not matter to it: where that is in
// doubt, the run ends with the answer and the next call replays (docs/decisions/0006-continuation.md says why, case by case).
import type { WireOp } from "../wire/op.ts";
import { canFollowScopes } from "./async-context.ts";
import type { CallInput } from "./call.ts";
import type { OpenCall } from "./call-parts.ts";
import type { ExecuteOptions } from "./execute.ts";
import type { ExecutionHooks } from "./hooks.ts";

/** Hooks of sends; all others belong to one call, or change what a replay sees. */
const CALL_INDEPENDENT: ReadonlySet<string> = new Set(["wrapSend", "transformSendEvents"]);

/** @param ops What the call is about to answer. */
export function isParkable(
  call: OpenCall,
  { input, options }: { readonly input: CallInput; readonly options: ExecuteOptions },
  ops: readonly WireOp[],
): boolean {
  const { parkedRuns } = options;
  return (
    parkedRuns !== undefined &&
    // Handlers and callbacks are told the attempt; that of the next call is 0 again.
    input.attempt === 0 &&
    input.targetStepId === undefined &&
    !input.isFailureHandler &&
    call.deadline === undefined &&
    // Results that the engine does not have were given to user code.
    (call.buffer === undefined || call.buffer.ops.length === 0) &&
    canFollowScopes &&
    hasOnlySendHooks(call.phases.hooks) &&
    !parkedRuns.isTooLate(ops)
  );
}

function hasOnlySendHooks(hooks: ExecutionHooks): boolean {
  for (const [name, hook] of Object.entries(hooks)) {
    if (hook !== undefined && !CALL_INDEPENDENT.has(name)) return false;
  }
  return true;
}
