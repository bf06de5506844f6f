// Mounts a route module (`GET`, `POST`, `PUT` from a Request to a Response) behind a port, as a framework would.
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { Listener } from "./app-host.ts";

export type RouteHandler = (request: Request, context?: unknown) => Promise<Response>;
export type RouteModule = Readonly<Record<string, unknown>>;

export function toListener(route: RouteModule): Listener {
  return async (incoming, outgoing) => {
    const handler = route[incoming.method ?? ""] as RouteHandler | undefined;
    if (handler === undefined) {
      outgoing.writeHead(405).end();
      return;
    }
    await reply(outgoing, await handler(toRequest(incoming)));
  };
}

function toRequest(incoming: IncomingMessage): Request {
  const hasBody = incoming.method !== "GET" && incoming.method !== "HEAD";
  return new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method ?? "GET",
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: "half" } : {}),
  });
}

async function reply(outgoing: ServerResponse, response: Response): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body !== null) for await (const part of response.body) outgoing.write(part);
  outgoing.end();
}
