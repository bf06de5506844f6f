// Requests and replies of node:http for every framework built on it. Only types come from node:, so that adapters which also run
// at the edge may use this file.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServeCore, ServeReply, ServeRequest } from "../serve-request.ts";

/** A node:http request, with what frameworks add to it. */
export type NodeRequest = IncomingMessage & {
  /** What a body parser made of the body. */
  readonly body?: unknown;
  /** Express: the path before routers cut their part off. */
  readonly originalUrl?: string;
  /** Express: `http` or `https`, with its own trust of proxies. */
  readonly protocol?: string;
};

export type NodeHandler = (request: NodeRequest, response: ServerResponse) => Promise<void>;

/** Four times what the largest call of an engine has. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;

export function toNodeHandler(core: ServeCore): NodeHandler {
  return async (request, response) => {
    await writeNodeReply(response, await core(toNodeServeRequest(request, [request, response])));
  };
}

/**
 * The core's view of a node:http request.
 * @param known What the framework knows better than the request: the parsed body, the whole path.
 */
export function toNodeServeRequest(
  request: NodeRequest,
  args: readonly unknown[],
  known: { readonly body?: unknown; readonly path?: string | undefined } = {},
): ServeRequest {
  const { headers } = request;
  const path = known.path ?? request.originalUrl ?? request.url ?? "/";
  return {
    method: (request.method ?? "GET").toUpperCase(),
    url: originOf(request) + (path.startsWith("/") ? path : `/${path}`),
    header: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    body: () => readBody(request, known.body ?? request.body),
    args,
  };
}

export async function writeNodeReply(response: ServerResponse, reply: ServeReply): Promise<void> {
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value);
  if (typeof reply.body === "string") {
    response.end(reply.body);
    return;
  }
  const reader = reply.body.getReader();
  // The caller may leave while the function still works.
  response.once("close", () => void reader.cancel().catch(() => undefined));
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    response.write(value);
  }
  response.end();
}

function originOf(request: NodeRequest): string {
  const isEncrypted = (request.socket as { encrypted?: boolean } | undefined)?.encrypted === true;
  const protocol = request.protocol ?? (isEncrypted ? "https" : "http");
  const origin = `${protocol}://${request.headers.host ?? "localhost"}`;
  return URL.canParse(origin) ? new URL(origin).origin : "http://localhost";
}

async function readBody(request: NodeRequest, parsed: unknown): Promise<unknown> {
  if (parsed instanceof Uint8Array) return new TextDecoder().decode(parsed);
  if (parsed !== undefined) return parsed;
  return request.readableEnded ? "" : readText(request);
}

/** Listens to `data` and `end`: platforms that replay a body they have read patch only these two. */
function readText(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const decoder = new TextDecoder();
    let text = "";
    let bytes = 0;
    request.on("data", (chunk: Uint8Array | string) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX) {
        reject(new Error(`The request's body is larger than ${BODY_BYTES_MAX} bytes.`));
        request.removeAllListeners("data").resume();
        return;
      }
      text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    });
    request.once("end", () => resolve(text + decoder.decode()));
    request.once("error", reject);
    request.once("close", () => reject(new Error("The request ended before its body was there.")));
  });
}
