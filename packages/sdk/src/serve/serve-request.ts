// A request and a reply as the core sees them, so that adapters of Node frameworks do not have to build a web Request for every
// call. Web frameworks go through toServeRequest and toResponse.
import type { Environment } from "./environment.ts";

export interface ServeRequest {
  /** Upper case. */
  readonly method: string;
  /** Absolute, with the query; host and protocol as the framework knows them. */
  readonly url: string;
  /** The value of a header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** The body's text, or the value that a body parser already made of it; "" or undefined when there is none. */
  readonly body: () => Promise<unknown>;
  /** Variables that the runtime hands over with each request. */
  readonly environment?: Environment;
  /** What the framework called the handler with, for middleware. */
  readonly args: readonly unknown[];
  /** Keeps the platform from stopping the code before the work is done; absent where nothing stops it. */
  readonly keepAlive?: (work: Promise<unknown>) => void;
}

export interface ServeReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ReadableStream<Uint8Array>;
}

export type ServeCore = (request: ServeRequest) => Promise<ServeReply>;

/** The core's view of a web Request. */
export function toServeRequest(
  request: Request,
  args: readonly unknown[],
  environment?: Environment,
): ServeRequest {
  return {
    method: request.method,
    url: request.url,
    header: (name) => request.headers.get(name) ?? undefined,
    body: () => request.text(),
    args,
    ...(environment === undefined ? {} : { environment }),
  };
}

export function toResponse(reply: ServeReply): Response {
  return new Response(reply.body, { status: reply.status, headers: reply.headers });
}
