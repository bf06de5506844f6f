// AWS Lambda behind API Gateway, a function URL or a load balancer. Replies are not streamed.
import type { ServeOptions } from "../serve-options.ts";
import { createGatewayHandler, type GatewayHandler } from "./gateway-exchange.ts";

export type { GatewayEvent, GatewayHandler, GatewayResult } from "./gateway-exchange.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "aws-lambda";

/**
 * Serves functions from AWS Lambda, behind API Gateway (both versions) or a function URL.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * export const handler = serve({ client, functions });
 */
export function serve(options: ServeOptions): GatewayHandler {
  return createGatewayHandler(options, frameworkName);
}
