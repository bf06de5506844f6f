// Middleware that changes events in place, as that of official SDKs may: what it changes goes out, and what the author holds stays.
import { expect, it } from "vitest";
import * as Middleware from "./base-middleware.ts";
import { InngestMiddleware } from "./inngest-middleware.ts";
import { testApp } from "./test-app.ts";

class Audit extends Middleware.BaseMiddleware {
  readonly id = "audit";
  override transformSendEvent(args: Middleware.TransformSendEventArgs) {
    for (const event of args.events) event.data = { ...event.data, audited: true };
    args.events.push({ name: "audit/sent", data: {} });
    return args;
  }
}

const stamp = new InngestMiddleware({
  name: "stamp",
  init: () => ({
    onSendEvent: () => ({
      transformInput({ payloads }) {
        for (const payload of payloads) payload.ts = 7;
        return { payloads };
      },
    }),
  }),
});

it("classes may change the events of a send and add to them", async () => {
  const { client, sent } = testApp({ middleware: [Audit] });
  const event = { name: "x", data: { n: 1 } };
  await client.send(event);
  expect(sent.map(({ name, data }) => ({ name, data }))).toEqual([
    { name: "x", data: { n: 1, audited: true } },
    { name: "audit/sent", data: {} },
  ]);
  expect(event).toEqual({ name: "x", data: { n: 1 } });
});

it("objects may change the events of a send", async () => {
  const { client, sent } = testApp({ middleware: [stamp] });
  const event = { name: "x", data: { n: 1 } };
  await client.send(event);
  expect(sent).toMatchObject([{ name: "x", ts: 7 }]);
  expect(event).toEqual({ name: "x", data: { n: 1 } });
});
