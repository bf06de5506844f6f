// Anything that maps a web Request to a web Response: edge functions, service workers, test harnesses.
import { createServeHandler } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "edge";

/**
 * Serves functions from anything that maps a web Request to a web Response.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * export default serve({ client, functions });
 */
export function serve(options: ServeOptions): (request: Request) => Promise<Response> {
  const handle = createServeHandler(options, { frameworkName, canStream: true });
  return (request) => handle(request);
}
