// The HTTP server around a real engine on a real store, with a small app on a real socket: what callers see of work that
// really happened. The official SDKs are in tests/protocol; the app here is bare, so that every byte it says is known.
import { once } from "node:events";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createEngine,
  createHttpTransport,
  systemChance,
  systemClock,
  type Engine,
} from "@everstep/engine";
import { signBody } from "@everstep/protocol";
import { createServer, type Server as EverstepServer } from "@everstep/server";
import { openSqliteStore } from "@everstep/store-sqlite";

const KEY = "signkey-test-0123456789abcdef";
const BEARER = { authorization: `Bearer ${KEY}` };

interface Call {
  readonly body: {
    ctx: { run_id: string; qi_id: string; generation_id: number; fn_id: string };
    event: { name: string; data: Record<string, unknown> };
    steps: Record<string, unknown>;
  };
  /** Ends the call: a status and a JSON body. */
  readonly answer: (status: number, body: unknown) => void;
}

/** Calls that the app received and that no test has taken yet. */
const calls: Call[] = [];
let wake = (): void => undefined;

async function nextCall(): Promise<Call> {
  for (;;) {
    const call = calls.shift();
    if (call !== undefined) return call;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

let app: Server;
let appUrl: string;
let engine: Engine;
let server: EverstepServer;
let baseUrl: string;
let stop: () => Promise<void>;

beforeAll(async () => {
  app = createHttpServer((incoming, outgoing) => void answerAsApp(incoming, outgoing));
  app.listen(0, "127.0.0.1");
  await once(app, "listening");
  appUrl = `http://localhost:${(app.address() as AddressInfo).port}/api/inngest`;

  const { store, history, close } = openSqliteStore({ path: ":memory:" });
  const transport = createHttpTransport();
  const log = (): void => undefined;
  const ports = { store, history, transport, clock: systemClock, chance: systemChance, log };
  engine = createEngine({ ...ports, signingKey: KEY });
  await engine.start();
  server = createServer({
    engine,
    history,
    transport,
    log,
    clock: systemClock,
    serverKind: "cloud",
    signingKeys: [KEY],
    eventKeys: ["send"],
    host: "127.0.0.1",
    port: 0,
    version: "0.0.0-test",
    poll: { enabled: false, intervalMs: 5_000 },
    discovery: { enabled: false },
  });
  ({ url: baseUrl } = await server.listen());
  stop = async () => {
    await engine.stop({ graceMs: 0 });
    await server.close({ graceMs: 0 });
    await transport.close();
    await close();
    app.closeAllConnections();
    app.close();
  };
  expect(await server.syncByUrl(appUrl)).toEqual({ ok: true });
});
afterAll(() => stop());

async function answerAsApp(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const text = await readBody(incoming);
  const answer: Call["answer"] = (status, body) => {
    const sent = JSON.stringify(body);
    outgoing.writeHead(status, {
      "content-type": "application/json",
      "x-inngest-sdk": "inngest-js:v4.24.0",
      "x-inngest-req-version": "2",
      "x-inngest-sync-kind": "in_band",
      "x-inngest-signature": signBody({ key: KEY, body: sent, atMs: Date.now() }),
    });
    outgoing.end(sent);
  };
  if (incoming.method === "PUT") {
    answer(200, describeApp());
    return;
  }
  calls.push({ body: JSON.parse(text) as Call["body"], answer });
  wake();
}

function describeApp(): unknown {
  const url = `${appUrl}?fnId=shop-order&stepId=step`;
  const step = {
    id: "step",
    name: "step",
    runtime: { type: "http", url },
    retries: { attempts: 0 },
  };
  return {
    app_id: "shop",
    framework: "none",
    sdk: "js:v4.24.0",
    url: appUrl,
    functions: [
      { id: "shop-order", name: "Order", triggers: [{ event: "shop/order" }], steps: { step } },
    ],
  };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function ask(method: string, path: string, body?: unknown): Promise<[number, unknown]> {
  const response = await fetch(baseUrl + path, {
    method,
    headers: BEARER,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return [response.status, text === "" ? "" : (JSON.parse(text) as unknown)];
}

async function send(data: Record<string, unknown>): Promise<string> {
  const [, reply] = await ask("POST", "/e/send", { name: "shop/order", data });
  const { ids } = reply as { ids: [string] };
  return ids[0];
}

/** Asks until the answer fits: what a caller does who waits for a run to end. */
async function askUntil(path: string, fits: (data: never) => boolean): Promise<unknown> {
  for (;;) {
    const [, body] = await ask("GET", path);
    const { data } = body as { data: never };
    if (fits(data)) return data;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

const isEnded = (run: { ended_at: string | null }): boolean => run.ended_at !== null;

describe("a run, seen from outside", () => {
  it("is visible as soon as its event is acknowledged, and ends with its real output", async () => {
    const eventId = await send({ order: 1 });
    const call = await nextCall();
    const runId = call.body.ctx.run_id;
    expect(await ask("GET", `/v1/events/${eventId}`)).toMatchObject([
      200,
      { data: { internal_id: eventId, id: eventId, name: "shop/order", data: { order: 1 } } },
    ]);
    expect(await ask("GET", `/v1/events/${eventId}/runs`)).toMatchObject([
      200,
      { data: [{ run_id: runId, event_id: eventId, status: "Running" }] },
    ]);
    expect(await ask("GET", `/v1/runs/${runId}/jobs`)).toMatchObject([
      200,
      { data: [{ kind: "edge", attempt: 0, position: 0 }] },
    ]);
    call.answer(200, { paid: true });
    expect(await askUntil(`/v1/runs/${runId}`, isEnded)).toMatchObject({
      status: "Completed",
      output: { paid: true },
    });
    expect(await ask("GET", `/v0/runs/${runId}/actions`)).toMatchObject([410, { status: 410 }]);
  });

  it("keeps what a checkpoint reports, serves it to the app, and ends with the real output", async () => {
    await send({ order: 2 });
    const call = await nextCall();
    const { run_id: runId, qi_id, generation_id, fn_id } = call.body.ctx;
    const id = "a".repeat(40);
    const checkpoint = { run_id: runId, fn_id, qi_id, generation_id };
    const step = { op: "StepRun", id, name: "charge", displayName: "charge", data: { charged: 7 } };
    const path = `/v1/checkpoint/${runId}/async`;
    expect(await ask("POST", path, { ...checkpoint, steps: [step] })).toEqual([200, ""]);
    const [, steps] = await ask("GET", `/v0/runs/${runId}/actions`);
    expect(steps).toMatchObject({ [id]: { data: { charged: 7 } } });
    expect(await ask("GET", `/v0/runs/${runId}/batch`)).toMatchObject([
      200,
      [{ name: "shop/order", data: { order: 2 } }],
    ]);
    const stale = { ...checkpoint, generation_id: generation_id + 1_000, steps: [step] };
    expect(await ask("POST", path, stale)).toMatchObject([
      409,
      { status: 409, data: { run_id: runId } },
    ]);
    call.answer(206, [{ op: "RunComplete", id: "b".repeat(40), data: { total: 7 } }]);
    expect(await askUntil(`/v1/runs/${runId}`, isEnded)).toMatchObject({
      status: "Completed",
      output: { total: 7 },
    });
  });

  it("can be resumed by a signal, which nobody waits for before and after", async () => {
    expect((await ask("POST", "/v1/signals", { signal: "go", data: 1 }))[0]).toBe(404);
    await send({ order: 3 });
    const call = await nextCall();
    const runId = call.body.ctx.run_id;
    const id = "c".repeat(40);
    const opts = { signal: "go", timeout: "1h", conflict: "fail" };
    call.answer(206, [{ op: "WaitForSignal", id, name: "go", opts }]);
    const isWaiting = (jobs: { kind: string }[]): boolean =>
      jobs.some(({ kind }) => kind === "pause");
    await askUntil(`/v1/runs/${runId}/jobs`, isWaiting);
    expect(await ask("POST", "/v1/signals", { signal: "go", data: { yes: 1 } })).toMatchObject([
      200,
      { data: { run_id: runId } },
    ]);
    const resumed = await nextCall();
    expect(resumed.body.steps[id]).toEqual({ data: { signal: "go", data: { yes: 1 } } });
    resumed.answer(200, null);
    await askUntil(`/v1/runs/${runId}`, isEnded);
  });

  it("can be cancelled once, alone or with others", async () => {
    await send({ order: 4 });
    const first = (await nextCall()).body.ctx.run_id;
    expect(await ask("DELETE", `/v1/runs/${first}`)).toEqual([200, ""]);
    expect((await ask("DELETE", `/v1/runs/${first}`))[0]).toBe(409);
    expect((await ask("DELETE", `/v0/runs/${first}`))[0]).toBe(409);
    expect(await ask("GET", `/v1/runs/${first}`)).toMatchObject([
      200,
      { data: { status: "Cancelled" } },
    ]);
    await send({ order: 5 });
    const second = (await nextCall()).body.ctx.run_id;
    const request = {
      app_id: "shop",
      function_id: "order",
      started_before: new Date(Date.now() + 1_000).toISOString(),
      if: "event.data.order == 5",
    };
    const [status, made] = await ask("POST", "/v1/cancellations", request);
    expect(status).toBe(200);
    expect(made).toMatchObject({
      data: { function_id: "shop-order", if: "event.data.order == 5" },
    });
    expect(await ask("GET", `/v1/runs/${second}`)).toMatchObject([
      200,
      { data: { status: "Cancelled" } },
    ]);
    const { id } = (made as { data: { id: string } }).data;
    expect(await ask("GET", "/v1/cancellations")).toMatchObject([200, { data: [{ id }] }]);
    expect((await ask("DELETE", `/v1/cancellations/${id}`))[0]).toBe(200);
    expect(await ask("GET", "/v1/cancellations")).toMatchObject([200, { data: [] }]);
  });
});

describe("reading and refusing", () => {
  it("pages through events by cursor, with internal events among them", async () => {
    const first = await ask("GET", "/v1/events?limit=2");
    const [newest, second] = (first[1] as { data: { internal_id: string }[] }).data;
    const rest = await ask("GET", `/v1/events?limit=1&cursor=${newest?.internal_id ?? ""}`);
    expect(rest).toMatchObject([200, { data: [{ internal_id: second?.internal_id }] }]);
    const named = await ask("GET", "/v1/events?name=inngest%2Ffunction.cancelled");
    expect((named[1] as { data: unknown[] }).data).toHaveLength(2);
  });

  it("takes an array of events whole or not at all", async () => {
    const body = [{ name: "other/a", data: {} }, { name: "" }];
    expect(await ask("POST", "/e/send", body)).toMatchObject([400, { ids: [], status: 400 }]);
    expect(await ask("GET", "/v1/events?name=other/a")).toMatchObject([200, { data: [] }]);
  });

  it("returns the same ids for the same seed, and stores the event once", async () => {
    const seed = `${Date.now()},${Buffer.from("abcdefghij").toString("base64")}`;
    const again = async (): Promise<unknown> => {
      const headers = { ...BEARER, "x-inngest-event-id-seed": seed };
      const body = '{"name":"other/seeded"}';
      const response = await fetch(`${baseUrl}/e/send`, { method: "POST", headers, body });
      return response.json();
    };
    expect(await again()).toEqual(await again());
    const [, listed] = await ask("GET", "/v1/events?name=other/seeded");
    expect((listed as { data: unknown[] }).data).toHaveLength(1);
  });

  it("starts a function by its id, and says which one does not exist", async () => {
    expect(await ask("POST", "/invoke/shop-order", { data: { order: 9 } })).toMatchObject([
      200,
      { status: 200 },
    ]);
    const call = await nextCall();
    expect(call.body.event.data).toMatchObject({ order: 9 });
    call.answer(200, null);
    const [status, body] = await ask("POST", "/invoke/shop-nothing", {});
    expect(status).toBe(404);
    expect(JSON.stringify(body)).toContain("shop-nothing");
  });

  it("lists the functions, and keeps a refused sync on the app", async () => {
    expect(await ask("GET", "/v1/apps/shop/functions")).toMatchObject([
      200,
      [{ id: "shop-order", name: "Order" }],
    ]);
    const functions = [{ id: "shop-order", name: "Order", triggers: [{ cron: "no cron" }] }];
    const request = { appName: "shop", url: appUrl, sdk: "js:v4.24.0", functions };
    const [status, body] = await ask("POST", "/fn/register", request);
    expect(status).toBe(400);
    expect(body).toMatchObject({ status: 400 });
    const { error } = body as { error: string };
    expect(engine.apps()).toMatchObject([{ name: "shop", error }]);
    expect(await server.syncByUrl(appUrl)).toEqual({ ok: true });
    expect(engine.apps()[0]?.error).toBeUndefined();
  });

  it.each(["/v1/runs/01JABCDEFGHJKMNPQRSTVWXYZ0", "/v1/events/01JABCDEFGHJKMNPQRSTVWXYZ0"])(
    "answers 404 to the unknown %s",
    async (path) => {
      expect((await ask("GET", path))[0]).toBe(404);
    },
  );

  it("is healthy while the engine is ready", async () => {
    expect(await ask("GET", "/health")).toEqual([200, { status: 200, message: "OK" }]);
  });
});
