// The adapters of frameworks on node:http, each in its real framework over a real socket.
import { createServer as createHttpServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import Fastify from "fastify";
import { eventHandler as eventHandler2, H3, toNodeHandler } from "h3";
import { createApp, eventHandler, toNodeListener } from "h3v1";
import Koa from "koa";
import { describe, expect, it } from "vitest";
import type { ServeOptions } from "../serve-options.ts";
import { testAdapter, type OpenApp } from "../testing/adapter-scenario.ts";
import { makeClient, makeFunction } from "../testing/hand-made-app.ts";
import { serve as serveExpress } from "./express.ts";
import everstepPlugin, { serve as serveFastify } from "./fastify.ts";
import { serve as serveH3 } from "./h3.ts";
import { serve as serveKoa } from "./koa.ts";
import { serve as serveNext } from "./next.ts";
import { serve as serveNitro } from "./nitro.ts";
import { createServer, serve as serveNode } from "./node.ts";
import { serve as serveNuxt } from "./nuxt.ts";

const PATH = "/api/inngest";

async function listen(server: Server): Promise<OpenApp> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${PATH}`,
    send: (request) => fetch(request),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

describe("Express 5", () => {
  testAdapter({
    name: "with express.json()",
    frameworkName: "express",
    canStream: true,
    open: (options) => {
      const app = express();
      app.use(express.json({ limit: "4mb" }));
      app.use(PATH, serveExpress(options));
      return listen(createHttpServer(app));
    },
  });
  testAdapter({
    name: "without a body parser",
    frameworkName: "express",
    canStream: true,
    open: (options) => {
      const app = express();
      const router = express.Router();
      router.all("/inngest", serveExpress(options));
      app.use("/api", router);
      return listen(createHttpServer(app));
    },
  });
  testAdapter({
    name: "with express.raw()",
    frameworkName: "express",
    canStream: true,
    open: (options) => {
      const app = express();
      app.use(express.raw({ type: "*/*", limit: "4mb" }));
      app.use(PATH, serveExpress(options));
      return listen(createHttpServer(app));
    },
  });
});

describe("Fastify 5", () => {
  const openFastify = async (fastify: ReturnType<typeof Fastify>): Promise<OpenApp> => {
    const address = await fastify.listen({ port: 0, host: "127.0.0.1" });
    return {
      url: `${address}${PATH}`,
      send: (request) => fetch(request),
      close: () => fastify.close(),
    };
  };
  testAdapter({
    name: "as a plugin",
    frameworkName: "fastify",
    canStream: true,
    open: ({ client, functions, ...options }) => {
      const fastify = Fastify({ forceCloseConnections: true });
      fastify.register(everstepPlugin, { client, functions, options });
      return openFastify(fastify);
    },
  });
  testAdapter({
    name: "as a handler",
    frameworkName: "fastify",
    canStream: true,
    open: (options) => {
      const fastify = Fastify({ forceCloseConnections: true, bodyLimit: 8_000_000 });
      const handler = serveFastify(options);
      fastify.route({ method: ["GET", "POST", "PUT"], url: PATH, handler });
      return openFastify(fastify);
    },
  });

  it("mounts its plugin at servePath and leaves other routes their JSON", async () => {
    const fastify = Fastify();
    const client = makeClient();
    const options = { servePath: "/other" };
    fastify.register(everstepPlugin, { client, functions: [makeFunction(client, "a")], options });
    fastify.post("/mine", (request) => request.body);
    const introspection = await fastify.inject({ method: "GET", url: "/other" });
    expect(introspection.json()).toMatchObject({ function_count: 1 });
    const mine = await fastify.inject({ method: "POST", url: "/mine", payload: { a: 1 } });
    expect(mine.json()).toEqual({ a: 1 });
  });
});

describe("Koa 3", () => {
  testAdapter({
    name: "without a body parser",
    frameworkName: "koa",
    canStream: true,
    open: (options) => {
      const app = new Koa();
      const handle = serveKoa(options);
      app.use((context, next) => (context.path === PATH ? handle(context) : next()));
      const handleAll = app.callback();
      return listen(createHttpServer((request, response) => void handleAll(request, response)));
    },
  });
});

describe("h3", () => {
  for (const [frameworkName, serve] of [
    ["h3", serveH3],
    ["nitro", serveNitro],
    ["nuxt", serveNuxt],
  ] as const) {
    testAdapter({
      name: `1, served as ${frameworkName}`,
      frameworkName,
      canStream: true,
      open: (options) => {
        const app = createApp();
        app.use(PATH, eventHandler(serve(options)));
        return listen(createHttpServer(toNodeListener(app)));
      },
    });
    testAdapter({
      name: `2, served as ${frameworkName}`,
      frameworkName,
      canStream: true,
      open: (options) => {
        const app = new H3();
        app.all(PATH, eventHandler2(serve(options)));
        return listen(createHttpServer(toNodeHandler(app)));
      },
    });
  }
});

describe("node:http", () => {
  testAdapter({
    name: "a request listener",
    frameworkName: "nodejs",
    canStream: true,
    open: (options) => {
      const handle = serveNode(options);
      return listen(createHttpServer((request, response) => void handle(request, response)));
    },
  });
  testAdapter({
    name: "a server of its own",
    frameworkName: "nodejs",
    canStream: true,
    open: (options) => listen(createServer(options)),
  });

  it("a server of its own answers its path only", async () => {
    const client = makeClient();
    const app = await listen(createServer({ client, functions: [] }));
    try {
      const response = await fetch(new URL("/secret", app.url));
      expect([response.status, await response.text()]).toEqual([404, ""]);
    } finally {
      await app.close();
    }
  });

  it("a call that breaks off hurts nobody", async () => {
    const client = makeClient();
    const app = await listen(createServer({ client, functions: [] }));
    try {
      const controller = new AbortController();
      const body = new ReadableStream({
        start: (stream) => {
          stream.enqueue(new TextEncoder().encode("{"));
          queueMicrotask(() => controller.abort());
        },
      });
      const init = { method: "POST", body, signal: controller.signal, duplex: "half" };
      await expect(fetch(app.url, init as RequestInit)).rejects.toThrow();
      expect((await fetch(app.url)).status).toBe(200);
    } finally {
      await app.close();
    }
  });
});

describe("the pages router of Next.js", () => {
  // Its request and response are those of node:http with a parsed body beside them.
  testAdapter({
    name: "an API route",
    frameworkName: "nextjs",
    canStream: true,
    open: (options: ServeOptions) => {
      const handle = serveNext(options);
      return listen(
        createHttpServer((request, response) => {
          void (async () => {
            const chunks: Buffer[] = [];
            for await (const chunk of request) chunks.push(chunk as Buffer);
            const text = Buffer.concat(chunks).toString();
            Object.assign(request, { body: text === "" ? undefined : JSON.parse(text) });
            await handle(request as unknown as Request, response);
          })();
        }),
      );
    },
  });
});
