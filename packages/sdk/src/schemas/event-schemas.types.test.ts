// What the registry knows after each way of filling it, by the compiler.
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { z as z4 } from "zod/v4";
import type { GetEvent, GetEvents } from "../client/inference.ts";
import { Everstep } from "../client/everstep.ts";
import { EventSchemas } from "./event-schemas.ts";
import type { Jsonify, StepOutput } from "./jsonify.ts";
import { staticSchema } from "./event-type.ts";

type Any = ReturnType<typeof JSON.parse>;
type DataOf<TClient, TName extends string> = GetEvent<TClient, TName>["data"];

describe("types of EventSchemas", () => {
  it("takes a type, an interface, a union and a generated type", () => {
    interface ByInterface {
      "a/one": { data: { n: number }; user: { id: string } };
      "a/two": { name: "a/two"; data: { s?: string } };
    }
    type Union = { name: "u/one"; data: { u: 1 } } | { name: "u/two"; data: { u: 2 } };
    const client = new Everstep({
      id: "app",
      schemas: new EventSchemas()
        .fromRecord<ByInterface>()
        .fromUnion<Union>()
        .fromGenerated<{ "g/one": { data: { g: boolean } } }>(),
    });
    type Client = typeof client;
    expectTypeOf<DataOf<Client, "a/one">>().toEqualTypeOf<{ n: number }>();
    expectTypeOf<GetEvent<Client, "a/one">["user"]>().toEqualTypeOf<{ id: string }>();
    expectTypeOf<DataOf<Client, "a/two">>().toEqualTypeOf<{ s?: string }>();
    expectTypeOf<DataOf<Client, "u/two">>().toEqualTypeOf<{ u: 2 }>();
    expectTypeOf<DataOf<Client, "g/one">>().toEqualTypeOf<{ g: boolean }>();
    expectTypeOf<DataOf<Client, "other">>().toBeAny();
    expectTypeOf<keyof GetEvents<Client>>().toEqualTypeOf<
      "a/one" | "a/two" | "u/one" | "u/two" | "g/one"
    >();
    // @ts-expect-error -- the name contradicts its key
    new EventSchemas().fromRecord<{ "a/one": { name: "a/other"; data: { n: number } } }>();
  });

  it("takes values of zod 3, zod 4 and any Standard Schema, and later entries win", () => {
    const client = new Everstep({
      id: "app",
      schemas: new EventSchemas()
        .fromRecord<{ "v/one": { data: { old: true } } }>()
        .fromRecord({
          "v/one": {
            data: z.object({ n: z.number(), at: z.date() }),
            user: z.object({ id: z.string() }),
          },
          "v/two": { data: z4.object({ n: z4.number().default(1) }) },
          "v/three": staticSchema<{ s: string }>(),
        })
        .fromSchema({ "s/one": z4.object({ s: z4.string() }) })
        .fromZod({ "z/one": { data: z.object({ z: z.string() }) } })
        .fromZod([
          z.object({ name: z.literal("l/one"), data: z.object({ l: z.number() }) }),
          z.object({ name: z.literal("l/two"), data: z.object({ l: z.string() }) }),
        ]),
    });
    type Client = typeof client;
    expectTypeOf<DataOf<Client, "v/one">>().toEqualTypeOf<{ n: number; at: Date }>();
    expectTypeOf<GetEvent<Client, "v/one">["user"]>().toEqualTypeOf<{ id: string }>();
    expectTypeOf<DataOf<Client, "v/two">>().toEqualTypeOf<{ n: number }>();
    expectTypeOf<DataOf<Client, "v/three">>().toEqualTypeOf<{ s: string }>();
    expectTypeOf<DataOf<Client, "s/one">>().toEqualTypeOf<{ s: string }>();
    expectTypeOf<DataOf<Client, "z/one">>().toEqualTypeOf<{ z: string }>();
    expectTypeOf<DataOf<Client, "l/one">>().toEqualTypeOf<{ l: number }>();
    expectTypeOf<DataOf<Client, "l/two">>().toEqualTypeOf<{ l: string }>();
    // @ts-expect-error -- a type is no schema
    expect(() => new EventSchemas().fromRecord({ "v/one": { data: String } })).toThrow(
      "not a schema",
    );
  });
});

describe("Jsonify", () => {
  it("is what JSON gives back", () => {
    class Money {
      cents = 1;
      toJSON(): { amount: string } {
        return { amount: "1" };
      }
    }
    expectTypeOf<Jsonify<{ at: Date; n: number; f: () => void; u: undefined }>>().toEqualTypeOf<{
      at: string;
      n: number;
    }>();
    expectTypeOf<Jsonify<{ a?: Date; b: string | undefined }>>().toEqualTypeOf<{
      a?: string;
      b?: string;
    }>();
    expectTypeOf<Jsonify<[Date, undefined, 1]>>().toEqualTypeOf<[string, null, 1]>();
    expectTypeOf<Jsonify<readonly Date[]>>().toEqualTypeOf<string[]>();
    expectTypeOf<Jsonify<Money>>().toEqualTypeOf<{ amount: string }>();
    expectTypeOf<Jsonify<Record<string, Date>>>().toEqualTypeOf<Record<string, string>>();
    expectTypeOf<Jsonify<Any>>().toBeAny();
    expectTypeOf<Jsonify<unknown>>().toBeUnknown();
    expectTypeOf<Jsonify<{ x: Any; y: unknown }>>().toEqualTypeOf<{ x: Any; y: unknown }>();
    expectTypeOf<StepOutput<void>>().toEqualTypeOf<null>();
    expectTypeOf<StepOutput<Date | undefined>>().toEqualTypeOf<string | null>();
  });

  it("ends for types that contain themselves", () => {
    interface Tree {
      at: Date;
      children: Tree[];
    }
    expectTypeOf<Jsonify<Tree>["children"][number]["at"]>().toEqualTypeOf<string>();
  });
});
