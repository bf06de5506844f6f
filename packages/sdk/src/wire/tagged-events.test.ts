// Events with dates and the like, sent and received by clients: what is on the wire, what arrives, and the way out to plain JSON.
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { Everstep } from "../client/everstep.ts";
import type { ClientOptions } from "../client/client-options.ts";
import type { EventObject } from "../functions/definition.ts";
import { callOnce, silentLogger } from "../execution/test-call.ts";
import { encryptionMiddleware } from "../middleware/encryption/encryption-middleware.ts";
import { eventType } from "../schemas/event-type.ts";
import type { AnySchema } from "../schemas/standard-schema.ts";
import { fromWireEvent, toWireEvent } from "./tagged-events.ts";

const AT = new Date(5);
const ISO = AT.toISOString();

/** A client that keeps what it sends. */
function recorder(options: Partial<ClientOptions> = {}) {
  const sent: EventObject[] = [];
  const record = (async (_url: unknown, init: RequestInit) => {
    const events = JSON.parse(init.body as string) as EventObject[];
    sent.push(...events);
    return Response.json({ ids: events.map((_event, index) => `${index}`), status: 200 });
  }) as typeof fetch;
  const client = new Everstep({
    id: "app",
    isDev: true,
    fetch: record,
    logger: silentLogger,
    ...options,
  });
  return { client, sent };
}

/** What a function of the client sees of an event. */
async function deliver(client: Everstep, event: unknown, schema?: AnySchema): Promise<unknown> {
  const { name } = event as EventObject;
  let seen: unknown;
  const trigger = schema === undefined ? { event: name } : eventType(name, { schema } as never);
  const fn = client.createFunction({ id: "fn" }, trigger as never, (context) => {
    seen = (context as { event: unknown }).event;
  });
  const events = [event as EventObject];
  await callOnce(
    { handler: () => null, definition: fn.definition },
    { event: events[0] as EventObject, events },
  );
  return seen;
}

describe("[seeds R17] events with dates and the like", () => {
  it("travel as plain JSON with a map in meta, which the handler does not see", async () => {
    const { client, sent } = recorder();
    const meta = { sessions: { chat: "c" } };
    await client.send({ name: "x", data: { at: AT, n: 1 }, meta, ts: 1 });
    expect(sent).toEqual([
      {
        name: "x",
        data: { at: ISO, n: 1 },
        ts: 1,
        meta: { ...meta, everstep_types: { data: { at: "date" } } },
      },
    ]);
    expect(await deliver(client, sent[0])).toEqual({
      name: "x",
      data: { at: AT, n: 1 },
      ts: 1,
      meta,
    });
  });

  it("are left as they are without such values", async () => {
    const { client, sent } = recorder();
    await client.send({ name: "x", data: { n: 1 }, ts: 1 });
    expect(sent).toEqual([{ name: "x", data: { n: 1 }, ts: 1 }]);
  });

  it("are plain JSON, both ways, for a client that says so", async () => {
    const { client, sent } = recorder({ taggedValues: false });
    await client.send({ name: "x", data: { at: AT }, ts: 1 });
    expect(sent).toEqual([{ name: "x", data: { at: ISO }, ts: 1 }]);
    const tagged = {
      name: "x",
      data: { at: ISO },
      meta: { everstep_types: { data: { at: "date" } } },
    };
    expect(await deliver(client, tagged)).toMatchObject({ data: { at: ISO } });
  });

  it("fit a schema of plain JSON and one of dates, whoever sent them", async () => {
    const { client, sent } = recorder();
    await client.send({ name: "x", data: { text: AT, date: AT } });
    const schema = z.object({ text: z.string(), date: z.date() });
    expect(await deliver(client, sent[0], schema)).toMatchObject({
      data: { text: ISO, date: AT },
    });
  });

  it("keep names of encrypted members to themselves", async () => {
    const { client, sent } = recorder({
      middleware: [encryptionMiddleware({ key: "a-key-of-32-random-characters-ok" })],
    });
    await client.send({ name: "x", data: { at: AT, encrypted: { born: AT } } });
    expect(JSON.stringify(sent)).not.toContain("born");
    expect(await deliver(client, sent[0])).toMatchObject({
      data: { at: AT, encrypted: { born: AT } },
    });
  });

  it("lose their map when it grows too large, and say so", () => {
    const data = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, n) => [`k${n}`, { [`a${n}`]: AT }]),
    );
    const onTooMany = vi.fn();
    const event = toWireEvent({ name: "x", data }, onTooMany);
    expect(onTooMany).toHaveBeenCalledOnce();
    expect(event).toMatchObject({ data: { k7: { a7: ISO } } });
    expect(event).not.toHaveProperty("meta");
  });

  it("arrive as sent where the map makes no sense", () => {
    const event = (types: unknown): EventObject => ({
      name: "x",
      data: { at: ISO },
      meta: { everstep_types: types },
    });
    for (const types of [null, 1, [], { data: 3 }, { data: { at: { at: "date" } } }]) {
      expect(fromWireEvent(event(types))).toEqual({ name: "x", data: { at: ISO } });
    }
  });
});
