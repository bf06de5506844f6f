// Koa 2 and 3. Works with and without a body parser.
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServeCore } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";
import { toNodeServeRequest, writeNodeReply } from "./node-exchange.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "koa";

/** What is used of Koa's context. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Body parsers put a `body` into it. */
  readonly request: object;
  readonly originalUrl: string;
  status: number;
  body: unknown;
  respond?: boolean | undefined;
  set(headers: Record<string, string>): void;
}

/**
 * Serves functions from a Koa app, as middleware of one path.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * const app = new Koa();
 * const handle = serve({ client, functions });
 * app.use((context, next) => (context.path === "/api/inngest" ? handle(context) : next()));
 */
export function serve(options: ServeOptions): (context: KoaContext) => Promise<void> {
  const core = createServeCore(options, { frameworkName, canStream: true });
  return async (context) => {
    const known = { body: (context.request as { body?: unknown }).body, path: context.originalUrl };
    const reply = await core(toNodeServeRequest(context.req, [context], known));
    if (typeof reply.body === "string") {
      context.status = reply.status;
      // Before the headers, for a text sets a content type of its own.
      context.body = reply.body;
      context.set({ ...reply.headers });
      return;
    }
    context.respond = false;
    await writeNodeReply(context.res, reply);
  };
}
