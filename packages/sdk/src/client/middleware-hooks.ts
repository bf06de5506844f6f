// Where the client's middleware joins in: in calls of functions, and in sends outside of them. Until middleware/ is there, a
// client or function that has some is refused aloud: leaving out an encryption silently would leak what it protects.
import type { HookScope } from "../functions/definition.ts";
import type { EverstepFunction } from "../functions/everstep-function.ts";
import type { ExecutionHooks } from "../execution/hooks.ts";
import type { MiddlewareInput } from "../functions/middleware-context.ts";

interface MiddlewareOwner {
  readonly id: string;
  readonly middleware: readonly MiddlewareInput[];
}

const NO_HOOKS: ExecutionHooks = {};

/** The hooks for one call of a function: the client's middleware outermost, then the function's. */
export async function openFunctionHooks(
  client: MiddlewareOwner,
  fn: EverstepFunction,
  _call: HookScope,
): Promise<ExecutionHooks> {
  const count = client.middleware.length + (fn.opts.middleware?.length ?? 0);
  return openNothing(count, `Function "${fn.id()}"`);
}

/** The hooks for a send outside of runs. */
export async function openSendHooks(client: MiddlewareOwner): Promise<ExecutionHooks> {
  return openNothing(client.middleware.length, `The client "${client.id}"`);
}

function openNothing(count: number, owner: string): ExecutionHooks {
  if (count === 0) return NO_HOOKS;
  throw new Error(
    `${owner} has middleware, which this version of everstep cannot run yet: remove it.`,
  );
}
