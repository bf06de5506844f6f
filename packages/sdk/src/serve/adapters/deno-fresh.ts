// Deno: Deno.serve and Fresh 1 (a Request), Fresh 2 (a context that holds one).
import { createServeHandler } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "deno/fresh";

/** What is used of Fresh 2's context. */
export interface FreshContext {
  readonly req: Request;
}

/**
 * Serves functions from a Fresh route, and from Deno.serve.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * // routes/api/inngest.ts
 * export const handler = serve({ client, functions });
 */
export function serve(
  options: ServeOptions,
): (request: Request | FreshContext) => Promise<Response> {
  const handle = createServeHandler(options, { frameworkName, canStream: true });
  return (given) => handle("req" in given ? given.req : given, [given]);
}
