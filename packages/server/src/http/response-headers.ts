// Headers that every answer carries, whichever route gives it: the server's kind, which SDKs compare with their own mode,
// and what browsers may do with the answer. Local network access is never granted to public pages.
import type { IncomingMessage, ServerResponse } from "node:http";
import { HEADERS, type ServerKind } from "@everstep/protocol";
import type { GuardVerdict } from "./request-guard.ts";

const PREFLIGHT_AGE_S = "600";

export function setCommonHeaders(
  outgoing: ServerResponse,
  serverKind: ServerKind,
  verdict: GuardVerdict,
): void {
  outgoing.setHeader(HEADERS.serverKind, serverKind);
  outgoing.setHeader("x-content-type-options", "nosniff");
  if (outgoing.req.headers.origin === undefined) return;
  outgoing.setHeader("vary", "origin");
  if (verdict.corsOrigin !== undefined) {
    outgoing.setHeader("access-control-allow-origin", verdict.corsOrigin);
  }
}

/** Answers a browser's question whether a page of an allowed origin may send a request. */
export function answerPreflight(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const asked = incoming.headers["access-control-request-headers"];
  outgoing.writeHead(204, {
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
    ...(asked !== undefined && { "access-control-allow-headers": asked }),
    "access-control-max-age": PREFLIGHT_AGE_S,
  });
  outgoing.end();
}
