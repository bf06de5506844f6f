// SvelteKit server routes.
import { createServeHandler } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";
import { readBindings } from "./bindings.ts";
import { withMethods, type MethodExports } from "./method-exports.ts";

export type { MethodExports } from "./method-exports.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "sveltekit";

/** What is used of SvelteKit's event. */
export interface SvelteKitEvent {
  readonly request: Request;
  readonly platform?: unknown;
}

/** A request handler of SvelteKit. */
export type SvelteKitHandler = (event: SvelteKitEvent) => Promise<Response>;

/**
 * Serves functions from a route of SvelteKit.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * // src/routes/api/inngest/+server.ts
 * export const { GET, POST, PUT } = serve({ client, functions });
 */
export function serve(options: ServeOptions): SvelteKitHandler & MethodExports<SvelteKitHandler> {
  const handle = createServeHandler(options, { frameworkName, canStream: true });
  return withMethods((event: SvelteKitEvent) =>
    handle(event.request, [event], readBindings(bindingsOf(event.platform))),
  );
}

function bindingsOf(platform: unknown): unknown {
  return (platform as { env?: unknown } | undefined)?.env;
}
