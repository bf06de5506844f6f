// Answers of the hot routes, written straight to the socket: no Request, no Response, no streams.
import type { ServerResponse } from "node:http";
import type { ErrorBody } from "./error-reply.ts";
import { JSON_TYPE } from "./route.ts";

/** Ends the answer with JSON text. An answer to a request that was not read to its end closes the connection. */
export function sendJson(outgoing: ServerResponse, status: number, text: string): void {
  if (outgoing.headersSent || outgoing.destroyed) return;
  if (!outgoing.req.complete) outgoing.shouldKeepAlive = false;
  outgoing.writeHead(status, {
    "content-type": JSON_TYPE,
    "content-length": Buffer.byteLength(text),
  });
  outgoing.end(text);
}

/** Ends the answer with the error. */
export function sendError(outgoing: ServerResponse, body: ErrorBody): void {
  sendJson(outgoing, body.status, JSON.stringify(body));
}

/** Ends the answer without a body. */
export function sendEmpty(outgoing: ServerResponse, status: number): void {
  outgoing.writeHead(status, { "content-length": 0 });
  outgoing.end();
}
