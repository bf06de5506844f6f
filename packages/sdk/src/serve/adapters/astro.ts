// Astro endpoints.
import { createServeHandler } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";
import { readBindings } from "./bindings.ts";
import { withMethods, type MethodExports } from "./method-exports.ts";

export type { MethodExports } from "./method-exports.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "astro";

/** What is used of Astro's context. */
export interface AstroContext {
  readonly request: Request;
  readonly locals?: unknown;
}

/** An endpoint of Astro. */
export type AstroHandler = (context: AstroContext) => Promise<Response>;

/**
 * Serves functions from an endpoint of Astro.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * // src/pages/api/inngest.ts
 * export const { GET, POST, PUT } = serve({ client, functions });
 */
export function serve(options: ServeOptions): AstroHandler & MethodExports<AstroHandler> {
  const handle = createServeHandler(options, { frameworkName, canStream: true });
  return withMethods((context: AstroContext) =>
    handle(context.request, [context], readBindings(bindingsOf(context.locals))),
  );
}

function bindingsOf(locals: unknown): unknown {
  return (locals as { runtime?: { env?: unknown } } | undefined)?.runtime?.env;
}
