// The ports behind which samples are served, and how many requests they are answering.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

export class AppHost {
  readonly #servers: Server[] = [];
  requestsInFlight = 0;
  /** Calls to run something; syncs and probes do not count. */
  requestCount = 0;

  /** @returns The origin under which the handler answers. */
  async listen(listener: Listener): Promise<string> {
    const server = createServer((request, response) => {
      this.requestsInFlight += 1;
      if (request.method === "POST") this.requestCount += 1;
      response.once("close", () => {
        this.requestsInFlight -= 1;
      });
      void listener(request, response);
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closing = this.#servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    await Promise.all(closing);
  }
}
