// Bun.serve.
import { createServeHandler } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "bun";

/**
 * Serves functions from Bun.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * const routes = { "/api/inngest": serve({ client, functions }) };
 * Bun.serve({ routes });
 */
export function serve(options: ServeOptions): (request: Request) => Promise<Response> {
  const handle = createServeHandler(options, { frameworkName, canStream: true });
  return (request) => handle(request);
}
