// REST v1 and the /v0 routes over a real socket (server.md 2.3, 2.5): what is asked of the history and the engine, and the
// JSON that comes back.
import { afterEach, describe, expect, it } from "vitest";
import type { EventPage } from "@everstep/core";
import { EverstepError } from "@everstep/protocol";
import { aFunction, anApp, anEvent, aRun, AT_MS, EVENT_ID, RUN_ID } from "../testing/records.ts";
import { createManualClock, startTestServer, type TestServer } from "../testing/test-server.ts";

let running: TestServer | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function start(given: Parameters<typeof startTestServer>[0]): Promise<TestServer> {
  running = await startTestServer({ clock: createManualClock(AT_MS), ...given });
  return running;
}

const get = async (
  server: TestServer,
  path: string,
): Promise<{ status: number; body: unknown }> => {
  const response = await server.fetch(path);
  return { status: response.status, body: await response.json() };
};

describe("events", () => {
  async function startWithPages(): Promise<{ server: TestServer; pages: EventPage[] }> {
    const pages: EventPage[] = [];
    const server = await start({
      history: {
        listEvents: (page) => {
          pages.push(page);
          return [anEvent({ v: "2", userJson: '{"id":7}' })];
        },
      },
    });
    return { server, pages };
  }

  it("lists the newest events of any age in the envelope, payloads untouched", async () => {
    const { server, pages } = await startWithPages();
    const response = await server.fetch("/v1/events");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const text = await response.text();
    expect(text).toContain('"data":{"total":12.50}');
    expect(JSON.parse(text)).toEqual({
      data: [
        {
          internal_id: EVENT_ID,
          account_id: "00000000-0000-0000-0000-000000000000",
          environment_id: "00000000-0000-0000-0000-000000000000",
          source: "",
          source_id: null,
          received_at: new Date(AT_MS + 5).toISOString(),
          id: "mine",
          name: "shop/order.placed",
          data: { total: 12.5 },
          user: { id: 7 },
          ts: AT_MS,
          v: "2",
        },
      ],
      metadata: {
        fetched_at: new Date(AT_MS).toISOString(),
        cached_until: new Date(AT_MS).toISOString(),
      },
    });
    expect(pages).toEqual([{ filter: { includeInternal: true }, limit: 20 }]);
  });

  it("passes filters and the cursor on", async () => {
    const { server, pages } = await startWithPages();
    const query = new URLSearchParams({
      name: "inngest/function.failed",
      limit: "500",
      cursor: EVENT_ID.toLowerCase(),
      received_after: "2026-01-02T03:04:05.678Z",
      received_before: "1800000000000",
    });
    await server.fetch(`/v1/events?${query.toString()}`);
    expect(pages).toEqual([
      {
        filter: {
          includeInternal: true,
          names: ["inngest/function.failed"],
          fromMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
          untilMs: 1_800_000_000_000,
        },
        limit: 100,
        before: EVENT_ID,
      },
    ]);
  });

  it.each([
    ["limit=-1", "limit"],
    ["limit=many", "limit"],
    ["cursor=abc", "cursor"],
    ["received_after=yesterday", "received_after"],
    ["received_before=2026-13-01", "received_before"],
  ])("answers 400 to %s, naming the parameter", async (query, name) => {
    const { server, pages } = await startWithPages();
    const { status, body } = await get(server, `/v1/events?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      status: 400,
      code: "argument_invalid",
      error: expect.stringContaining(`"${name}"`) as string,
    });
    expect(pages).toEqual([]);
  });

  it("answers one event, 404 to an unknown one and 400 to what is no ULID", async () => {
    const server = await start({
      history: { findEvents: (ids) => (ids[0] === EVENT_ID ? [anEvent()] : []) },
    });
    expect((await get(server, `/v1/events/${EVENT_ID}`)).body).toMatchObject({
      data: { internal_id: EVENT_ID, user: {}, v: null },
    });
    const unknown = await get(server, `/v1/events/${RUN_ID}`);
    expect(unknown).toMatchObject({ status: 404, body: { status: 404, code: "event_not_found" } });
    expect(await get(server, "/v1/events/mine")).toMatchObject({ status: 400 });
  });

  it("answers the runs of an event, and 404 when the event is unknown", async () => {
    const server = await start({
      history: {
        findEvents: (ids) => (ids[0] === EVENT_ID ? [anEvent()] : []),
        listRunsOfEvent: (id) => (id === EVENT_ID ? [aRun()] : []),
      },
    });
    expect((await get(server, `/v1/events/${EVENT_ID}/runs`)).body).toMatchObject({
      data: [{ run_id: RUN_ID, event_id: EVENT_ID, status: "Running", ended_at: null }],
    });
    expect((await get(server, `/v1/events/${RUN_ID}/runs`)).status).toBe(404);
  });
});

describe("runs", () => {
  it.each([
    ["queued", "Scheduled"],
    ["running", "Running"],
    ["completed", "Completed"],
    ["failed", "Failed"],
    ["cancelled", "Cancelled"],
  ] as const)("shows a %s run as %s", async (status, word) => {
    const server = await start({ history: { findRun: () => aRun({ status }) } });
    expect((await get(server, `/v1/runs/${RUN_ID}`)).body).toMatchObject({
      data: { run_id: RUN_ID, status: word, function_id: "fn-uuid", function_version: 2 },
    });
  });

  it.each([
    ["a result", { outputJson: '{"paid":1.0}' }, '"output":{"paid":1.0}}'],
    ["the result null", { outputJson: "null" }, '"output":null}'],
    ["the error of a failed run", { error: { name: "E", message: "m" } }, '"output":{"name":"E"'],
  ])("shows %s as the output, byte for byte", async (_what, given, text) => {
    const server = await start({
      history: { findRun: () => aRun({ status: "completed", endedAtMs: AT_MS, ...given }) },
    });
    const response = await server.fetch(`/v1/runs/${RUN_ID}`);
    expect(await response.text()).toContain(text);
  });

  it("answers 404 to an unknown run and 400 to what is no ULID", async () => {
    const server = await start({ history: { findRun: () => undefined } });
    expect(await get(server, `/v1/runs/${RUN_ID}`)).toMatchObject({
      status: 404,
      body: { code: "run_not_found" },
    });
    expect((await get(server, `/v1/runs/${RUN_ID}/jobs`)).status).toBe(404);
    expect((await get(server, "/v1/runs/nope")).status).toBe(400);
  });

  it("cancels by both APIs", async () => {
    const cancelled: string[] = [];
    const server = await start({
      engine: {
        cancelRun: (id) => {
          cancelled.push(id);
          if (id === RUN_ID) return Promise.resolve();
          return Promise.reject(new EverstepError("run_ended", "It has ended."));
        },
      },
    });
    const remove = (path: string): Promise<Response> => server.fetch(path, { method: "DELETE" });
    const first = await remove(`/v1/runs/${RUN_ID.toLowerCase()}`);
    expect([first.status, await first.text()]).toEqual([200, ""]);
    expect((await remove(`/v0/runs/${RUN_ID}`)).status).toBe(204);
    expect((await remove(`/v1/runs/${EVENT_ID}`)).status).toBe(409);
    expect((await remove("/v0/runs/x")).status).toBe(400);
    expect(cancelled).toEqual([RUN_ID, RUN_ID, EVENT_ID]);
  });

  it("lists a run's open work in the order it is due", async () => {
    const timer = { runId: RUN_ID, functionId: "f", orderKey: 1, attempt: 1, queuedAtMs: AT_MS };
    const op = { stepId: "h", op: "Sleep", name: "nap" };
    const server = await start({
      history: {
        findRun: () => aRun(),
        readRunDetail: () => ({
          steps: [],
          attempts: [],
          waits: [],
          timers: [
            { ...timer, id: 9, kind: "sleep", dueAtMs: AT_MS + 20, op },
            { ...timer, id: 8, kind: "call", dueAtMs: AT_MS + 10 },
          ],
        }),
      },
    });
    expect((await get(server, `/v1/runs/${RUN_ID}/jobs`)).body).toMatchObject({
      data: [
        { JobID: "8", position: 0, kind: "edge", attempt: 1 },
        { JobID: "9", position: 1, kind: "sleep", at: new Date(AT_MS + 20).toISOString() },
      ],
    });
  });

  it("answers a run's events and steps as the engine has them", async () => {
    const server = await start({
      engine: {
        readRunEvents: () => Promise.resolve('[{"name":"a"}]'),
        readRunSteps: (id) =>
          id === RUN_ID
            ? Promise.resolve('{"h":{"data":1.0}}')
            : Promise.reject(new EverstepError("run_gone", "The run has ended.")),
      },
    });
    const batch = await server.fetch(`/v0/runs/${RUN_ID}/batch`);
    expect(await batch.text()).toBe('[{"name":"a"}]');
    const actions = await server.fetch(`/v0/runs/${RUN_ID}/actions`);
    expect(await actions.text()).toBe('{"h":{"data":1.0}}');
    expect(await get(server, `/v0/runs/${EVENT_ID}/actions`)).toMatchObject({
      status: 410,
      body: { error: "The run has ended.", status: 410 },
    });
  });
});

describe("functions, signals and cancellations", () => {
  it("lists an app's functions as a bare array, by name or id", async () => {
    const foreign = aFunction({ appId: "other" });
    const server = await start({
      engine: { apps: () => [anApp()], functions: () => [aFunction(), foreign] },
    });
    for (const app of ["shop", "app-uuid"]) {
      const { body } = await get(server, `/v1/apps/${app}/functions`);
      expect(body).toMatchObject([{ internal_id: "fn-uuid", id: "shop-order", name: "Order" }]);
    }
    expect(await get(server, "/v1/apps/shoe/functions")).toMatchObject({
      status: 404,
      body: { error: expect.stringContaining('"shop"') as string },
    });
  });

  it("sends a signal with its data, and answers the run that it resumed", async () => {
    const signals: unknown[] = [];
    const server = await start({
      engine: {
        signal: (name, dataJson) => {
          signals.push([name, dataJson]);
          if (name === "go") return Promise.resolve({ runId: RUN_ID });
          return Promise.reject(new EverstepError("signal_not_found", "No signal found"));
        },
      },
    });
    const post = (body: unknown): Promise<Response> =>
      server.fetch("/v1/signals", { method: "POST", body: JSON.stringify(body) });
    expect(await (await post({ signal: "go", data: { b: 1, a: 2 } })).json()).toMatchObject({
      data: { run_id: RUN_ID },
    });
    expect((await post({ signal: "stop" })).status).toBe(404);
    expect((await post({ signal: "" })).status).toBe(400);
    expect((await post({ signal: "x".repeat(513) })).status).toBe(400);
    expect(signals).toEqual([
      ["go", '{"a":2,"b":1}'],
      ["stop", "null"],
    ]);
  });

  const cancellation = {
    id: EVENT_ID,
    appId: "shop",
    functionId: "fn-uuid",
    startedBeforeMs: AT_MS,
    expression: "event.data.x == 1",
    createdAtMs: AT_MS,
    cancelledCount: 3,
  };

  it("makes, lists and removes cancellations", async () => {
    const asked: unknown[] = [];
    const server = await start({
      history: { listCancellations: () => [cancellation] },
      engine: {
        findFunction: () => aFunction(),
        cancelMany: (request) => {
          asked.push(request);
          return Promise.resolve(cancellation);
        },
        removeCancellation: (id) => {
          asked.push(id);
          return Promise.resolve();
        },
      },
    });
    const shown = {
      id: EVENT_ID,
      function_internal_id: "fn-uuid",
      function_id: "shop-order",
      started_before: new Date(AT_MS).toISOString(),
      if: "event.data.x == 1",
    };
    const made = await server.fetch("/v1/cancellations", {
      method: "POST",
      body: JSON.stringify({
        app_id: "shop",
        function_id: "order",
        started_after: new Date(AT_MS - 60_000).toISOString(),
        started_before: new Date(AT_MS + 5_000).toISOString(),
        if: "event.data.x == 1",
      }),
    });
    expect(await made.json()).toMatchObject({ data: shown });
    expect((await get(server, "/v1/cancellations")).body).toMatchObject({ data: [shown] });
    const remove = async (id: string): Promise<number> =>
      (await server.fetch(`/v1/cancellations/${id}`, { method: "DELETE" })).status;
    expect(await remove(EVENT_ID)).toBe(200);
    expect(await remove(RUN_ID)).toBe(404);
    expect(await remove("c1")).toBe(400);
    expect(asked).toEqual([
      {
        appId: "shop",
        functionId: "order",
        startedAfterMs: AT_MS - 60_000,
        startedBeforeMs: AT_MS + 5_000,
        expression: "event.data.x == 1",
      },
      EVENT_ID,
    ]);
  });

  it.each([
    [{}, ['"app_id"', '"function_id"', '"started_before"']],
    [{ started_before: new Date(AT_MS + 5_001).toISOString() }, ["future"]],
    [{ started_before: AT_MS, started_after: AT_MS }, ['"started_after"']],
  ])("names everything that is wrong with the cancellation %o", async (given, words) => {
    const server = await start({});
    const ids = Object.keys(given).length === 0 ? {} : { app_id: "shop", function_id: "order" };
    const response = await server.fetch("/v1/cancellations", {
      method: "POST",
      body: JSON.stringify({ ...ids, ...given }),
    });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: string };
    for (const word of words) expect(error).toContain(word);
  });
});
