// Handlers of frameworks that nobody wrote an adapter for.
import { describe, expect, it } from "vitest";
import { InngestCommHandler, type HandlerActions } from "./comm-handler.ts";
import { InngestCommHandler as LazyHandler } from "./lazy-comm-handler.ts";
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
  describe.each([
    ["of its subpath", InngestCommHandler],
    ["of the main entry", LazyHandler],
  ])("with the class %s", (_place, Handler) => {
    testAdapter({
      name,
      frameworkName: "my-framework",
      canStream: true,
      open: (options: ServeOptions) => ({
        url: "https://app.test/api/inngest",
        send: new Handler({ frameworkName: "my-framework", ...options, handler }).createHandler(),
        close: () => undefined,
      }),
    });
  });
});

describe("the class of the main entry", () => {
  it("tells of options that cannot work when a request comes, and again with the next one", async () => {
    const client = makeClient();
    const functions = [makeFunction(client, "a"), makeFunction(client, "a")];
    const options = { frameworkName: "my-framework", client, functions, handler: actionsOf };
    expect(() => new InngestCommHandler(options)).toThrow(/two functions have the id/);
    const handle = new LazyHandler(options).createHandler();
    for (let n = 0; n < 2; n += 1) {
      await expect(handle(new Request("https://app.test/"))).rejects.toThrow(
        /two functions have the id/,
      );
    }
  });

  it("takes the type that a framework asks for", async () => {
    const client = makeClient();
    const handle = new LazyHandler({
      frameworkName: "my-framework",
      client,
      functions: [makeFunction(client, "a")],
      handler: actionsOf,
    }).createHandler<(request: Request) => Promise<Response>>();
    expect((await handle(new Request("https://app.test/"))).status).toBe(200);
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
