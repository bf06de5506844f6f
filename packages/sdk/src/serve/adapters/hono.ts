// Hono, on every runtime that it runs on.
import { createServeCore } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";
import { toResponse, toServeRequest } from "../serve-request.ts";
import { readBindings } from "./bindings.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "hono";

/** What is used of Hono's context. */
export interface HonoContext {
  readonly req: { readonly raw: Request; text(): Promise<string> };
  readonly env: unknown;
}

/**
 * Serves functions from a Hono app.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * const app = new Hono();
 * app.on(["GET", "POST", "PUT"], "/api/inngest", serve({ client, functions }));
 */
export function serve(options: ServeOptions): (context: HonoContext) => Promise<Response> {
  const core = createServeCore(options, { frameworkName, canStream: true });
  return async (context) => {
    const request = toServeRequest(context.req.raw, [context], readBindings(context.env));
    // Through Hono, which remembers a body that middleware has read.
    return toResponse(await core({ ...request, body: () => context.req.text() }));
  };
}
