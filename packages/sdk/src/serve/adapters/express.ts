// Express 4 and 5, and Node functions of Vercel. Works with and without express.json().
import { createServeCore } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";
import { toNodeHandler, type NodeHandler } from "./node-exchange.ts";

export type { NodeHandler, NodeRequest } from "./node-exchange.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "express";

/**
 * Serves functions from an Express app.
 * A body parser before it needs a limit of at least 4 MB (`express.json({ limit: "4mb" })`); without a parser the body is read here.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * const app = express();
 * app.use("/api/inngest", serve({ client, functions }));
 */
export function serve(options: ServeOptions): NodeHandler {
  return toNodeHandler(createServeCore(options, { frameworkName, canStream: true }));
}
