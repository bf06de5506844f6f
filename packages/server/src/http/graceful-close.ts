// Ends a listening HTTP server without cutting off requests: no new connections, every answer given from then on closes its
// connection, and what is not done after the grace period is cut.
import type { Server as HttpServer, ServerResponse } from "node:http";
import type { Clock } from "@everstep/engine";

/** Follows the server's requests from now on; returns the function that closes it. */
export function prepareGracefulClose(
  http: HttpServer,
  clock: Clock,
): (graceMs: number) => Promise<void> {
  const open = new Set<ServerResponse>();
  let isClosing = false;
  http.prependListener("request", (_incoming, outgoing: ServerResponse) => {
    if (isClosing) outgoing.shouldKeepAlive = false;
    open.add(outgoing);
    outgoing.once("close", () => open.delete(outgoing));
  });
  return async (graceMs) => {
    isClosing = true;
    for (const outgoing of open) outgoing.shouldKeepAlive = false;
    const closed = new Promise<void>((resolve) => {
      // The only error is that it was not listening, which is what we want it to be.
      http.close(() => resolve());
    });
    const cancelCut = clock.at(clock.nowMs() + graceMs, () => http.closeAllConnections());
    await closed;
    cancelCut();
  };
}
