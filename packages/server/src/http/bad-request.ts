// Answers bytes that are no HTTP request, or one that is too slow or has too large a head. There is no response object for
// those, so the answer is written by hand, in the same JSON form as every other error.
import type { Socket } from "node:net";
import { STATUS_CODES } from "node:http";
import { HEADERS, type ServerKind } from "@everstep/protocol";

export function refuseBadRequest(
  error: NodeJS.ErrnoException,
  socket: Socket,
  serverKind: ServerKind,
): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const { status, message } = explain(error);
  const body = JSON.stringify({ error: message, status });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `${HEADERS.serverKind}: ${serverKind}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function explain(error: NodeJS.ErrnoException): { status: number; message: string } {
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return { status: 408, message: "The request took too long to arrive: send it faster." };
  }
  if (error.code === "HPE_HEADER_OVERFLOW") {
    return {
      status: 431,
      message: "The request's headers are too large: send fewer or shorter ones.",
    };
  }
  return { status: 400, message: `The request is not valid HTTP: ${error.message}` };
}
