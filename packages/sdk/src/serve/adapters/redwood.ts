// RedwoodJS functions, which get the events of API Gateway. Replies are not streamed.
import type { ServeOptions } from "../serve-options.ts";
import { createGatewayHandler, type GatewayHandler } from "./gateway-exchange.ts";

export type { GatewayEvent, GatewayHandler, GatewayResult } from "./gateway-exchange.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "redwoodjs";

/**
 * Serves functions from a Redwood function.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * // api/src/functions/inngest.ts
 * export const handler = serve({ client, functions, servePath: "/api/inngest" });
 */
export function serve(options: ServeOptions): GatewayHandler {
  return createGatewayHandler(options, frameworkName);
}
