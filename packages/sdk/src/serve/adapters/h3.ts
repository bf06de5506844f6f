// h3 1 and 2.
import type { ServeOptions } from "../serve-options.ts";
import { createH3Handler, type H3Handler } from "./h3-exchange.ts";

export type { H3Event, H3Handler } from "./h3-exchange.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "h3";

/**
 * Serves functions from an event handler of h3.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * app.use("/api/inngest", eventHandler(serve({ client, functions })));
 */
export function serve(options: ServeOptions): H3Handler {
  return createH3Handler(options, frameworkName);
}
