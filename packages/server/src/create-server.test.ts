// What holds for every route: the server's kind, who is let in, unknown routes and methods, bytes that are no HTTP, and a
// close that cuts nobody off.
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import type { Engine } from "@everstep/engine";
import { hashSigningKey } from "@everstep/protocol";
import { dashboardRoutes } from "./dashboard/dashboard-routes.ts";
import { createRoutes } from "./routes/create-routes.ts";
import { createManualClock, startTestServer, type TestServer } from "./testing/test-server.ts";

const KEY = "signkey-prod-0123456789abcdef";

let running: TestServer | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

type Given = Parameters<typeof startTestServer>[0];
async function start(given: Given = {}): Promise<TestServer> {
  running = await startTestServer({
    ...given,
    engine: { status: () => ({ state: "ready", callsInFlight: 0 }), ...given?.engine },
  });
  return running;
}

/** fetch() does not let a caller choose Host, Origin and Sec-Fetch-Site. */
function send(
  server: TestServer,
  options: { method?: string; path?: string; headers?: Record<string, string>; body?: string },
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    const { method = "GET", path = "/health", headers = {}, body } = options;
    const outgoing = httpRequest(
      { host: "127.0.0.1", port: server.port, method, path, headers, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

describe("routes", () => {
  it("answers an unknown route with JSON that names it", async () => {
    const server = await start();
    const response = await server.fetch("/v1/runz/1?x=1");
    expect(response.status).toBe(404);
    expect(response.headers.get("x-inngest-server-kind")).toBe("dev");
    expect(await response.json()).toMatchObject({
      status: 404,
      code: "route_not_found",
      error: expect.stringContaining("GET /v1/runz/1") as string,
    });
  });

  it("answers a wrong method with 405 and what is allowed", async () => {
    const server = await start();
    const response = await server.fetch("/v1/cancellations", { method: "PUT" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST, GET");
    expect(await response.json()).toMatchObject({ status: 405, code: "method_not_allowed" });
  });

  it.each([
    ["POST", "/v1/checkpoint", "Durable endpoints"],
    ["POST", "/v1/checkpoint/x/steps", "Durable endpoints"],
    ["GET", "/v1/http/runs/x/output", "Durable endpoints"],
    ["POST", "/v0/connect/start", "Connect"],
    ["POST", "/v1/realtime/token", "Realtime"],
    ["GET", "/metrics", "Metrics"],
  ])("answers %s %s with 501, naming %s", async (method, path, feature) => {
    const server = await start();
    const response = await server.fetch(path, { method });
    expect(response.status).toBe(501);
    const { error, status } = (await response.json()) as { error: string; status: number };
    expect(error).toContain(path);
    expect(error).toContain(feature);
    expect(status).toBe(501);
  });

  it.each([
    [{ state: "ready", callsInFlight: 0 }, 200, "OK"],
    [{ state: "starting", callsInFlight: 0 }, 503, "starting"],
    [{ state: "draining", callsInFlight: 2 }, 503, "draining"],
    [{ state: "failed", reason: "disk full", callsInFlight: 0 }, 503, "failed: disk full"],
  ] as const)("answers /health by the engine's state %o", async (status, code, words) => {
    const server = await start({ engine: { status: () => status } });
    const response = await server.fetch("/health");
    expect(response.status).toBe(code);
    expect(await response.json()).toMatchObject({
      status: code,
      message: expect.stringContaining(words) as string,
    });
  });
});

const filled = (path: string): string => path.replaceAll(/:\w+|\*/g, "x");

describe("keys in cloud mode", () => {
  const cloud = { serverKind: "cloud", signingKeys: [KEY], eventKeys: ["e"] } as const;

  it("lets nobody without a signing key past, but to /health, the API's documents and the files of the dashboard", async () => {
    const server = await start(cloud);
    const options = { ...cloud, graphql: () => new Response() };
    const routes = createRoutes(options as unknown as Parameters<typeof createRoutes>[0]).map(
      ({ method, path }) => ({
        method,
        path: filled(path),
      }),
    );
    expect(routes.length).toBeGreaterThan(40);
    // They hold no data; what they show they must ask for with the key.
    const files = new Set(dashboardRoutes().map(({ path }) => `GET ${filled(path)}`));
    const open: string[] = [];
    for (const { method, path } of routes) {
      const response = await server.fetch(path, { method });
      if (response.status !== 401) open.push(`${method} ${path} ${response.status}`);
      expect(response.headers.get("x-inngest-server-kind")).toBe("cloud");
      await response.arrayBuffer();
    }
    // POST /e/x is refused with 401 for its event key, "x" being none.
    const others = open.filter((line) => !files.has(line.slice(0, line.lastIndexOf(" "))));
    expect(others).toEqual(["GET /health 200", "GET /docs/api 200"]);
  });

  it("takes the plain key and its hash, with and without prefix", async () => {
    const server = await start(cloud);
    const bare = KEY.replace("signkey-prod-", "");
    for (const key of [KEY, hashSigningKey(KEY), bare, hashSigningKey(bare)]) {
      const response = await server.fetch("/v1/apps/none/functions", {
        headers: { authorization: `Bearer ${key}` },
      });
      expect(response.status).toBe(404);
    }
    const refused = await server.fetch("/v1/apps/none/functions", {
      headers: { authorization: "Bearer nope" },
    });
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({
      status: 401,
      code: "key_rejected",
      error: expect.stringContaining("INNGEST_SIGNING_KEY") as string,
    });
  });

  it("has no /dev", async () => {
    const server = await start(cloud);
    const headers = { authorization: `Bearer ${KEY}` };
    expect((await server.fetch("/dev", { headers })).status).toBe(404);
  });
});

describe("the browser guard of a dev server", () => {
  it.each(["localhost:8288", "127.0.0.1", "[::1]:8288", "app.localhost", "LOCALHOST", "box.lan:1"])(
    "answers to the host %s",
    async (host) => {
      const server = await start({ allowedHosts: ["box.lan"] });
      expect((await send(server, { headers: { host } })).status).toBe(200);
    },
  );

  it.each(["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.1.5"])(
    "refuses the host %s",
    async (host) => {
      const server = await start();
      const { status, headers, body } = await send(server, { headers: { host } });
      expect(status).toBe(403);
      expect(headers["x-inngest-server-kind"]).toBe("dev");
      expect(body).toContain("--allowed-host");
    },
  );

  it.each([
    [{ origin: "https://evil.example" }],
    [{ origin: "null" }],
    [{ origin: "http://localhost.evil.example" }],
    [{ "sec-fetch-site": "cross-site" }],
  ])("refuses a change from a page with %o", async (headers) => {
    const server = await start();
    const answer = await send(server, {
      method: "POST",
      path: "/e/key",
      headers,
      body: '{"name":"a"}',
    });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ status: 403, code: "origin_rejected" });
  });

  it("lets pages on loopback read and write, and no others read", async () => {
    const sendEvents: Engine["sendEvents"] = () => Promise.resolve(["ID"]);
    const server = await start({ engine: { sendEvents } });
    const origin = "http://localhost:3000";
    const written = await send(server, {
      method: "POST",
      path: "/e/key",
      headers: { origin, "sec-fetch-site": "same-site" },
      body: '{"name":"a"}',
    });
    expect(written.status).toBe(200);
    expect(written.headers["access-control-allow-origin"]).toBe(origin);
    const read = await send(server, { headers: { origin } });
    expect(read.headers["access-control-allow-origin"]).toBe(origin);
    const foreign = await send(server, { headers: { origin: "https://evil.example" } });
    expect(foreign.headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("answers preflights of loopback pages only", async () => {
    const server = await start();
    const ask = (origin: string): ReturnType<typeof send> =>
      send(server, {
        method: "OPTIONS",
        path: "/e/key",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "content-type",
          "access-control-request-private-network": "true",
        },
      });
    const granted = await ask("http://127.0.0.1:5173");
    expect(granted.status).toBe(204);
    expect(granted.headers["access-control-allow-headers"]).toBe("content-type");
    expect(granted.headers["access-control-allow-private-network"]).toBeUndefined();
    expect((await ask("https://evil.example")).status).toBe(403);
  });
});

describe("the life of a server", () => {
  it("answers bytes that are no HTTP with 400", async () => {
    const server = await start();
    const socket = connect(server.port, "127.0.0.1");
    socket.write("hello\r\n\r\n");
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await once(socket, "close");
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain("x-inngest-server-kind: dev");
    expect(text).toContain('"status":400');
  });

  it("lets a request in flight end when it closes, and takes no new one", async () => {
    let commit = (): void => undefined;
    let entered = (): void => undefined;
    const isEntered = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const server = await start({
      engine: {
        sendEvents: () =>
          new Promise((resolve) => {
            commit = () => resolve(["ID"]);
            entered();
          }),
      },
    });
    const answer = server.fetch("/e/key", { method: "POST", body: '{"name":"a"}' });
    await isEntered;
    const closed = server.server.close({ graceMs: 60_000 });
    await expect(server.fetch("/health")).rejects.toThrow("fetch failed");
    commit();
    expect((await answer).status).toBe(200);
    await closed;
  });

  it("cuts a request that outlasts the grace period", async () => {
    const clock = createManualClock();
    let entered = (): void => undefined;
    const isEntered = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const server = await start({
      clock,
      engine: {
        sendEvents: () => {
          entered();
          return new Promise(() => undefined);
        },
      },
    });
    const answer = server
      .fetch("/e/key", { method: "POST", body: '{"name":"a"}' })
      .then(() => "answered")
      .catch((error: Error) => error.message);
    await isEntered;
    const closed = server.server.close({ graceMs: 5_000 });
    await clock.advance(5_000);
    expect(await answer).toBe("fetch failed");
    await closed;
  });

  it("listens on both loopback addresses, for localhost may mean either", async () => {
    const server = await start({ host: "localhost" });
    const hosts = ["127.0.0.1"];
    const hasV6 = Object.values(networkInterfaces()).some((addresses) =>
      addresses?.some(({ address }) => address === "::1"),
    );
    if (hasV6) hosts.push("[::1]");
    for (const host of hosts) {
      expect((await fetch(`http://${host}:${server.port}/health`)).status).toBe(200);
    }
  });

  it("says which port is taken", async () => {
    const server = await start();
    await expect(startTestServer({ port: server.port })).rejects.toMatchObject({
      code: "EADDRINUSE",
      port: server.port,
    });
  });
});
