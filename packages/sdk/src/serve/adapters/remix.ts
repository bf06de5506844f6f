// Remix and React Router: one function is both the loader and the action of a route.
import { createServeHandler } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";
import { readBindings } from "./bindings.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "remix";

/** What is used of a loader's arguments. */
export interface RemixArgs {
  readonly request: Request;
  readonly context?: unknown;
}

/**
 * Serves functions from a route of Remix or React Router.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * // app/routes/api.inngest.ts
 * const handler = serve({ client, functions });
 * export { handler as loader, handler as action };
 */
export function serve(options: ServeOptions): (args: RemixArgs) => Promise<Response> {
  const handle = createServeHandler(options, { frameworkName, canStream: true });
  return (args) => handle(args.request, [args], readBindings(bindingsOf(args.context)));
}

/** On Cloudflare the bindings are in the load context, under one of two names. */
function bindingsOf(context: unknown): unknown {
  const { cloudflare, env } = (context ?? {}) as { cloudflare?: { env?: unknown }; env?: unknown };
  return cloudflare?.env ?? env;
}
