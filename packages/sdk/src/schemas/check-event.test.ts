// Checking events by schemas at run time: registries from every source, alternatives, patterns, invocations, dates.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { z as z4 } from "zod/v4";
import { checkIncoming, checkOutgoing } from "./check-event.ts";
import { EventSchemas } from "./event-schemas.ts";
import { eventType, staticSchema } from "./event-type.ts";
import type { AnySchema } from "./standard-schema.ts";
import { formatPath } from "./validate.ts";

const AT = "2026-01-02T03:04:05.678Z";
const numberData = z.object({ n: z.number() });

describe("EventSchemas", () => {
  it("keeps schemas given as values, from each source, later ones winning", () => {
    const schemas = new EventSchemas()
      .fromRecord<{ "type/only": { data: { n: number } } }>()
      .fromRecord({
        "a/one": { data: numberData },
        "a/two": numberData,
        "a/three": { user: numberData },
      })
      .fromSchema({ "a/one": z4.object({ s: z4.string() }) })
      .fromZod([
        z.object({ name: z.literal("l/one"), data: numberData, user: numberData }),
        z4.object({ name: z4.literal("l/two") }) as unknown as AnySchema,
      ]);
    expect([...schemas.values.keys()]).toEqual(["a/one", "a/two", "a/three", "l/one", "l/two"]);
    expect(schemas.values.get("a/two")).toEqual({ data: numberData });
    expect(schemas.values.get("a/three")).toEqual({ user: numberData });
    expect(schemas.values.get("l/one")).toEqual({ data: numberData, user: numberData });
    expect(schemas.values.get("l/two")).toEqual({});
    expect(schemas.values.get("a/one")?.data).not.toBe(numberData);
  });

  it("refuses what is no schema, naming it", () => {
    expect(() =>
      new EventSchemas().fromRecord({ "a/one": { data: { n: "number" } } } as never),
    ).toThrow('The "data" of event "a/one" is not a schema');
    expect(() => new EventSchemas().fromZod([numberData])).toThrow(
      "Schema 0 given to fromZod() has no literal name",
    );
    expect(() => eventType("a", { schema: {} as never })).toThrow("is not a Standard Schema");
    expect(() => eventType("")).toThrow("must be a non-empty string");
  });

  it("runs zod versions that know no Standard Schema", async () => {
    const legacy = {
      _def: {},
      _input: 0,
      _output: 0,
      safeParseAsync: numberData.safeParseAsync.bind(numberData),
    };
    const schemas = new EventSchemas().fromRecord({ "a/one": { data: legacy } });
    await expect(
      checkOutgoing(schemas, { name: "a/one", data: { n: 1 } }),
    ).resolves.toBeUndefined();
    await expect(checkOutgoing(schemas, { name: "a/one", data: {} })).rejects.toThrow(
      "data.n: Required",
    );
  });
});

describe("checkOutgoing", () => {
  const schemas = new EventSchemas().fromRecord({
    "a/one": { data: numberData, user: numberData },
  });

  it("lists every field that is wrong, of data and of user", async () => {
    const many = new EventSchemas().fromRecord({
      "a/many": {
        data: z.object({ list: z.array(z.object({ id: z.string() })), "odd key": z.string() }),
      },
    });
    await expect(
      checkOutgoing(many, { name: "a/many", data: { list: [{ id: "1" }, { id: 2 }] } }),
    ).rejects.toMatchObject({
      name: "EventValidationError",
      eventName: "a/many",
      message:
        'Event "a/many" does not fit its schema: data.list[1].id: Expected string, received number; data.odd key: Required.',
    });
    await expect(
      checkOutgoing(schemas, { name: "a/one", data: { n: 1 }, user: { n: "1" } }),
    ).rejects.toThrow("user.n: Expected number");
  });

  it("bounds the message", async () => {
    const wide = new EventSchemas().fromRecord({
      wide: {
        data: z.object(
          Object.fromEntries(Array.from({ length: 14 }, (_, n) => [`f${n}`, z.string()])),
        ),
      },
    });
    await expect(checkOutgoing(wide, { name: "wide", data: {} })).rejects.toThrow(
      /f9: Required; and 4 more\.$/,
    );
  });

  it("does not revive dates: what is sent must be what the schema says", async () => {
    const dated = new EventSchemas().fromRecord({ dated: { data: z.object({ at: z.date() }) } });
    await expect(checkOutgoing(dated, { name: "dated", data: { at: AT } })).rejects.toThrow(
      "data.at:",
    );
    await checkOutgoing(dated, { name: "dated", data: { at: new Date() } });
  });
});

describe("checkIncoming", () => {
  it("fills defaults in and leaves the other members alone", async () => {
    const schemas = new EventSchemas().fromRecord({
      a: { data: z.object({ n: z.number().default(7) }) },
    });
    const event = { id: "e", name: "a", data: {}, ts: 1, user: { id: "u" } };
    expect(await checkIncoming([{ event: "a" }], schemas, event)).toEqual({
      ...event,
      data: { n: 7 },
    });
  });

  it.each([
    [
      "zod 3",
      z.object({ at: z.date(), nested: z.array(z.object({ on: z.date() })), text: z.string() }),
    ],
    [
      "zod 4",
      z4.object({
        at: z4.date(),
        nested: z4.array(z4.object({ on: z4.date() })),
        text: z4.string(),
      }),
    ],
  ])(
    "[R17] gives dates back where the schema wants dates, and only there (%s)",
    async (_, schema) => {
      const event = { name: "a", data: { at: AT, nested: [{ on: AT }], text: AT } };
      const checked = await checkIncoming([{ event: "a", schema }], undefined, event);
      expect(checked.data).toEqual({ at: new Date(AT), nested: [{ on: new Date(AT) }], text: AT });
      expect(event.data.at).toBe(AT);
      await expect(
        checkIncoming([{ event: "a", schema }], undefined, {
          name: "a",
          data: { ...event.data, at: "soon" },
        }),
      ).rejects.toThrow("data.at:");
    },
  );

  it("takes several schemas of one name as alternatives", async () => {
    const triggers = [
      { event: "a", schema: z.object({ n: z.number() }) },
      { event: "a", schema: z.object({ s: z.string() }) },
    ];
    expect(await checkIncoming(triggers, undefined, { name: "a", data: { s: "x" } })).toMatchObject(
      { data: { s: "x" } },
    );
    await expect(checkIncoming(triggers, undefined, { name: "a", data: {} })).rejects.toThrow(
      "data.n: Required",
    );
  });

  it("checks nothing when a matching trigger has no schema and the registry does not know the event", async () => {
    const event = { name: "a", data: { anything: 1 } };
    expect(await checkIncoming([{ event: "a" }], undefined, event)).toBe(event);
    expect(
      await checkIncoming([{ event: "a" }, { event: "a", schema: numberData }], undefined, event),
    ).toBe(event);
    expect(
      await checkIncoming([{ cron: "0 9 * * *" }], undefined, {
        name: "inngest/scheduled.timer",
        data: {},
      }),
    ).toEqual({
      name: "inngest/scheduled.timer",
      data: {},
    });
  });

  it("matches patterns by prefix", async () => {
    const triggers = [{ event: "user/*", schema: numberData }];
    await expect(
      checkIncoming(triggers, undefined, { name: "user/a.b", data: {} }),
    ).rejects.toThrow("data.n");
    await checkIncoming(triggers, undefined, { name: "users/a", data: {} });
  });

  it("checks invocations against the schemas of all triggers, unless one takes everything", async () => {
    const invoked = { name: "inngest/function.invoked", data: {} };
    const schemas = new EventSchemas().fromRecord({ b: { data: z.object({ s: z.string() }) } });
    const triggers = [{ event: "a", schema: numberData }, { event: "b" }];
    await expect(checkIncoming(triggers, schemas, invoked)).rejects.toThrow("data.n: Required");
    const withText = { ...invoked, data: { s: "x" } };
    expect(await checkIncoming(triggers, schemas, withText)).toEqual(withText);
    await checkIncoming([...triggers, { cron: "0 9 * * *" }], schemas, invoked);
  });

  it("accepts everything by a static schema", async () => {
    const schema = staticSchema<{ n: number }>();
    const event = { name: "a", data: { n: "not a number" } };
    expect(await checkIncoming([{ event: "a", schema }], undefined, event)).toEqual(event);
  });
});

it("writes paths as authors do", () => {
  expect(formatPath(["data", "items", 0, "price"])).toBe("data.items[0].price");
  expect(formatPath([])).toBe("");
});
