// Nuxt 3 and newer.
import type { ServeOptions } from "../serve-options.ts";
import { createH3Handler, type H3Handler } from "./h3-exchange.ts";

export type { H3Event, H3Handler } from "./h3-exchange.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "nuxt";

/**
 * Serves functions from an event handler of Nuxt.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * // server/api/inngest.ts
 * export default eventHandler(serve({ client, functions }));
 */
export function serve(options: ServeOptions): H3Handler {
  return createH3Handler(options, frameworkName);
}
