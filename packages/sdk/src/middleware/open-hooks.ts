// From the middleware that clients and functions list to the hooks of a call or of a send. Objects are initialised once for each
// owner and classes registered once, when they are listed; a failed initialisation fails every call instead of being left out.
import type { Everstep } from "../client/everstep.ts";
import type { ExecutionHooks } from "../execution/hooks.ts";
import type { HookScope } from "../functions/definition.ts";
import type { EverstepFunction } from "../functions/everstep-function.ts";
import type { MiddlewareInput } from "../functions/middleware-context.ts";
import type { BaseMiddleware, Class } from "./base-middleware.ts";
import { classCallHooks, classSendHooks } from "./class-hooks.ts";
import { foldHooks } from "./fold-hooks.ts";
import type { MiddlewareOptions, MiddlewareRegisterReturn } from "./inngest-middleware.ts";
import { objectCallHooks, objectSendHooks } from "./object-hooks.ts";

type Registered =
  | { readonly kind: "object"; readonly hooks: MiddlewareRegisterReturn }
  | { readonly kind: "class"; readonly Class: Class };

/** The middleware of one owner, ready to be opened. */
export type RegisteredMiddleware = Promise<readonly Registered[]>;

/**
 * Initialises what a client or a function lists. Never throws: what goes wrong shows in every use of the result.
 * @param fn Absent for the client's own.
 */
export function registerMiddleware(
  list: readonly MiddlewareInput[],
  client: Everstep,
  fn?: EverstepFunction,
): RegisteredMiddleware {
  const work = initialiseAll(list, client, fn);
  // Nobody may ever ask; then it is no unhandled rejection.
  work.catch(() => {});
  return work;
}

async function initialiseAll(
  list: readonly MiddlewareInput[],
  client: Everstep,
  fn: EverstepFunction | undefined,
): Promise<Registered[]> {
  const registered: Registered[] = [];
  for (const middleware of list) {
    if (isClass(middleware)) {
      middleware.onRegister?.({ client, fn: fn ?? null });
      registered.push({ kind: "class", Class: middleware });
    } else {
      const { init, name } = middleware as unknown as MiddlewareOptions;
      if (typeof init !== "function") throw new TypeError(noMiddleware(middleware));
      const hooks = await init({ client, ...(fn === undefined ? {} : { fn }) });
      if (typeof hooks !== "object" || hooks === null) {
        throw new TypeError(
          `init of the middleware "${name}" gave back ${String(hooks)}: return an object with onFunctionRun or onSendEvent.`,
        );
      }
      registered.push({ kind: "object", hooks });
    }
  }
  return registered;
}

/** The hooks of one call, outermost first. */
export async function openCallHooks(
  registered: readonly RegisteredMiddleware[],
  given: { readonly client: Everstep; readonly fn: EverstepFunction; readonly call: HookScope },
): Promise<ExecutionHooks> {
  const { client, fn, call } = given;
  const list = (await Promise.all(registered)).flat();
  const hooks: ExecutionHooks[] = [];
  for (const each of list) {
    hooks.push(
      each.kind === "object"
        ? await objectCallHooks(each.hooks, fn, call)
        : classCallHooks(create(each.Class, client), { fn, call, logger: client.internalLogger }),
    );
  }
  return foldHooks(hooks);
}

/** The hooks of one send outside of runs. */
export async function openSendHooks(
  registered: RegisteredMiddleware,
  client: Everstep,
): Promise<ExecutionHooks> {
  const list = await registered;
  return foldHooks(
    list.map((each) =>
      each.kind === "object"
        ? objectSendHooks(each.hooks)
        : classSendHooks(create(each.Class, client), null),
    ),
  );
}

function create(MiddlewareClass: Class, client: Everstep): BaseMiddleware {
  return new MiddlewareClass({ client });
}

function isClass(middleware: unknown): middleware is Class {
  return typeof middleware === "function";
}

function noMiddleware(value: unknown): string {
  const what = value === null ? "null" : typeof value;
  return `The option "middleware" holds ${what} that is no middleware: list new InngestMiddleware({ … }), or a class that extends Middleware.BaseMiddleware.`;
}
