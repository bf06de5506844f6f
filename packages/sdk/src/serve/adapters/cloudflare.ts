// Cloudflare Workers and Pages Functions. Variables come with each request, never from the process.
import { toKeepAlive } from "../keep-alive.ts";
import { createServeCore } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";
import { toResponse, toServeRequest } from "../serve-request.ts";
import { readBindings } from "./bindings.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "cloudflare-pages";

/** What is used of the context of a Pages Function. */
export interface PagesContext {
  readonly request: Request;
  readonly env: unknown;
}

/** What Pages calls a function with. */
export type PagesHandlerArgs = [context: PagesContext];
/** Request, bindings, execution context. */
export type WorkersHandlerArgs = [request: Request, env: unknown, context?: unknown];

/**
 * Serves functions from Workers or from Pages. Variables are taken from the bindings of each request.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * // Workers
 * export default { fetch: serve({ client, functions }) };
 * // Pages: functions/api/inngest.ts
 * export const onRequest = serve({ client, functions });
 */
export function serve(
  options: ServeOptions,
): (...args: PagesHandlerArgs | WorkersHandlerArgs) => Promise<Response> {
  const core = createServeCore(options, { frameworkName, canStream: true });
  return async (...args) => {
    const [first, bindings, context] = args;
    const isPages = "request" in first;
    const request = toServeRequest(
      isPages ? first.request : first,
      args,
      readBindings(isPages ? first.env : bindings),
    );
    const keepAlive = toKeepAlive(isPages ? first : context);
    return toResponse(await core(keepAlive === undefined ? request : { ...request, keepAlive }));
  };
}
