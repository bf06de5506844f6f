// What goes over the wire when events are sent: bodies, headers, ids that repeats share, retries, bounds, and sends nobody awaits.
// A stub of fetch answers; the server's own id rule (protocol) tells which ids a request would make.
import { parseEventIdSeed, ulidFromSeed } from "@everstep/protocol";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { z as z4 } from "zod/v4";
import { runInScope, type CallScope } from "../execution/async-context.ts";
import { eventType } from "../schemas/event-type.ts";
import { EventSchemas } from "../schemas/event-schemas.ts";
import type { Logger } from "../functions/definition.ts";
import type { ClientOptions } from "./client-options.ts";
import { Everstep } from "./everstep.ts";
import { GuardedPromise } from "./guarded-promise.ts";

interface Sent {
  readonly url: string;
  readonly headers: Headers;
  readonly events: {
    readonly name: string;
    readonly data: unknown;
    readonly ts: number;
    readonly id?: string;
  }[];
  /** The ids that a server would make. */
  readonly ids: string[];
}

type Reply = (call: number) => Response | Error;

function recordLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const write = (...args: unknown[]): void => void lines.push(args.map(String).join(" "));
  return { lines, info: write, warn: write, error: write, debug: write };
}

/** A client whose requests are recorded. Without a reply, the server takes everything and gives the ids of the seed. */
function createWorld(options: Partial<ClientOptions> = {}, reply?: Reply) {
  const sent: Sent[] = [];
  const logger = recordLogger();
  const stub = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const headers = new Headers(init?.headers);
    const events = JSON.parse(init?.body as string) as Sent["events"];
    const seed = parseEventIdSeed(headers.get("x-inngest-event-id-seed") ?? undefined);
    const ids = events.map((_event, index) =>
      seed === undefined ? "none" : ulidFromSeed(seed, index + 1),
    );
    sent.push({ url: new Request(input).url, headers, events, ids });
    const answer = reply?.(sent.length) ?? Response.json({ ids, status: 200 });
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const client = new Everstep({
    id: "shop",
    isDev: true,
    logger,
    fetch: stub,
    ...options,
  });
  return { client, sent, logger };
}

const pending = (): Promise<never> => new Promise(() => {});
const RUN_ID = "01JD0000000000000000000000";
function stepScope(): CallScope {
  const step = {
    id: "notify",
    hashedId: "abc",
    attempt: 0,
    childCounts: new Map<string, number>(),
    runNested: pending,
  };
  return {
    owner: {},
    runId: RUN_ID,
    event: { name: "x", data: {} },
    tools: () => ({}) as never,
    groupTools: () => ({}) as never,
    context: {},
    step,
  };
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe("send", () => {
  it("posts a list with defaults filled and resolves to the ids", async () => {
    const { client, sent } = createWorld();
    const { ids } = await client.send({ name: "shop/placed", data: { n: 1 }, id: "mine" });
    expect(sent).toHaveLength(1);
    expect(sent[0]?.url).toBe("http://localhost:8288/e/NO_EVENT_KEY_SET");
    expect(sent[0]?.events).toEqual([
      { id: "mine", name: "shop/placed", data: { n: 1 }, ts: expect.any(Number) },
    ]);
    expect(sent[0]?.headers.get("content-type")).toBe("application/json");
    expect(sent[0]?.headers.get("x-inngest-sdk")).toMatch(/^everstep-js:v/);
    expect(ids).toEqual(sent[0]?.ids);
    await client.send([{ name: "bare" }]);
    expect(sent[1]?.events).toEqual([{ name: "bare", data: {}, ts: expect.any(Number) }]);
  });

  it("sends the branch of the call, else of the client", async () => {
    const { client, sent } = createWorld({ env: "main-branch" });
    await client.send({ name: "a" });
    await client.send({ name: "a" }, { env: "other" });
    expect(sent.map(({ headers }) => headers.get("x-inngest-env"))).toEqual([
      "main-branch",
      "other",
    ]);
  });

  it("warns about an empty list and sends nothing", async () => {
    const { client, sent, logger } = createWorld();
    await expect(client.send([])).resolves.toEqual({ ids: [] });
    expect(sent).toEqual([]);
    expect(logger.lines).toEqual([expect.stringContaining("no events")]);
  });

  it("[R10] splits 10,000 events and gives them the ids of one endless request", async () => {
    const { client, sent } = createWorld();
    const { ids } = await client.send(
      Array.from({ length: 10_001 }, (_, n) => ({ name: "a", data: { n } })),
    );
    expect(sent.map(({ events }) => events.length)).toEqual([5_000, 5_000, 1]);
    expect(new Set(ids).size).toBe(10_001);
    expect(ids).toEqual(sent.flatMap((request) => request.ids));
    const first = parseEventIdSeed(sent[0]?.headers.get("x-inngest-event-id-seed") ?? "");
    if (first === undefined) throw new Error("no seed");
    expect(ids[10_000]).toBe(ulidFromSeed(first, 10_001));
  });

  it("[R10] splits by bytes", async () => {
    const { client, sent } = createWorld();
    const text = "x".repeat(1_000_000);
    const { ids } = await client.send([1, 2, 3, 4].map((n) => ({ name: "a", data: { n, text } })));
    expect(sent.map(({ events }) => events.length)).toEqual([3, 1]);
    expect(new Set(ids).size).toBe(4);
  });

  it("refuses an event that is too large before anything is sent, and names its biggest field", async () => {
    const { client, sent } = createWorld();
    const image = "é".repeat(1_600_000);
    await expect(
      client.send([{ name: "small" }, { name: "big", data: { note: "n", image } }]),
    ).rejects.toThrow(
      /Event 1 \("big"\) has 32\d+ bytes; at most 3145726 .* data\.image with 3200002 bytes/,
    );
    expect(sent).toEqual([]);
  });

  it.each([
    [{ name: "" }, "it must be a text of 1 to 512"],
    [{ name: "inngest/function.failed" }, "belong to the engine"],
    [{ name: "a", data: [1] }, "an array: it must be an object"],
    ["a", "Event 0 is string"],
  ])("refuses %j", async (payload, message) => {
    const { client, sent } = createWorld();
    await expect(client.send(payload as never)).rejects.toThrow(message);
    expect(sent).toEqual([]);
  });

  it("needs an event key in cloud mode", async () => {
    vi.stubEnv("INNGEST_EVENT_KEY", "");
    const { client, sent } = createWorld({ isDev: false });
    await expect(client.send({ name: "a" })).rejects.toThrow("No event key is set");
    client.setEventKey("k/1");
    await client.send({ name: "a" });
    expect(sent[0]?.url).toBe("https://inn.gs/e/k%2F1");
  });

  it("survives values that JSON does not know", async () => {
    const { client, sent } = createWorld();
    const data: Record<string, unknown> = { big: 1n, at: new Date(0) };
    data["self"] = data;
    await client.send({ name: "a", data });
    expect(sent[0]?.events[0]?.data).toMatchObject({ at: "1970-01-01T00:00:00.000Z" });
  });
});

describe("attempts", () => {
  it("repeats with the same ids after failures of the server and of the network", async () => {
    const { client, sent } = createWorld({}, (call) =>
      call === 1
        ? new Response("no", { status: 503 })
        : call === 2
          ? new TypeError("fetch failed")
          : (undefined as never),
    );
    const { ids } = await client.send({ name: "a" });
    expect(sent.map((request) => request.ids)).toEqual([ids, ids, ids]);
  });

  it("gives up after five attempts with a clear error", async () => {
    vi.useFakeTimers();
    const { client, sent } = createWorld({}, () =>
      Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } }),
    );
    const failure = client.send({ name: "a" }).catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    expect(await failure).toMatchObject({
      name: "EventSendError",
      message: expect.stringMatching(
        /^Could not send 1 event to http:\/\/localhost:8288\/: the connection failed \(fetch failed: ECONNREFUSED\)\. Is the dev server running\?/,
      ),
      sentCount: 0,
    });
    expect(sent).toHaveLength(5);
  });

  it("does not repeat what the server refused, and says why", async () => {
    const { client, sent } = createWorld({}, () =>
      Response.json({ error: "Event key not found", status: 401 }, { status: 401 }),
    );
    await expect(client.send({ name: "a" })).rejects.toMatchObject({
      message: expect.stringContaining("the server answered 401: Event key not found"),
      status: 401,
    });
    expect(sent).toHaveLength(1);
  });

  it("tells which events of a split call were taken before a failure", async () => {
    const { client } = createWorld({}, (call) =>
      call === 2 ? Response.json({ error: "full" }, { status: 400 }) : (undefined as never),
    );
    await expect(
      client.send(Array.from({ length: 6_000 }, () => ({ name: "a" }))),
    ).rejects.toMatchObject({ sentCount: 5_000, totalCount: 6_000 });
  });

  it("ends within sendTimeout when the server never answers", async () => {
    const never = ((_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
      })) as typeof fetch;
    const { client } = createWorld({ fetch: never, sendTimeout: 20 });
    await expect(client.send({ name: "a" })).rejects.toThrow("no answer within 20 ms");
  });

  it("names the largest event when the server finds the request too large", async () => {
    const { client } = createWorld({}, () => new Response("", { status: 413 }));
    await expect(
      client.send([{ name: "small" }, { name: "large", data: { image: "x".repeat(9_000) } }]),
    ).rejects.toThrow(
      /The largest event is "large" with about 90\d\d bytes; its biggest field is data\.image/,
    );
  });
});

describe("seeds", () => {
  it("[R10] fixes ids by a text, with the time of its ULID", async () => {
    const { client } = createWorld();
    const payloads = [{ name: "a", data: {} }];
    const first = await client.sendEvents(payloads, { seedText: `${RUN_ID} step` });
    const again = await client.sendEvents(payloads, { seedText: `${RUN_ID} step` });
    const other = await client.sendEvents(payloads, { seedText: `${RUN_ID} other` });
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(first.ids[0]?.slice(0, 10)).toBe(RUN_ID.slice(0, 10));
  });

  it("[R10] gives sends inside a step's callback the same ids on each attempt", async () => {
    const { client } = createWorld();
    const attempt = (): Promise<{ ids: string[] }[]> =>
      runInScope(stepScope(), async () => [
        await client.send({ name: "a" }),
        await client.send({ name: "a" }),
      ]);
    const [first, again] = [await attempt(), await attempt()];
    expect(again).toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
  });

  it("draws ids outside of steps", async () => {
    const { client } = createWorld();
    expect(await client.send({ name: "a" })).not.toEqual(await client.send({ name: "a" }));
  });
});

describe("sends that nobody awaits", () => {
  it("[R9] logs the failure instead of ending the process", async () => {
    const { client, logger } = createWorld({}, () =>
      Response.json({ error: "no" }, { status: 400 }),
    );
    void client.send({ name: "a" });
    await client.flush();
    await vi.waitFor(() => expect(logger.lines).toHaveLength(1));
    expect(logger.lines[0]).toContain(
      "not awaited were not sent: EventSendError: Could not send 1 event",
    );
  });

  it("[R9] does not log what is awaited or caught", async () => {
    const { client, logger } = createWorld({}, () =>
      Response.json({ error: "no" }, { status: 400 }),
    );
    await expect(client.send({ name: "a" })).rejects.toThrow("no");
    await client.send({ name: "a" }).catch(() => {});
    const [all] = await Promise.allSettled([client.send({ name: "a" })]);
    expect(all.status).toBe("rejected");
    expect(logger.lines).toEqual([]);
  });

  it("[R9] asks a serverless platform to stay up", async () => {
    const waitUntil = vi.fn();
    const key = Symbol.for("@vercel/request-context");
    const holder = globalThis as Record<symbol, unknown>;
    holder[key] = { get: () => ({ waitUntil }) };
    try {
      const { client } = createWorld();
      await client.send({ name: "a" });
      expect(waitUntil).toHaveBeenCalledExactlyOnceWith(expect.any(Promise));
    } finally {
      delete holder[key];
    }
  });

  it("derives plain promises", () => {
    const { client } = createWorld();
    const sending = client.send({ name: "a" });
    expect(sending).toBeInstanceOf(GuardedPromise);
    expect(sending.then(undefined)).not.toBeInstanceOf(GuardedPromise);
  });
});

describe("schemas at send", () => {
  it.each([
    ["zod 3", z.object({ items: z.array(z.object({ price: z.number() })) })],
    ["zod 4", z4.object({ items: z4.array(z4.object({ price: z4.number() })) })],
  ])("[R2] refuses what does not fit, by path (%s)", async (_, data) => {
    const schemas = new EventSchemas().fromRecord({ "shop/placed": { data } });
    const { client, sent } = createWorld({ schemas });
    const payload = { name: "shop/placed", data: { items: [{ price: 1 }, { price: "2" }] } };
    await expect(client.send(payload as { name: string })).rejects.toMatchObject({
      name: "EventValidationError",
      message: expect.stringMatching(
        /^Event "shop\/placed" does not fit its schema: data\.items\[1\]\.price: /,
      ),
    });
    expect(sent).toEqual([]);
    await client.send({ name: "shop/placed", data: { items: [] } });
    await client.send({ name: "shop/unknown", data: { anything: 1 } });
    expect(sent).toHaveLength(2);
  });

  it("checks payloads of event types", async () => {
    const { client, sent } = createWorld();
    const placed = eventType("shop/placed", { schema: z.object({ n: z.number() }), version: "2" });
    await client.send(placed.create({ n: 1 }, { id: "x" }));
    expect(sent[0]?.events).toEqual([
      { id: "x", name: "shop/placed", data: { n: 1 }, ts: expect.any(Number), v: "2" },
    ]);
    await expect(client.send(placed.create({ n: "1" } as never))).rejects.toThrow("data.n:");
  });
});
