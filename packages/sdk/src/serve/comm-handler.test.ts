// Handlers of frameworks that nobody wrote an adapter for.
import { describe, expect, it } from "vitest";
import { InngestCommHandler, type HandlerActions } from "./comm-handler.ts";
import type { ServeOptions } from "./serve-options.ts";
import { testAdapter } from "./testing/adapter-scenario.ts";
import { makeClient, makeFunction } from "./testing/hand-made-app.ts";

function actionsOf(request: Request): HandlerActions<Response, Response> {
  return {
    body: () => request.text(),
    headers: (name) => request.headers.get(name),
    method: () => request.method,
    url: () => new URL(request.url),
    transformResponse: ({ body, status, headers }) => new Response(body, { status, headers }),
  };
}

const FRAMEWORKS: readonly (readonly [
  string,
  (request: Request) => HandlerActions<Response, Response>,
])[] = [
  [
    "that streams",
    (request) => ({
      ...actionsOf(request),
      transformStreamingResponse: ({ body, status, headers }) =>
        new Response(body, { status, headers }),
    }),
  ],
  ["that does not stream", actionsOf],
  [
    "of promises, with a parsed body and the query apart",
    (request) => ({
      ...actionsOf(request),
      body: async () => {
        const text = await request.text();
        return text === "" ? undefined : (JSON.parse(text) as unknown);
      },
      headers: (name) => Promise.resolve(request.headers.get(name)),
      method: () => Promise.resolve(request.method.toLowerCase()),
      url: () => Promise.resolve(new URL(request.url.split("?")[0] ?? "")),
      queryString: (name) => Promise.resolve(new URL(request.url).searchParams.get(name)),
    }),
  ],
];

describe.each(FRAMEWORKS)("a framework %s", (name, handler) => {
  testAdapter({
    name,
    frameworkName: "my-framework",
    canStream: true,
    open: (options: ServeOptions) => ({
      url: "https://app.test/api/inngest",
      send: new InngestCommHandler({
        frameworkName: "my-framework",
        ...options,
        handler,
      }).createHandler(),
      close: () => undefined,
    }),
  });
});

it("hands variables of the request to the client", async () => {
  const client = makeClient();
  const environment = { INNGEST_DEV: "1" };
  const handle = new InngestCommHandler({
    frameworkName: "my-framework",
    client,
    functions: [makeFunction(client, "a")],
    handler: (request: Request) => ({ ...actionsOf(request), env: () => environment }),
  }).createHandler();
  expect((await handle(new Request("https://app.test/"))).status).toBe(200);
  expect(client.environments).toEqual([environment]);
});
