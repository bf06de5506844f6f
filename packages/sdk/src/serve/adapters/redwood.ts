// RedwoodJS functions, which get the events of API Gateway. Replies are not streamed.
import type { ServeOptions } from "../serve-options.ts";
import { createGatewayHandler, type GatewayHandler } from "./gateway-exchange.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "redwoodjs";

/** Serves functions from a Redwood function: `export const handler = serve({ client, functions, servePath })`. */
export function serve(options: ServeOptions): GatewayHandler {
  return createGatewayHandler(options, frameworkName);
}
