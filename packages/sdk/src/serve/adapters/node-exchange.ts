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

/** What answers requests of node:http and of frameworks over it. */
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
  if (typeof reply.body === "string") {
    // All at once: set one by one, each header is checked and kept by itself first.
    const length = Buffer.byteLength(reply.body);
    response.writeHead(reply.status, { ...reply.headers, "content-length": length });
    response.end(reply.body);
    return;
  }
  response.writeHead(reply.status, reply.headers);
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

/** Most requests name the same origin as the one before, and parsing URLs is not free. */
let lastOrigin = { given: "http://localhost", origin: "http://localhost" };

function originOf(request: NodeRequest): string {
  const isEncrypted = (request.socket as { encrypted?: boolean } | undefined)?.encrypted === true;
  const protocol = request.protocol ?? (isEncrypted ? "https" : "http");
  const given = `${protocol}://${request.headers.host ?? "localhost"}`;
  if (given !== lastOrigin.given) {
    const origin = URL.canParse(given) ? new URL(given).origin : "http://localhost";
    lastOrigin = { given, origin };
  }
  return lastOrigin.origin;
}

/** Stateless between whole texts. */
const UTF8 = new TextDecoder();

async function readBody(request: NodeRequest, parsed: unknown): Promise<unknown> {
  if (parsed instanceof Uint8Array) return UTF8.decode(parsed);
  if (parsed !== undefined) return parsed;
  return request.readableEnded ? "" : readText(request);
}

/** Listens to `data` and `end`: platforms that replay a body they have read patch only these two. */
function readText(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: (Uint8Array | string)[] = [];
    let bytes = 0;
    let isOver = false;
    request.on("data", (chunk: Uint8Array | string) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX) {
        reject(new Error(`The request's body is larger than ${BODY_BYTES_MAX} bytes.`));
        request.removeAllListeners("data").resume();
        return;
      }
      chunks.push(chunk);
    });
    request.once("end", () => {
      isOver = true;
      resolve(textOf(chunks));
    });
    request.once("error", reject);
    request.once("close", () => {
      // Every request is closed in the end; an error that nobody sees would cost a stack trace each time.
      if (!isOver) reject(new Error("The request ended before its body was there."));
    });
  });
}

function textOf(chunks: readonly (Uint8Array | string)[]): string {
  const [only] = chunks;
  if (chunks.length === 1 && typeof only !== "string" && only !== undefined) {
    return UTF8.decode(only);
  }
  const decoder = new TextDecoder();
  let text = "";
  for (const chunk of chunks) {
    text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
