// Next.js: route handlers of the app router (Node and edge) and API routes of the pages router.
import type { ServerResponse } from "node:http";
import { createServeCore, toWebHandler } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";
import { withMethods, type MethodExports } from "./method-exports.ts";
import { toNodeHandler, type NodeRequest } from "./node-exchange.ts";

export type { MethodExports } from "./method-exports.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "nextjs";

/** Loose on purpose: what Next's build accepts as second argument differs between its versions. */
export type RequestHandler = (request: Request, context?: unknown) => Promise<Response>;

/**
 * Serves functions from Next.js: route handlers of the app router, or an API route of the pages router.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * // app/api/inngest/route.ts
 * export const { GET, POST, PUT } = serve({ client, functions });
 * // pages/api/inngest.ts
 * export default serve({ client, functions });
 */
export function serve(options: ServeOptions): RequestHandler & MethodExports<RequestHandler> {
  const core = createServeCore(options, { frameworkName, canStream: true });
  const handleWeb = toWebHandler(core);
  const handleNode = toNodeHandler(core);
  const handler = async (request: Request, context?: unknown): Promise<Response> => {
    if (!isNodeResponse(context)) return handleWeb(request, [request, context]);
    await handleNode(request as unknown as NodeRequest, context);
    // The pages router has its reply already and looks at no value.
    return undefined as unknown as Response;
  };
  return withMethods(handler);
}

function isNodeResponse(value: unknown): value is ServerResponse {
  return typeof value === "object" && value !== null && "setHeader" in value && "end" in value;
}
