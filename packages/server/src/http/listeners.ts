// The listening sockets. "localhost" means two addresses to most machines, and clients try either one first, so a server on
// loopback listens on both where it can. Sockets that dribble their request are dropped (slowloris).
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "@everstep/engine";
import type { ServerKind } from "@everstep/protocol";
import { refuseBadRequest } from "./bad-request.ts";
import { prepareGracefulClose } from "./graceful-close.ts";

const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 120_000;
/** Longer than the usual load balancer's 60 s, so that it is never us who closes a connection it is about to use. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
const TIMEOUT_CHECK_MS = 5_000;

const LOOPBACK_V4 = "127.0.0.1";
const LOOPBACK_V6 = "::1";

export interface ListenersOptions {
  readonly serverKind: ServerKind;
  readonly clock: Clock;
  readonly handle: (incoming: IncomingMessage, outgoing: ServerResponse) => void;
}

export interface Listeners {
  /** @returns The port. @throws Error with `code` (EADDRINUSE, …) as node:net gives it. */
  listen(host: string, port: number): Promise<number>;
  /** Lets requests end for up to `graceMs`. */
  close(graceMs: number): Promise<void>;
}

export function createListeners(options: ListenersOptions): Listeners {
  const main = createListener(options);
  const twin = createListener(options);
  return {
    async listen(host, port) {
      const isLoopback = host === "localhost" || host === LOOPBACK_V4;
      await listenOn(main.http, isLoopback ? LOOPBACK_V4 : host, port);
      const bound = (main.http.address() as AddressInfo).port;
      // A machine without IPv6, or with another program there, is served well enough by the other address.
      if (isLoopback) await listenOn(twin.http, LOOPBACK_V6, bound).catch(() => undefined);
      return bound;
    },
    async close(graceMs) {
      await Promise.all([main.close(graceMs), twin.close(graceMs)]);
    },
  };
}

function createListener(options: ListenersOptions): {
  readonly http: HttpServer;
  readonly close: (graceMs: number) => Promise<void>;
} {
  const http = createHttpServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      noDelay: true,
    },
    options.handle,
  );
  http.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) =>
    refuseBadRequest(error, socket, options.serverKind),
  );
  return { http, close: prepareGracefulClose(http, options.clock) };
}

function listenOn(http: HttpServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    http.listen({ host, port }, () => {
      http.off("error", reject);
      resolve();
    });
  });
}
