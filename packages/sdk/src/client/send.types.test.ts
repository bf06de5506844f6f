// What `send` takes, by the compiler: known names strictly, unknown names loosely, lists that mix both, payloads of event types.
// Nothing is sent; the test's body only has to compile.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { z as z4 } from "zod/v4";
import { Everstep } from "./everstep.ts";
import { EventSchemas } from "../schemas/event-schemas.ts";
import { eventType } from "../schemas/event-type.ts";

type Events = {
  "app/user.created": { data: { userId: string; email: string; name: string; createdAt: Date } };
  "app/user.deleted": { data: { userId: string; reason?: string } };
  "app/ping": {};
};

const inngest = new Everstep({ id: "app", schemas: new EventSchemas().fromRecord<Events>() });
const strict = new Everstep({
  id: "app",
  schemas: new EventSchemas().fromRecord<Events>(),
  strict: true,
});
const untyped = new Everstep({ id: "app" });
const byValue = new Everstep({
  id: "app",
  schemas: new EventSchemas().fromRecord({
    "order/created": { data: z.object({ orderId: z.string(), total: z.coerce.number() }) },
    "order/paid": { data: z4.object({ orderId: z4.string(), at: z4.date() }) },
    "order/bare": z.object({ note: z.string().optional() }),
  }),
});

const users = [{ id: "u-1", email: "a@example.com" }];
const user = { userId: "u-1", email: "a@example.com", name: "Ada", createdAt: new Date() };
/** Compiled, never called. */
function expectCompiles(_body: () => unknown): void {}

describe("types of send", () => {
  it("checks known names with a literal name exactly", () => {
    expectCompiles(() => inngest.send({ name: "app/user.created", data: user }));
    expectCompiles(() =>
      inngest.send({
        name: "app/user.created",
        data: {
          // @ts-expect-error -- misspelt: userID
          userID: "u-1",
          email: "a@example.com",
          name: "Ada",
          createdAt: new Date(),
        },
      }),
    );
    expectCompiles(() =>
      inngest.send({
        name: "app/user.created",
        data: {
          userId: "u-1",
          // @ts-expect-error -- misspelt: emial
          emial: "a@example.com",
          name: "Ada",
          createdAt: new Date(),
        },
      }),
    );
    // @ts-expect-error -- fields are missing
    expectCompiles(() => inngest.send({ name: "app/user.created", data: { userId: "u-1" } }));
    // @ts-expect-error -- data is missing
    expectCompiles(() => inngest.send({ name: "app/user.created" }));
    // @ts-expect-error -- wrong type
    expectCompiles(() => inngest.send({ name: "app/user.deleted", data: { userId: 1 } }));
    expectCompiles(() =>
      inngest.send({
        name: "app/user.deleted",
        // @ts-expect-error -- an optional field is misspelt
        data: { userId: "u-1", raeson: "x" },
      }),
    );
    expectCompiles(() => inngest.send({ name: "app/ping" }));
    expectCompiles(() =>
      inngest.send({ name: "app/user.deleted", data: { userId: "u-1" }, id: "x", ts: 1 }),
    );
    // @ts-expect-error -- unknown member of the payload
    expectCompiles(() => inngest.send({ name: "app/ping", dta: {} }));
  });

  it("checks each element of a list for its own name", () => {
    expectCompiles(() =>
      inngest.send([
        { name: "app/user.created", data: user },
        { name: "app/user.deleted", data: { userId: "u-1" } },
        { name: "someone/else", data: { any: "thing" } },
      ]),
    );
    expectCompiles(() =>
      inngest.send([
        { name: "app/user.created", data: user },
        // @ts-expect-error -- the data of another event
        { name: "app/user.deleted", data: { userID: "u-1" } },
      ]),
    );
  });

  it("[R2] takes lists that are mapped, and names that are not literal", () => {
    expectCompiles(() =>
      inngest.send(users.map((each) => ({ name: "app/user.deleted", data: { userId: each.id } }))),
    );
    expectCompiles(() =>
      inngest.send(
        users.map((each) => ({ name: "app/user.deleted" as const, data: { userId: each.id } })),
      ),
    );
    expectCompiles(() =>
      inngest.send(users.map((each) => ({ name: "email/send", data: { to: each.email } }))),
    );
    const events: { name: string; data: any }[] = [];
    expectCompiles(() => inngest.send(events));
    const name: string = "app/user.created";
    expectCompiles(() => inngest.send({ name, data: { whatever: 1 } }));
  });

  it("[R2] leaves unknown names loose, unless strict", () => {
    expectCompiles(() => inngest.send({ name: "unknown/name", data: { a: 1 } }));
    expectCompiles(() => untyped.send({ name: "unknown/name", data: { a: 1 } }));
    expectCompiles(() => untyped.send({ name: "unknown/name" }));
    expectCompiles(() => strict.send({ name: "app/user.deleted", data: { userId: "u-1" } }));
    // @ts-expect-error -- strict: not in the registry
    expectCompiles(() => strict.send({ name: "unknown/name", data: { a: 1 } }));
    // @ts-expect-error -- a payload needs a name
    expectCompiles(() => untyped.send({ data: {} }));
  });

  it("[R2] infers events from schemas given as values: what goes in is what the schema accepts", () => {
    expectCompiles(() => byValue.send({ name: "order/created", data: { orderId: "o", total: 1 } }));
    // @ts-expect-error -- missing field
    expectCompiles(() => byValue.send({ name: "order/created", data: { orderId: "o" } }));
    expectCompiles(() =>
      byValue.send({ name: "order/paid", data: { orderId: "o", at: new Date() } }),
    );
    // @ts-expect-error -- not a date
    expectCompiles(() => byValue.send({ name: "order/paid", data: { orderId: "o", at: "2026" } }));
    expectCompiles(() => byValue.send({ name: "order/bare" }));
    expectCompiles(() => byValue.send({ name: "order/other", data: {} }));
  });

  it("takes payloads of event types", () => {
    const placed = eventType("shop/placed", { schema: z.object({ orderId: z.string() }) });
    expectCompiles(() => untyped.send(placed.create({ orderId: "o" })));
    expectCompiles(() => untyped.send([placed.create({ orderId: "o" }, { id: "x" })]));
    // @ts-expect-error -- the schema wants a text
    expectCompiles(() => placed.create({ orderId: 1 }));
    // @ts-expect-error -- data is required
    expectCompiles(() => placed.create());
    expectCompiles(() => eventType("shop/loose").create({ any: 1 }));
    expectCompiles(() => eventType("shop/loose").create());
  });

  it("resolves to ids", () => {
    expectTypeOf(inngest.send<"app/ping">).returns.resolves.toEqualTypeOf<{ ids: string[] }>();
  });
});
