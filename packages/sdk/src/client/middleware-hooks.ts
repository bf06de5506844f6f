// Where the client's middleware joins in: in calls of functions, and in sends outside of them.
import type { HookScope } from "../functions/definition.ts";
import type { EverstepFunction } from "../functions/everstep-function.ts";
import type { ExecutionHooks } from "../execution/hooks.ts";
import type { MiddlewareInput } from "../functions/middleware-context.ts";

interface MiddlewareOwner {
  readonly middleware: readonly MiddlewareInput[];
}

/** The hooks for one call of a function: the client's middleware outermost, then the function's. */
export async function openFunctionHooks(
  _client: MiddlewareOwner,
  _fn: EverstepFunction,
  _call: HookScope,
): Promise<ExecutionHooks> {
  return {};
}

/** The hooks for a send outside of runs. */
export async function openSendHooks(_client: MiddlewareOwner): Promise<ExecutionHooks> {
  return {};
}
