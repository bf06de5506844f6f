// Channels, publishing outside of steps and tokens, against a recorded fetch; and the durable fetch outside of functions.
import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { z } from "zod";
import { runInScope, type CallScope } from "../execution/async-context.ts";
import { fetch } from "./durable-fetch.ts";
import { Everstep } from "./everstep.ts";
import { realtime } from "./realtime.ts";

const orders = realtime.channel({
  name: (orderId: string) => `order:${orderId}`,
  topics: { status: { schema: z.object({ state: z.string() }) }, raw: {} },
});
const news = realtime.channel({ name: "news", topics: { item: {} } });

function createWorld(answer: () => Response = () => new Response()) {
  const requests: Request[] = [];
  const stub = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    requests.push(new Request(input, init));
    return answer();
  };
  return { client: new Everstep({ id: "shop", isDev: true, fetch: stub }), requests };
}

function scopeWith(parts: Partial<CallScope>): CallScope {
  return {
    owner: {},
    runId: "run-1",
    event: { name: "x", data: {} },
    tools: () => ({}) as never,
    groupTools: () => ({}) as never,
    context: {},
    ...parts,
  };
}

describe("realtime", () => {
  it("names channels and their topics", () => {
    expect(orders("o-1").status).toEqual({
      channel: "order:o-1",
      topic: "status",
      config: { schema: expect.anything() },
    });
    expect(news.item).toEqual({ channel: "news", topic: "item", config: {} });
    expectTypeOf(orders("o").status["~data"]).toEqualTypeOf<{ state: string } | undefined>();
    expectTypeOf(news.name).toEqualTypeOf<"news">();
  });

  it("publishes a topic's message and gives it back", async () => {
    const { client, requests } = createWorld();
    const data = { state: "shipped" };
    await expect(client.realtime.publish(orders("o-1").status, data)).resolves.toEqual(data);
    expect(requests[0]?.url).toBe(
      "http://localhost:8288/v1/realtime/publish?channel=order%3Ao-1&topic=status",
    );
    expect(await requests[0]?.json()).toEqual(data);
  });

  it("publishes messages of the v3 form, with the run they belong to", async () => {
    const { client, requests } = createWorld();
    const message = { channel: "c", topic: "t", data: 7 };
    await runInScope(scopeWith({}), () => client.realtime.publish(message));
    expect(requests[0]?.url).toContain("channel=c&topic=t&run_id=run-1");
  });

  it("refuses data that does not fit the topic, before it is sent", async () => {
    const { client, requests } = createWorld();
    await expect(
      client.realtime.publish(orders("o").status, { state: 1 } as never),
    ).rejects.toThrow(
      'The message for topic "status" does not fit its schema: data.state: Expected string',
    );
    expect(requests).toEqual([]);
    const { status } = orders("o");
    // @ts-expect-error -- a topic's data has the type of its schema
    await expect(client.realtime.publish(status, { state: 1 })).rejects.toThrow("data.state");
  });

  it("gets tokens for subscribers, and says when the server refuses", async () => {
    const { client, requests } = createWorld(() => Response.json({ jwt: "j" }, { status: 201 }));
    const token = await client.realtime.token({ channel: orders("o"), topics: ["status"] });
    expect(token).toEqual({ channel: "order:o", topics: ["status"], key: "j" });
    expect(await requests[0]?.json()).toEqual([
      { channel: "order:o", name: "status", kind: "run" },
    ]);
    const refused = createWorld(() => new Response("off", { status: 501 })).client;
    await expect(
      refused.realtime.getSubscriptionToken({ channel: "c", topics: [] }),
    ).rejects.toThrow("No token for the channel c was given: the server answered 501 off");
  });
});

describe("fetch", () => {
  it("is a step in a function, and plain inside steps and outside of functions", async () => {
    const asStep = vi.fn(async () => new Response("step"));
    const plain = vi.fn(async () => new Response("plain"));
    const durable = fetch.config({ fallback: plain });
    const tools = (): never => ({ fetch: asStep }) as never;
    const step = {
      id: "s",
      hashedId: "h",
      attempt: 0,
      childCounts: new Map<string, number>(),
      runNested: () => new Promise<never>(() => {}),
    };
    const text = async (response: Promise<Response>): Promise<string> => (await response).text();
    expect(await text(runInScope(scopeWith({ tools }), () => durable("http://a")))).toBe("step");
    expect(await text(runInScope(scopeWith({ tools, step }), () => durable("http://a")))).toBe(
      "plain",
    );
    expect(await text(durable("http://a"))).toBe("plain");
  });

  it("throws where it cannot be a step and has no fallback", async () => {
    const strict = fetch.config({ fallback: undefined });
    await expect(strict("http://a")).rejects.toThrow("outside of a function and has no fallback");
  });
});
