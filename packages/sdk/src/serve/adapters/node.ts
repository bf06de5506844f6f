// Plain node:http.
import { createServer as createHttpServer, type Server } from "node:http";
import { createServeCore } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";
import { toNodeHandler, type NodeHandler } from "./node-exchange.ts";

export type { NodeHandler, NodeRequest } from "./node-exchange.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "nodejs";

const DEFAULT_PATH = "/api/inngest";

/**
 * Serves functions as a request listener, on every path.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * import { createServer as createHttpServer } from "node:http";
 *
 * createHttpServer(serve({ client, functions })).listen(3000);
 */
export function serve(options: ServeOptions): NodeHandler {
  return toNodeHandler(createServeCore(options, { frameworkName, canStream: true }));
}

/**
 * An HTTP server that answers `servePath` (default `/api/inngest`) and nothing else.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * createServer({ client, functions }).listen(3000);
 */
export function createServer(options: ServeOptions): Server {
  const path = options.servePath ?? DEFAULT_PATH;
  const handle = serve({ ...options, servePath: path });
  return createHttpServer((request, response) => {
    if (request.url?.split("?")[0] === path) {
      void handle(request, response);
      return;
    }
    response.writeHead(404).end();
  });
}
