// The adapters of frameworks that speak web Request and Response, called as each framework calls its handlers. Hono is the real
// one; the others pass plain objects, which are made here.
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { ServeOptions } from "../serve-options.ts";
import { testAdapter, type OpenApp } from "../testing/adapter-scenario.ts";
import {
  makeCallBody,
  makeClient,
  makeFunction,
  type HandMadeClient,
} from "../testing/hand-made-app.ts";
import { serve as serveAstro } from "./astro.ts";
import { serve as serveBun } from "./bun.ts";
import { serve as serveCloudflare, type PagesContext } from "./cloudflare.ts";
import { serve as serveFresh } from "./deno-fresh.ts";
import { serve as serveEdge } from "./edge.ts";
import { serve as serveH3 } from "./h3.ts";
import { serve as serveHono } from "./hono.ts";
import { serve as serveNext } from "./next.ts";
import { serve as serveRemix } from "./remix.ts";
import { serve as serveSvelteKit } from "./sveltekit.ts";

type Send = (request: Request) => Promise<Response>;

function appOf(send: Send): OpenApp {
  return { url: "https://app.test/api/inngest", send, close: () => undefined };
}

const WEB_ADAPTERS: readonly (readonly [
  name: string,
  frameworkName: string,
  connect: (options: ServeOptions) => Send,
])[] = [
  [
    "Hono",
    "hono",
    (options) => {
      const app = new Hono();
      app.on(["GET", "POST", "PUT"], "/api/inngest", serveHono(options));
      return async (request) => app.fetch(request);
    },
  ],
  [
    "Hono after middleware that read the body",
    "hono",
    (options) => {
      const app = new Hono();
      app.use(async (context, next) => {
        await context.req.text();
        await next();
      });
      app.on(["GET", "POST", "PUT"], "/api/inngest", serveHono(options));
      return async (request) => app.fetch(request);
    },
  ],
  [
    "Next.js route handlers",
    "nextjs",
    (options) => {
      const { GET, POST, PUT } = serveNext(options);
      const routes: Record<string, typeof GET> = { GET, POST, PUT };
      const context = { params: Promise.resolve({}) };
      return async (request) =>
        routes[request.method]?.(request, context) ?? new Response(null, { status: 405 });
    },
  ],
  ["edge", "edge", (options) => serveEdge(options)],
  ["Bun", "bun", (options) => serveBun(options)],
  ["Fresh 1 and Deno.serve", "deno/fresh", (options) => serveFresh(options)],
  [
    "Fresh 2",
    "deno/fresh",
    (options) => {
      const handle = serveFresh(options);
      return (req) => handle({ req });
    },
  ],
  [
    "Remix",
    "remix",
    (options) => {
      const handle = serveRemix(options);
      return (request) => handle({ request, context: {} });
    },
  ],
  [
    "Astro",
    "astro",
    (options) => {
      const handle = serveAstro(options);
      return (request) => handle({ request, locals: {} });
    },
  ],
  [
    "SvelteKit",
    "sveltekit",
    (options) => {
      const handle = serveSvelteKit(options);
      return (request) => handle({ request });
    },
  ],
  [
    "Cloudflare Workers",
    "cloudflare-pages",
    (options) => {
      const handle = serveCloudflare(options);
      return (request) => handle(request, { KV: {} }, {});
    },
  ],
  [
    "Cloudflare Pages",
    "cloudflare-pages",
    (options) => {
      const onRequest = serveCloudflare(options);
      return (request) => onRequest({ request, env: {} });
    },
  ],
];

describe.each(WEB_ADAPTERS)("%s", (name, frameworkName, connect) => {
  testAdapter({
    name,
    frameworkName,
    canStream: true,
    open: (options) => appOf(connect(options)),
  });
});

describe("variables that a platform hands over with the request", () => {
  const env = { INNGEST_DEV: "1", KV: { get: () => undefined } };
  const texts = { INNGEST_DEV: "1" };
  const request = (): Request => new Request("https://app.test/api/inngest");
  const platforms: readonly (readonly [string, (options: ServeOptions) => Promise<Response>])[] = [
    ["Workers", (options) => serveCloudflare(options)(request(), env)],
    ["Pages", (options) => serveCloudflare(options)({ request: request(), env })],
    ["Hono", (options) => serveHono(options)({ req: honoRequest(request()), env })],
    [
      "Remix",
      (options) => serveRemix(options)({ request: request(), context: { cloudflare: { env } } }),
    ],
    [
      "Astro",
      (options) => serveAstro(options)({ request: request(), locals: { runtime: { env } } }),
    ],
    ["SvelteKit", (options) => serveSvelteKit(options)({ request: request(), platform: { env } })],
    ["Nitro", (options) => serveH3(options)({ req: request(), context: { cloudflare: { env } } })],
  ];

  it.each(platforms)("reach the client on %s, texts only", async (_name, call) => {
    const client: HandMadeClient = makeClient();
    const response = await call({ client, functions: [makeFunction(client, "a")] });
    expect([response.status, client.environments]).toEqual([200, [texts]]);
  });
});

describe("events that a function sent without awaiting", () => {
  const call = (): Request =>
    new Request("https://app.test/api/inngest?fnId=app-a", {
      method: "POST",
      body: JSON.stringify(makeCallBody()),
    });
  const sending = Promise.resolve();
  const client = makeClient({ flush: () => sending });
  const options = { client, functions: [makeFunction(client, "a")] };

  it("keep a Worker and a Pages Function alive", async () => {
    const kept: unknown[] = [];
    const waitUntil = (work: Promise<unknown>): void => void kept.push(work);
    await serveCloudflare(options)(call(), {}, { waitUntil });
    await serveCloudflare(options)({ request: call(), env: {}, waitUntil } as PagesContext);
    expect(kept).toEqual([sending, sending]);
  });

  it("keep a function on Vercel alive", async () => {
    const kept: unknown[] = [];
    const name = Symbol.for("@vercel/request-context");
    const context = { waitUntil: (work: unknown) => kept.push(work) };
    Object.assign(globalThis, { [name]: { get: () => context } });
    try {
      await serveNext(options)(call());
    } finally {
      Reflect.deleteProperty(globalThis, name);
    }
    expect(kept).toEqual([sending]);
  });
});

function honoRequest(raw: Request): { raw: Request; text(): Promise<string> } {
  return { raw, text: () => raw.text() };
}
