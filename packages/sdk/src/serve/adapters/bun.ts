// Bun.serve.
import { createServeHandler } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "bun";

/** Serves functions from Bun: `Bun.serve({ routes: { "/api/inngest": serve({ client, functions }) } })`. */
export function serve(options: ServeOptions): (request: Request) => Promise<Response> {
  const handle = createServeHandler(options, { frameworkName, canStream: true });
  return (request) => handle(request);
}
