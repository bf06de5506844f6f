// Fastify 4 and 5: a route handler, and a plugin that mounts it with a body limit that fits calls.
import type { IncomingMessage } from "node:http";
import { createServeCore } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";
import { toNodeServeRequest } from "./node-exchange.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "fastify";

const METHODS = ["GET", "POST", "PUT"];
const DEFAULT_PATH = "/api/inngest";
/** Calls have up to 4 MB; Fastify's own limit is 1 MB. */
const BODY_BYTES_MAX = 8 * 1024 * 1024;

/** What is used of Fastify's request. */
export interface FastifyRequest {
  readonly raw: IncomingMessage;
  readonly body: unknown;
  readonly originalUrl?: string;
}

/** What is used of Fastify's reply. */
export interface FastifyReply {
  code(status: number): unknown;
  headers(values: Record<string, string>): unknown;
  send(payload?: unknown): unknown;
}

/** What the plugin uses of a Fastify instance. */
export interface FastifyInstance {
  route(route: {
    method: string[];
    url: string;
    bodyLimit: number;
    handler: FastifyHandler;
  }): unknown;
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    contentType: string,
    options: { parseAs: "string" },
    parser: (request: unknown, body: string, done: (error: null, body: string) => void) => void,
  ): unknown;
}

/** A route handler of Fastify. */
export type FastifyHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Options of the plugin. */
export interface FastifyPluginOptions extends Pick<ServeOptions, "client" | "functions"> {
  /** The other options of serve; `servePath` is also where the plugin mounts it (default `/api/inngest`). */
  readonly options?: Omit<ServeOptions, "client" | "functions">;
}

/**
 * Serves functions as a route handler. The plugin mounts it with a body limit that fits.
 *
 * @throws Error for options that cannot work: two functions of one id, streaming where there is none.
 * @example
 * const app = Fastify();
 * const url = "/api/inngest";
 * app.route({ method: ["GET", "POST", "PUT"], url, handler: serve({ client, functions }) });
 */
export function serve(options: ServeOptions): FastifyHandler {
  const core = createServeCore(options, { frameworkName, canStream: true });
  return async (request, reply) => {
    const known = { body: request.body ?? "", path: request.originalUrl };
    const answer = await core(toNodeServeRequest(request.raw, [request, reply], known));
    reply.code(answer.status);
    reply.headers({ ...answer.headers });
    return reply.send(answer.body);
  };
}

/**
 * Serves functions as a plugin.
 *
 * @example
 * const app = Fastify();
 * await app.register(fastifyPlugin, { client, functions, options: { servePath: "/api/inngest" } });
 */
export function fastifyPlugin(
  fastify: FastifyInstance,
  { client, functions, options = {} }: FastifyPluginOptions,
  done: (error?: Error) => void,
): void {
  try {
    const handler = serve({ client, functions, ...options });
    // Only inside this plugin: bodies stay the texts that were signed.
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser("*", { parseAs: "string" }, (_request, body, end) =>
      end(null, body),
    );
    const url = options.servePath ?? DEFAULT_PATH;
    fastify.route({ method: METHODS, url, bodyLimit: BODY_BYTES_MAX, handler });
    done();
  } catch (error) {
    done(error as Error);
  }
}

/**
 * Fastify apps import a plugin as the default of its module: `import everstep from "everstep/fastify"`.
 * @alias
 */
// oxlint-disable-next-line import/no-default-export
export default fastifyPlugin;
