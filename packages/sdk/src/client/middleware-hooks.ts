// Where middleware joins in: in calls of functions, and in sends outside of them. What a client or a function lists is registered
// once, when it is created; without middleware nothing is kept and nothing is awaited.
import type { HookScope } from "../functions/definition.ts";
import type { EverstepFunction } from "../functions/everstep-function.ts";
import type { ExecutionHooks } from "../execution/hooks.ts";
import type { MiddlewareInput } from "../functions/middleware-context.ts";
import {
  openCallHooks,
  openSendHooks as openRegistered,
  registerMiddleware,
  type RegisteredMiddleware,
} from "../middleware/open-hooks.ts";
import type { Everstep } from "./everstep.ts";

const NO_HOOKS: ExecutionHooks = {};
const byOwner = new WeakMap<object, RegisteredMiddleware>();

/** To be called once for each client. */
export function registerClientMiddleware(client: Everstep): void {
  if (client.middleware.length === 0) return;
  byOwner.set(client, registerMiddleware(client.middleware, client));
}

/** To be called once for each function. */
export function registerFunctionMiddleware(client: Everstep, fn: EverstepFunction): void {
  const list = (fn.opts.middleware ?? []) as readonly MiddlewareInput[];
  if (list.length > 0) byOwner.set(fn, registerMiddleware(list, client, fn));
}

/** Resolves when the client's middleware is initialised; rejects when that failed. */
export async function middlewareReady(client: Everstep): Promise<void> {
  await byOwner.get(client);
}

/** The hooks for one call of a function: the client's middleware outermost, then the function's. */
export async function openFunctionHooks(
  client: Everstep,
  fn: EverstepFunction,
  call: HookScope,
): Promise<ExecutionHooks> {
  const registered = [byOwner.get(client), byOwner.get(fn)].filter((each) => each !== undefined);
  return registered.length === 0 ? NO_HOOKS : openCallHooks(registered, { client, fn, call });
}

/** The hooks for a send outside of runs. */
export async function openSendHooks(client: Everstep): Promise<ExecutionHooks> {
  const registered = byOwner.get(client);
  return registered === undefined ? NO_HOOKS : openRegistered(registered, client);
}
