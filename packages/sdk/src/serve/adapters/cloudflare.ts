// Cloudflare Workers and Pages Functions. Variables come with each request, never from the process.
import { createServeHandler } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";
import { readBindings } from "./bindings.ts";

export const frameworkName = "cloudflare-pages";

/** What is used of the context of a Pages Function. */
export interface PagesContext {
  readonly request: Request;
  readonly env: unknown;
}

export type PagesHandlerArgs = [context: PagesContext];
/** Request, bindings, execution context. */
export type WorkersHandlerArgs = [request: Request, env: unknown, context?: unknown];

/**
 * Serves functions from Workers, `export default { fetch: serve({ client, functions }) }`, or from Pages,
 * `export const onRequest = serve({ client, functions })`.
 */
export function serve(
  options: ServeOptions,
): (...args: PagesHandlerArgs | WorkersHandlerArgs) => Promise<Response> {
  const handle = createServeHandler(options, { frameworkName, canStream: true });
  return (...args) => {
    const [first, env] = args;
    return "request" in first
      ? handle(first.request, args, readBindings(first.env))
      : handle(first, args, readBindings(env));
  };
}
