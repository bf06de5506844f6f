// Sessions of a run: what its events agree on, and what goes over to the events that it sends and the runs that it invokes.
import { describe, expect, it } from "vitest";
import type { EventObject } from "../functions/definition.ts";
import { callOnce, silentLogger } from "../execution/test-call.ts";
import { Everstep } from "./everstep.ts";
import { commonSessions } from "./sessions.ts";

const eventIn = (sessions: unknown): EventObject => ({
  name: "x",
  data: {},
  meta: { sessions },
});

describe("commonSessions", () => {
  it("are those that all events have with the same id", () => {
    expect(
      commonSessions([eventIn({ b: "1", a: "2", c: "3" }), eventIn({ a: "2", b: "9", c: 3 })]),
    ).toEqual({ a: "2", c: "3" });
    expect(commonSessions([eventIn({ a: "1" }), eventIn({})])).toBeUndefined();
    expect(commonSessions([{ name: "x", data: {} }])).toBeUndefined();
  });

  it("are at most five, in the order of their bytes", () => {
    const keys = ["\u{1F600}", "\uFFFD", "b", "a", "ab", "0"];
    const sessions = Object.fromEntries(keys.map((key) => [key, "1"]));
    expect(Object.keys(commonSessions([eventIn(sessions)]) ?? {})).toEqual([
      "0",
      "a",
      "ab",
      "b",
      "\uFFFD",
    ]);
  });
});

async function runWith(options: object, change?: Record<string, string>) {
  const sent: EventObject[] = [];
  const client = new Everstep({
    id: "app",
    isDev: true,
    logger: silentLogger,
    fetch: (async (_url: unknown, init: RequestInit) => {
      sent.push(...(JSON.parse(init.body as string) as EventObject[]));
      return Response.json({ ids: ["1"], status: 200 });
    }) as typeof fetch,
    ...options,
  });
  let seen: unknown;
  const fn = client.createFunction({ id: "fn" }, { event: "x" }, async (context) => {
    seen = context.sessions;
    if (change !== undefined) context.sessions = change;
    await client.send({ name: "bare" });
    const { step } = context;
    await Promise.all([
      step.sendEvent("send", { name: "own", meta: { sessions: { chat: null } } }),
      step.invoke("call", { function: "app-other" }),
    ]);
  });
  const event = eventIn({ chat: "c1" });
  const { body } = await callOnce(
    { handler: () => null, definition: fn.definition },
    { event, events: [event] },
  );
  const invoke = (body as { op: string; opts: { payload: { meta?: unknown } } }[]).find(
    ({ op }) => op === "InvokeFunction",
  );
  return { seen, sent, invoked: invoke?.opts.payload.meta };
}

describe("the sessions of a run", () => {
  it("are handed to the handler and go over to sends and invocations", async () => {
    const { seen, sent, invoked } = await runWith({});
    expect(seen).toEqual({ chat: "c1" });
    expect(sent).toMatchObject([{ meta: { propagated_sessions: { chat: "c1" } } }]);
    expect(invoked).toEqual({ propagated_sessions: { chat: "c1" } });
  });

  it("may be replaced by the handler", async () => {
    const { sent, invoked } = await runWith({}, { order: "o1" });
    expect(sent[0]?.meta).toEqual({ propagated_sessions: { order: "o1" } });
    expect(invoked).toEqual({ propagated_sessions: { order: "o1" } });
  });

  it("stay where they are when the client says so", async () => {
    const { seen, sent, invoked } = await runWith({ sessionPropagation: false });
    expect(seen).toEqual({ chat: "c1" });
    expect([sent[0]?.meta, invoked]).toEqual([undefined, undefined]);
  });
});
