// The HTTP transport against a server on loopback: connections, redirects, bounds, and what each failure is called.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpTransport } from "./http-transport.ts";
import type { InboundResponse, OutboundRequest, Transport } from "./ports.ts";

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let server: Server | undefined;
let transport: Transport | undefined;

afterEach(async () => {
  await transport?.close();
  server?.closeAllConnections();
  await new Promise<void>((resolve) => {
    if (server === undefined) resolve();
    else server.close(() => resolve());
  });
  server = undefined;
  transport = undefined;
});

async function listen(handler: Handler): Promise<string> {
  const started = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => handler(request, response, Buffer.concat(chunks).toString()));
  });
  server = started;
  await new Promise<void>((resolve) => {
    started.listen(0, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

function send(url: string, fields: Partial<OutboundRequest> = {}): Promise<InboundResponse> {
  transport ??= createHttpTransport();
  return transport.send({
    url,
    method: "POST",
    headers: { "content-type": "application/json", "x-run-id": "r" },
    body: '{"a":1}',
    timeoutMs: 10_000,
    responseBytesMax: 1_024,
    ...fields,
  });
}

describe("exchanges", () => {
  it("carries method, headers and body there and the answer back", async () => {
    const url = await listen((request, response, body) => {
      response.writeHead(206, { "x-inngest-sdk": "js:v4", "Set-Cookie": ["a=1", "b=2"] });
      response.end([request.method, request.headers["x-run-id"], body].join(" "));
    });
    const answer = await send(url);
    expect(answer).toMatchObject({
      status: 206,
      bodyText: 'POST r {"a":1}',
      headers: { "x-inngest-sdk": "js:v4", "set-cookie": "a=1, b=2" },
    });
    expect((await send(url, { method: "GET", body: "" })).bodyText).toBe("GET r ");
  });

  it("takes no interim answer for the answer", async () => {
    const url = await listen((_request, response) => {
      response.writeEarlyHints({ link: "</a>; rel=preload" });
      response.writeHead(200, { "x-inngest-sdk": "js:v4" }).end("ok");
    });
    const { status, headers, bodyText } = await send(url);
    expect([status, headers["link"], bodyText]).toEqual([200, undefined, "ok"]);
  });

  it("puts together what comes in parts, also within a character", async () => {
    const whole = Buffer.from("été".repeat(300));
    const url = await listen((_request, response) => {
      response.write(whole.subarray(0, 1), () => response.end(whole.subarray(1)));
    });
    expect((await send(url, { responseBytesMax: 10_000 })).bodyText).toBe(whole.toString());
  });

  it("uses connections again", async () => {
    const ports = new Set<number | undefined>();
    const url = await listen((request, response) => {
      ports.add(request.socket.remotePort);
      response.end("ok");
    });
    for (let count = 0; count < 20; count += 1) await send(url);
    // The next request may come before the last connection is known to be free.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it.each([
    // The next request may come before the last connection is known to be free.
    [60, 1, 2],
    [4, 10, 10],
  ])("[U5] ten calls to an app that keeps connections %i s", async (keptSeconds, least, most) => {
    const ports = new Set<number | undefined>();
    const url = await listen((request, response) => {
      ports.add(request.socket.remotePort);
      response.writeHead(200, { "keep-alive": `timeout=${keptSeconds}` }).end();
    });
    for (let count = 0; count < 10; count += 1) await send(url);
    expect(ports.size).toBeGreaterThanOrEqual(least);
    expect(ports.size).toBeLessThanOrEqual(most);
  });

  it("[U5] closes an idle connection of an app that does not say how long it keeps it", async () => {
    const closed = Promise.withResolvers<void>();
    const url = await listen((_request, response) => response.end());
    // Node's server says nothing then, and never closes a connection by itself.
    if (server !== undefined) server.keepAliveTimeout = 0;
    server?.on("connection", (socket) => socket.on("close", () => closed.resolve()));
    await send(url);
    await expect(closed.promise).resolves.toBeUndefined();
  });

  it("[U3] opens no more connections than it may", async () => {
    const ports = new Set<number | undefined>();
    const url = await listen((request, response) => {
      ports.add(request.socket.remotePort);
      response.end("ok");
    });
    transport = createHttpTransport({ connectionsPerOrigin: 2 });
    await Promise.all(Array.from({ length: 10 }, () => send(url)));
    expect(ports.size).toBe(2);
  });

  it.each([
    ["gzip", gzipSync("packed")],
    ["x-gzip", gzipSync("packed")],
    ["br", brotliCompressSync("packed")],
    ["deflate", deflateSync("packed")],
    ["identity", Buffer.from("packed")],
  ])("reads %s", async (encoding, body) => {
    const url = await listen((_request, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(body);
    });
    expect((await send(url)).bodyText).toBe("packed");
  });
});

describe("redirects", () => {
  it.each([301, 302, 303, 307, 308])("%i sends the whole request again", async (status) => {
    const url = await listen((request, response, body) => {
      if (request.url?.startsWith("/old") === true) {
        response.writeHead(status, { location: "/new" }).end("moved");
        return;
      }
      response.end([request.method, request.url, request.headers["x-run-id"], body].join(" "));
    });
    const { bodyText } = await send(`${url}/old?fnId=f&stepId=step`);
    expect(bodyText).toBe('POST /new?fnId=f&stepId=step r {"a":1}');
  });

  it("a query of the new address wins", async () => {
    const url = await listen((request, response) => {
      if (request.url?.startsWith("/old") === true) {
        response.writeHead(307, { location: "/new?x=1" }).end();
      } else response.end(request.url);
    });
    expect((await send(`${url}/old?fnId=f`)).bodyText).toBe("/new?x=1");
  });

  it("what a redirect says besides is not waited for, however long", async () => {
    const url = await listen((request, response) => {
      if (request.url?.startsWith("/old") === true) {
        response.writeHead(307, { location: "/new" }).write("x".repeat(200_000));
      } else response.end("new");
    });
    expect((await send(`${url}/old`)).bodyText).toBe("new");
  });

  it("a redirect without an address is an answer", async () => {
    const url = await listen((_request, response) => {
      response.writeHead(304).end();
    });
    expect((await send(url)).status).toBe(304);
  });

  it("[U3] does not go round for ever", async () => {
    let count = 0;
    const url = await listen((_request, response) => {
      count += 1;
      response.writeHead(307, { location: "/" }).end();
    });
    await expect(send(url)).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("redirects") as string,
    });
    expect(count).toBe(11);
  });
});

describe("bounds", () => {
  it("[U3] an answer that is too large", async () => {
    const url = await listen((_request, response) => response.end("x".repeat(1_025)));
    await expect(send(url)).rejects.toMatchObject({
      code: "output_too_large",
      message: expect.stringContaining("1024 bytes") as string,
    });
  });

  it.each([
    ["gzip", gzipSync("x".repeat(2_000))],
    ["br", brotliCompressSync("x".repeat(2_000))],
  ])("[U3] an answer that is too large once unpacked from %s", async (encoding, body) => {
    const url = await listen((_request, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(body);
    });
    await expect(send(url)).rejects.toMatchObject({ code: "output_too_large" });
  });

  it.each(["gzip", "zstd, gzip"])("an answer whose %s cannot be read", async (encoding) => {
    const url = await listen((_request, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end("plain");
    });
    await expect(send(url)).rejects.toMatchObject({
      code: "connection_lost",
      message: expect.stringContaining("encoding") as string,
    });
  });

  it("[U3] an app that does not answer", async () => {
    const url = await listen(() => undefined);
    await expect(send(url, { timeoutMs: 50 })).rejects.toMatchObject({
      code: "timed_out",
      message: "no answer within 50 ms",
    });
  });

  it("[U3] an app that stops in the middle", async () => {
    const url = await listen((_request, response) => response.write("half"));
    await expect(send(url, { timeoutMs: 50 })).rejects.toMatchObject({ code: "timed_out" });
  });

  it("[U3] an app that never stops sending", async () => {
    let isOpen = true;
    const url = await listen((_request, response) => {
      response.on("close", () => {
        isOpen = false;
      });
      const drip = (): void => {
        if (isOpen) response.write(" ", () => setTimeout(drip, 5));
      };
      drip();
    });
    // Long enough for the first bytes to come on a busy machine: without any the message is another one.
    await expect(send(url, { timeoutMs: 1_000 })).rejects.toMatchObject({
      code: "timed_out",
      message: "no whole answer within 1000 ms",
    });
  });
});

describe("failures", () => {
  it("nobody listens", async () => {
    const url = await listen(() => undefined);
    await new Promise((resolve) => server?.close(resolve));
    server = undefined;
    await expect(send(url)).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("ECONNREFUSED") as string,
    });
  });

  it.each(["before", "in"])("the connection is lost %s the answer", async (when) => {
    const url = await listen((request, response) => {
      if (when === "in") response.write("half", () => request.socket.destroy());
      else request.socket.destroy();
    });
    await expect(send(url)).rejects.toMatchObject({ code: "connection_lost" });
  });

  it("[D4] closing parks what is out, and later requests", async () => {
    let arrived = (): void => undefined;
    const isThere = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const url = await listen(() => arrived());
    const pending = send(url).catch((error: unknown) => error);
    await isThere;
    await transport?.close();
    expect(await pending).toMatchObject({ code: "shutting_down" });
    await expect(send(url)).rejects.toMatchObject({ code: "shutting_down" });
    await expect(transport?.close()).resolves.toBeUndefined();
  });
});

describe("the address policy", () => {
  it.each([
    "http://169.254.169.254/latest",
    "http://2852039166/",
    "http://0xa9.254.169.254/",
    "http://[::ffff:169.254.169.254]/",
    "http://[fe80::1]/",
    "http://[febf::1]/",
    "http://[fd00:ec2::254]/",
  ])("[U4] refuses %s", async (url) => {
    transport = createHttpTransport({ denyMetadata: true });
    await expect(send(url)).rejects.toMatchObject({ code: "address_denied" });
  });

  it("[U4] refuses to be redirected there", async () => {
    const url = await listen((_request, response) => {
      response.writeHead(307, { location: "http://169.254.169.254/" }).end();
    });
    transport = createHttpTransport({ denyMetadata: true });
    await expect(send(url)).rejects.toMatchObject({ code: "address_denied" });
  });

  it("[U4] lets loopback through, by number and by name", async () => {
    const url = await listen((_request, response) => response.end("ok"));
    transport = createHttpTransport({ denyMetadata: true });
    expect((await send(url)).bodyText).toBe("ok");
    expect((await send(url.replace("127.0.0.1", "localhost"))).bodyText).toBe("ok");
  });

  it("names that do not exist are unreachable", async () => {
    transport = createHttpTransport({ denyMetadata: true });
    await expect(send("http://nowhere.invalid/")).rejects.toMatchObject({ code: "unreachable" });
  });
});
