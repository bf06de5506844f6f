// What a handler gets and what callers of a function see, by the compiler, in both call shapes. Nothing runs.
import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { z as z4 } from "zod/v4";
import type {
  GetEvents,
  GetFunctionInput,
  GetFunctionOutput,
  GetFunctionOutputRaw,
  GetStepTools,
} from "../client/inference.ts";
import { Everstep } from "../client/everstep.ts";
import type { EverstepFunction } from "./everstep-function.ts";
import { EventSchemas } from "../schemas/event-schemas.ts";
import { cron, eventType, invoke, staticSchema } from "../schemas/event-type.ts";
import { referenceFunction } from "./function-reference.ts";

type Events = {
  "app/user.created": { data: { userId: string; createdAt: Date }; user: { id: string } };
  "app/user.deleted": { data: { userId: string; reason?: string } };
};
const inngest = new Everstep({ id: "app", schemas: new EventSchemas().fromRecord<Events>() });
const untyped = new Everstep({ id: "app" });
const placed = eventType("shop/placed", { schema: z.object({ orderId: z.string() }) });
const EVENTS = { CREATED: "app/user.created" } as const;

/** Compiled, never called. */
function expectCompiles(_body: () => unknown): void {}

describe("types of createFunction", () => {
  it("infers the event from a trigger of the registry, in both shapes", () => {
    expectCompiles(() =>
      inngest.createFunction({ id: "a" }, { event: "app/user.created" }, ({ event, events }) => {
        expectTypeOf(event.data).toEqualTypeOf<{ userId: string; createdAt: Date }>();
        expectTypeOf(event.name).toEqualTypeOf<"app/user.created" | "inngest/function.invoked">();
        expectTypeOf(event.id).toEqualTypeOf<string>();
        expectTypeOf(event.ts).toEqualTypeOf<number>();
        expectTypeOf(events[0].data.userId).toEqualTypeOf<string>();
        // @ts-expect-error -- no such field
        void event.data.userID;
      }),
    );
    expectCompiles(() =>
      inngest.createFunction({ id: "a", triggers: { event: EVENTS.CREATED } }, ({ event }) => {
        expectTypeOf(event.data.userId).toEqualTypeOf<string>();
      }),
    );
    expectCompiles(() =>
      inngest.createFunction({ id: "a" }, { event: EVENTS.CREATED }, ({ event }) => {
        if (event.name === "app/user.created")
          expectTypeOf(event.user).toEqualTypeOf<{ id: string }>();
      }),
    );
  });

  it("makes a union over several triggers, told apart by name", () => {
    expectCompiles(() =>
      inngest.createFunction(
        { id: "a" },
        [{ event: "app/user.created" }, { event: "app/user.deleted" }, { cron: "0 9 * * *" }],
        ({ event }) => {
          if (event.name === "app/user.created")
            expectTypeOf(event.data.createdAt).toEqualTypeOf<Date>();
          if (event.name === "app/user.deleted")
            expectTypeOf(event.data.reason).toEqualTypeOf<string | undefined>();
          if (event.name === "inngest/scheduled.timer")
            expectTypeOf(event.data).toEqualTypeOf<{ cron: string }>();
        },
      ),
    );
  });

  it("takes event types, cron and invoke as triggers", () => {
    expectCompiles(() =>
      untyped.createFunction({ id: "a", triggers: placed }, ({ event }) => {
        expectTypeOf(event.data).toEqualTypeOf<{ orderId: string }>();
      }),
    );
    expectCompiles(() =>
      untyped.createFunction(
        { id: "a", triggers: [{ event: placed, if: "true" }] },
        ({ event }) => {
          expectTypeOf(event.data).toEqualTypeOf<{ orderId: string }>();
        },
      ),
    );
    expectCompiles(() =>
      untyped.createFunction({ id: "a", triggers: [cron("0 9 * * *")] }, ({ event }) => {
        void event.data.cron;
      }),
    );
    expectCompiles(() =>
      untyped.createFunction(
        { id: "a", triggers: [cron("0 9 * * *"), invoke(z4.object({ url: z4.string() }))] },
        ({ event }) => {
          if (event.name === "inngest/function.invoked") {
            expectTypeOf(event.data).toEqualTypeOf<{ url: string }>();
          }
        },
      ),
    );
    expectCompiles(() =>
      untyped.createFunction(
        { id: "a", triggers: eventType("x", { schema: staticSchema<{ n: number }>() }) },
        ({ event }) => expectTypeOf(event.data.n).toEqualTypeOf<number>(),
      ),
    );
    expectCompiles(() =>
      // @ts-expect-error -- both at once
      untyped.createFunction({ id: "a" }, { event: "x", cron: "0 9 * * *" }, () => {}),
    );
  });

  it("[R2] leaves unknown events loose, and a strict client refuses them", () => {
    expectCompiles(() =>
      inngest.createFunction(
        { id: "a" },
        { event: "other/event" },
        ({ event }) => event.data.anything.at.all,
      ),
    );
    const strict = new Everstep({
      id: "app",
      schemas: new EventSchemas().fromRecord<Events>(),
      strict: true,
    });
    expectCompiles(() =>
      strict.createFunction({ id: "a" }, { event: "app/user.deleted" }, () => {}),
    );
    expectCompiles(() =>
      strict.createFunction({ id: "a" }, { event: "inngest/function.failed" }, () => {}),
    );
    // @ts-expect-error -- not in the registry
    expectCompiles(() => strict.createFunction({ id: "a" }, { event: "other/event" }, () => {}));
  });

  it("[R18] types the failure event, with and without schemas", () => {
    expectCompiles(() =>
      inngest.createFunction({ id: "a" }, { event: "inngest/function.failed" }, ({ event }) => {
        expectTypeOf(event.data.run_id).toEqualTypeOf<string>();
      }),
    );
    expectCompiles(() =>
      untyped.createFunction({ id: "a" }, { event: "inngest/function.failed" }, ({ event }) => {
        expectTypeOf(event.data.error.message).toEqualTypeOf<string>();
      }),
    );
  });

  it("[R11] types onFailure in both shapes", () => {
    expectCompiles(() =>
      inngest.createFunction(
        {
          id: "a",
          onFailure: ({ error, event, runId, failureRunId, step }) => {
            expectTypeOf(error).toEqualTypeOf<Error>();
            expectTypeOf(runId).toEqualTypeOf<string>();
            expectTypeOf(failureRunId).toEqualTypeOf<string>();
            expectTypeOf(event.data.event.data).toEqualTypeOf<{
              userId: string;
              createdAt: Date;
            }>();
            return step.run("alert", () => {});
          },
        },
        { event: "app/user.created" },
        async () => {},
      ),
    );
    expectCompiles(() =>
      inngest.createFunction(
        {
          id: "a",
          triggers: { event: "app/user.created" },
          onFailure: ({ event }) => expectTypeOf(event.data.run_id).toEqualTypeOf<string>(),
        },
        async () => {},
      ),
    );
  });

  it("refuses options that do not exist and values that cannot be", () => {
    // @ts-expect-error -- misspelt
    expectCompiles(() => untyped.createFunction({ id: "a", retrys: 3 }, { event: "x" }, () => {}));
    expectCompiles(() =>
      // @ts-expect-error -- more than 20
      untyped.createFunction({ id: "a", retries: 21 }, { event: "x" }, () => {}),
    );
    // @ts-expect-error -- no id
    expectCompiles(() => untyped.createFunction({}, { event: "x" }, () => {}));
    expectCompiles(() =>
      untyped.createFunction(
        {
          id: "a",
          retries: 3,
          retry: { attempts: 3, delay: 5000, exponential: true, maxDelay: 60000 },
          timeout: "5m",
          rateLimit: { limit: 10, period: "1m", key: "event.data.userId" },
          concurrency: [{ limit: 5, key: "event.data.userId" }, { limit: 10 }],
          cancelOn: [{ event: placed, match: "data.orderId", if: "true", timeout: "1h" }],
        },
        { event: "x" },
        () => {},
      ),
    );
  });
});

describe("types of steps", () => {
  const other = untyped.createFunction({ id: "other" }, { event: placed }, async ({ step }) => {
    const at = await step.run("at", () => ({ at: new Date(), note: undefined, n: 1 }));
    return { at: at.at, n: at.n, made: new Date() };
  });
  const nothing = untyped.createFunction(
    { id: "nothing", triggers: { event: "x" } },
    async () => {},
  );

  it("gives step results as JSON gives them back", () => {
    expectCompiles(() =>
      inngest.createFunction({ id: "a" }, { event: "app/user.created" }, async ({ step }) => {
        const row = await step.run("row", async () => ({
          at: new Date(),
          n: 1,
          maybe: null as string | null,
        }));
        expectTypeOf(row).toEqualTypeOf<{ at: string; n: number; maybe: string | null }>();
        expectTypeOf(await step.run("none", () => {})).toEqualTypeOf<null>();
        expectTypeOf(await step.run("some", () => undefined as number | undefined)).toEqualTypeOf<
          number | null
        >();
        expectTypeOf(
          await step.run("add", (a: number, b: number) => a + b, 1, 2),
        ).toEqualTypeOf<number>();
        expectTypeOf(
          await step.run(
            "key",
            ({ idempotencyKey, signal }) => [idempotencyKey, signal.aborted] as const,
          ),
        ).toEqualTypeOf<[string, boolean]>();
        // @ts-expect-error -- arguments are missing
        void step.run("add", (a: number, b: number) => a + b);
        expectTypeOf(await step.run("any", () => JSON.parse("1"))).toBeAny();
      }),
    );
  });

  it("types waitForEvent by name and by event type, with and without a timeout", () => {
    expectCompiles(() =>
      inngest.createFunction({ id: "a" }, { event: "app/user.created" }, async ({ step }) => {
        const known = await step.waitForEvent("w", {
          event: "app/user.deleted",
          timeout: "7d",
          match: "data.userId",
        });
        expectTypeOf(known?.data).toEqualTypeOf<{ userId: string; reason?: string } | undefined>();
        const typed = await step.waitForEvent("w", {
          event: placed,
          if: "true",
          match: "data.orderId",
        });
        expectTypeOf(typed?.data).toEqualTypeOf<{ orderId: string } | undefined>();
        const loose = await step.waitForEvent("w", { event: "other/event" });
        expectTypeOf(loose).not.toBeAny();
        void loose?.data.anything;
        // @ts-expect-error -- may be null
        void known.data;
      }),
    );
  });

  it("types sendEvent as send", () => {
    expectCompiles(() =>
      inngest.createFunction({ id: "a" }, { event: "app/user.created" }, async ({ step }) => {
        const { ids } = await step.sendEvent("s", {
          name: "app/user.deleted",
          data: { userId: "u" },
        });
        expectTypeOf(ids).toEqualTypeOf<string[]>();
        await step.sendEvent("s", [{ name: "other/event", data: { a: 1 } }]);
        await step.sendEvent("s", {
          name: "app/user.deleted",
          // @ts-expect-error -- misspelt
          data: { userID: "u" },
        });
      }),
    );
  });

  it("types invoke by the function or by a reference", () => {
    expectCompiles(() =>
      inngest.createFunction({ id: "a" }, { event: "app/user.created" }, async ({ step }) => {
        const result = await step.invoke("i", {
          function: other,
          data: { orderId: "o" },
          timeout: "1h",
        });
        expectTypeOf(result).toEqualTypeOf<{ at: string; n: number; made: string }>();
        expectTypeOf(await step.invoke("n", { function: nothing })).toEqualTypeOf<null>();
        // @ts-expect-error -- data is required
        void step.invoke("i", { function: other });
        // @ts-expect-error -- wrong data
        void step.invoke("i", { function: other, data: { orderId: 1 } });
        const byType = referenceFunction<typeof other>({ functionId: "other" });
        expectTypeOf(
          await step.invoke("r", { function: byType, data: { orderId: "o" } }),
        ).toEqualTypeOf<{
          at: string;
          n: number;
          made: string;
        }>();
        const bySchema = referenceFunction({
          functionId: "score",
          appId: "ml",
          schemas: {
            data: z.object({ text: z.string() }),
            return: z.object({ score: z.number() }),
          },
        });
        expectTypeOf(
          await step.invoke("s", { function: bySchema, data: { text: "t" } }),
        ).toEqualTypeOf<{
          score: number;
        }>();
        // @ts-expect-error -- wrong data
        void step.invoke("s", { function: bySchema, data: { txt: "t" } });
        const loose = referenceFunction({ functionId: "loose" });
        expectTypeOf(await step.invoke("l", { function: loose, data: { any: 1 } })).toBeAny();
        await step.invoke("text", { function: "app-other", data: { any: 1 } });
      }),
    );
  });
});

describe("types of middleware", () => {
  const v3 = {
    name: "db",
    init: () => ({
      onFunctionRun: () => ({
        transformInput: () => ({ ctx: { db: { query: (): string[] => [] } } }),
      }),
    }),
  };
  class Tenant {
    transformFunctionInput(arg: { ctx: Record<string, unknown> }) {
      return { ...arg, ctx: { ...arg.ctx, tenant: "t" as string } };
    }
  }

  it("adds the members of client and function middleware to the context", () => {
    const client = new Everstep({ id: "app", middleware: [v3] });
    expectCompiles(() =>
      client.createFunction(
        { id: "a", middleware: [Tenant] },
        { event: "x" },
        ({ db, tenant, event, step }) => {
          expectTypeOf(db.query).returns.toEqualTypeOf<string[]>();
          expectTypeOf(tenant).toEqualTypeOf<string>();
          void event.data.anything;
          return step.run("a", () => 1);
        },
      ),
    );
    // @ts-expect-error -- nobody provides it
    expectCompiles(() => untyped.createFunction({ id: "a" }, { event: "x" }, ({ db }) => db));
  });
});

describe("types of direct calls", () => {
  it("[R8] takes partial events and gives what the handler returns", () => {
    const fn = untyped.createFunction({ id: "a" }, { event: "x" }, async () => ({
      success: true,
      at: new Date(),
    }));
    expectCompiles(async () => {
      const result = await fn.handler({ event: { name: "x", data: { a: 1 } }, step: {} });
      expectTypeOf(result).toEqualTypeOf<{ success: boolean; at: Date }>();
    });
  });
});

describe("types that apps derive", () => {
  it("takes every client and function where none is named", () => {
    const anyClient: Everstep = inngest;
    const anyFunction: EverstepFunction.Any = anyClient.createFunction(
      { id: "a" },
      { event: "x" },
      () => {},
    );
    expectTypeOf([anyFunction]).toExtend<EverstepFunction[]>();
    expectTypeOf(untyped).toExtend<Everstep.Any>();
  });

  it("derives events, inputs, tools and outputs", () => {
    type Created = GetEvents<typeof inngest>["app/user.created"];
    expectTypeOf<Created["data"]>().toEqualTypeOf<{ userId: string; createdAt: Date }>();
    expectTypeOf<Created["name"]>().toEqualTypeOf<"app/user.created">();
    type Input = GetFunctionInput<typeof inngest, "app/user.deleted">;
    expectTypeOf<Input["event"]["data"]>().toEqualTypeOf<{ userId: string; reason?: string }>();
    const output = untyped.createFunction({ id: "o" }, { event: "x" }, async () => ({
      at: new Date(),
    }));
    expectTypeOf<GetFunctionOutput<typeof output>>().toEqualTypeOf<{ at: string }>();
    expectTypeOf<GetFunctionOutputRaw<typeof output>>().toEqualTypeOf<{ at: Date }>();
    const helper = async (step: GetStepTools<typeof inngest>): Promise<number> =>
      step.run("n", () => 1);
    expectCompiles(() =>
      inngest.createFunction({ id: "a" }, { event: "app/user.created" }, ({ step }) =>
        helper(step),
      ),
    );
    const whole = async ({
      event,
      step,
    }: GetFunctionInput<typeof inngest, "app/user.created">): Promise<string> =>
      step.run("n", () => event.data.userId);
    expectCompiles(() => inngest.createFunction({ id: "a" }, { event: "app/user.created" }, whole));
  });
});
