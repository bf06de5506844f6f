// R1 to R13 of sdk.md 6.2: where the official packages do not do what the seeds say, and what ours does instead.
import { Everstep, EventSchemas, NonRetriableError, mockStep } from "everstep";
import { serve } from "everstep/node";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createExpressLike } from "./harness/express-like.ts";
import { inWorld, recordingLogger, type SeedWorld } from "./harness/seed-world.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const ORDER = {
  orderId: "o1",
  userId: "u1",
  items: [{ productId: "p1", quantity: 2, price: 500 }],
  total: 1_000,
  email: "a@x.test",
};

/** Spans between the calls of a service, in whole seconds. */
function pausesOf(world: SeedWorld, name: string): number[] {
  const times = world.services.calls.filter((call) => call.name === name).map(({ atMs }) => atMs);
  return times.slice(1).map((atMs, index) => Math.round((atMs - (times[index] ?? 0)) / 1_000));
}

describe("creating functions and clients", () => {
  it("[seeds R1] both call shapes make the same function", () =>
    inWorld(async (world) => {
      const three = world.client.createFunction({ id: "three" }, { event: "go" }, () => 3);
      const two = world.client.createFunction({ id: "two", triggers: [{ event: "go" }] }, () => 2);
      await world.serve([three, two]);
      expect(world.configOf("two").triggers).toEqual(world.configOf("three").triggers);
      const eventId = await world.send("go");
      await world.idle();
      const outputs = (await world.runsOf(eventId)).map(({ outputJson }) => outputJson ?? "");
      expect(outputs.toSorted()).toEqual(["2", "3"]);
    }));

  it("[seeds R2] known events are checked when they are sent and when they arrive, others are free", () =>
    inWorld(async (world) => {
      const data = z.object({ orderId: z.string(), user: z.object({ age: z.number() }) });
      const schemas = new EventSchemas().fromRecord({ "shop/order": { data } });
      const client = new Everstep({ id: "typed", schemas });
      const fn = client.createFunction({ id: "f" }, { event: "shop/order" }, () => "done");
      await world.serve([fn], client);
      const wrong = { orderId: "o1", user: { age: "old" } };
      const send = (event: { name: string; data: object }): Promise<unknown> => client.send(event);
      await expect(send({ name: "shop/order", data: wrong })).rejects.toThrow(/user\.age/);
      expect(await world.eventsNamed("shop/order")).toEqual([]);
      await send({ name: "shop/unknown", data: { any: 1 } });
      expect(await world.eventsNamed("shop/unknown")).toEqual([{ any: 1 }]);
      // Sent by somebody else, who does not check.
      const refused = await world.runToEnd("shop/order", wrong);
      expect(refused.status).toBe("failed");
      expect(refused.error?.message).toMatch(/user\.age/);
      expect(refused.tookMs).toBeLessThan(10_000);
      const good = await world.runToEnd("shop/order", { orderId: "o1", user: { age: 5 } });
      expect(good.output).toBe("done");
    }));

  it("[seeds R8] a handler is called directly with as little as a test has", () =>
    inWorld(async (world) => {
      const fn = world.client.createFunction({ id: "f" }, { event: "e" }, async (context) => ({
        ids: [typeof context.runId, typeof context.event.id, typeof context.event.ts],
        attempt: context.attempt,
        events: context.events.length,
        ran: await context.step.run("s", () => "stepped"),
      }));
      const result = await fn.handler({ event: { name: "e", data: {} }, step: mockStep() });
      expect(result).toEqual({
        ids: ["string", "string", "number"],
        attempt: 0,
        events: 1,
        ran: "stepped",
      });
    }));
});

describe("waiting", () => {
  it("[seeds R3] no timeout means no end, and a timeout that is none is refused", () =>
    inWorld(async (world) => {
      const timeout = "soon" as "1d";
      const endless = world.client.createFunction({ id: "a" }, { event: "a" }, ({ step }) =>
        step.waitForEvent("w", { event: "paid" }),
      );
      const invalid = world.client.createFunction({ id: "b" }, { event: "b" }, ({ step }) =>
        step.waitForEvent("w", { event: "paid", timeout }),
      );
      await world.serve([endless, invalid]);
      const refused = await world.runToEnd("b");
      expect(refused.status).toBe("failed");
      expect(refused.error?.message).toContain("soon");
      const runId = await world.start("a");
      await world.advance(500 * DAY_MS);
      expect(await world.view(runId)).toMatchObject({ status: "running" });
      await world.send("paid", { n: 1 });
      expect((await world.finish(runId)).output).toMatchObject({ name: "paid", data: { n: 1 } });
    }));

  it("[seeds R4] match and if must both hold", () =>
    inWorld(async (world) => {
      const fn = world.client.createFunction({ id: "f" }, { event: "asked" }, ({ step }) =>
        step.waitForEvent("w", {
          event: "answered",
          timeout: "1d",
          match: "data.id",
          if: "async.data.ok == true",
        }),
      );
      await world.serve([fn]);
      const runId = await world.start("asked", { id: 1 });
      await world.send("answered", { id: 1, ok: false });
      await world.send("answered", { id: 2, ok: true });
      await world.idle();
      expect(await world.view(runId)).toMatchObject({ status: "running" });
      await world.send("answered", { id: 1, ok: true });
      expect((await world.finish(runId)).output).toMatchObject({ data: { id: 1, ok: true } });
    }));
});

describe("retries, timeouts and failures", () => {
  it("[seeds R5] the delays of the retry option, doubled and capped", () =>
    inWorld(async (world) => {
      world.services.failFirst("db.inventory.findMany", 1_000);
      world.services.failFirst("work", 1_000);
      const { processOrder } = await world.load("003#06");
      const work = world.services.find("work") as () => Promise<void>;
      const retry = { attempts: 6, delay: "5s", exponential: true, maxDelay: 60_000 } as const;
      const fn = world.client.createFunction({ id: "f", retry }, { event: "go" }, ({ step }) =>
        step.run("work", work),
      );
      await world.serve([processOrder, fn]);
      expect(await world.runToEnd("order/created", ORDER)).toMatchObject({ status: "failed" });
      expect(pausesOf(world, "db.inventory.findMany")).toEqual([5, 10, 20]);
      expect(await world.runToEnd("go")).toMatchObject({ status: "failed" });
      expect(pausesOf(world, "work")).toEqual([5, 10, 20, 40, 60, 60]);
    }));

  it("[seeds R5] retries wins over attempts, and a step may have a policy of its own", () =>
    inWorld(async (world) => {
      world.services.failFirst("patient", 1_000);
      world.services.failFirst("hasty", 1_000);
      const call = (name: string): (() => Promise<void>) =>
        world.services.find(name) as () => Promise<void>;
      const policy = { retries: 2, retry: { attempts: 5, delay: "10s" } } as const;
      const fn = world.client.createFunction(
        { id: "f", ...policy },
        { event: "go" },
        async ({ step }) => {
          const own = { id: "hasty", retry: { attempts: 1, delay: "1s" } } as const;
          await step.run(own, call("hasty")).catch(() => undefined);
          await step.run("patient", call("patient"));
        },
      );
      await world.serve([fn]);
      expect(await world.runToEnd("go")).toMatchObject({ status: "failed" });
      expect(pausesOf(world, "patient")).toEqual([10, 10]);
      expect(pausesOf(world, "hasty")).toEqual([1]);
    }));

  it("[seeds R6] the step in flight rejects at the deadline, and the catch runs its steps", () =>
    inWorld(async (world) => {
      world.services.answer("importLargeDataset", () => new Promise(() => undefined));
      await world.serveSample("003#25");
      const eventId = await world.send("data/import", { url: "u" });
      await world.until(() => world.services.names("importLargeDataset").length === 1);
      world.clock.advance(5 * MINUTE_MS);
      const [started] = await world.runsOf(eventId);
      const run = await world.finish(started?.id ?? "");
      expect(run).toMatchObject({ status: "completed", output: { completed: true } });
      expect(world.services.inputs("db.manualQueue.create")).toEqual([
        { data: { type: "import", url: "u", reason: "timeout" } },
      ]);
      expect(world.services.names("importLargeDataset")).toHaveLength(1);
    }));

  it("[seeds R6] a wait is cut short, and what nobody catches fails the run without retries", () =>
    inWorld(async (world) => {
      const failures: unknown[] = [];
      const fn = world.client.createFunction(
        { id: "f", timeout: "5m", onFailure: ({ error }) => void failures.push(error.name) },
        { event: "go" },
        ({ step }) => step.waitForEvent("w", { event: "never", timeout: "1d" }),
      );
      await world.serve([fn]);
      const run = await world.runToEnd("go");
      expect(run).toMatchObject({ status: "failed", error: { name: "TimeoutError" } });
      expect(run.tookMs).toBeGreaterThanOrEqual(5 * MINUTE_MS);
      expect(run.tookMs).toBeLessThan(6 * MINUTE_MS);
      await world.idle();
      expect(failures).toEqual(["TimeoutError"]);
    }));

  it("[seeds R7] an event sent from a step's catch goes out once in the run, whatever the attempts", () =>
    inWorld(async (world) => {
      world.services.answer("db.inventory.findMany", [{ productId: "p1", quantity: 5 }]);
      world.services.failFirst("stripe.charges.create", 1_000);
      await world.serveSample("003#06");
      const run = await world.runToEnd("order/created", ORDER);
      expect(run).toMatchObject({
        status: "failed",
        error: { message: "stripe.charges.create is down" },
      });
      expect(world.services.names("stripe")).toHaveLength(4);
      expect(await world.eventsNamed("payment/failed")).toEqual([
        { orderId: "o1", userId: "u1", reason: "stripe.charges.create is down" },
      ]);
    }));

  it("[seeds R7] what cannot be nested says so at once", () =>
    inWorld(async (world) => {
      const fn = world.client.createFunction({ id: "f" }, { event: "go" }, ({ step }) =>
        step.run("outer", () => step.sleep("inner", "1s")),
      );
      await world.serve([fn]);
      const run = await world.runToEnd("go");
      expect(run).toMatchObject({ status: "failed", error: { name: "NestedStepError" } });
      expect(run.error?.message).toMatch(/inner.*outer/);
      expect(run.tookMs).toBeLessThan(10_000);
    }));

  it("[seeds R11] onFailure is told the failed run, its event and the error with its stack", () =>
    inWorld(async (world) => {
      world.services.failFirst("stripe.charges.create", 1_000);
      await world.serveSample("003#14");
      const payment = { amount: 5, customerId: "c1", orderId: "o1" };
      const run = await world.runToEnd("payment/process", payment);
      await world.idle();
      expect(world.services.inputs("logError")).toEqual([
        {
          runId: run.id,
          error: "stripe.charges.create is down",
          stack: expect.stringContaining("stripe.charges.create is down") as string,
          event: expect.objectContaining({
            name: "inngest/function.failed",
            data: expect.objectContaining({
              run_id: run.id,
              event: expect.objectContaining({ name: "payment/process", data: payment }) as object,
            }) as object,
          }) as object,
        },
      ]);
    }));

  it("[seeds R12] a variable set in a step is still there when the next step fails in the same call", () =>
    inWorld(async (world) => {
      world.services.answer("stripe.charges.create", { id: "ch_1" });
      world.services.answer("fulfillOrder", () => {
        throw new NonRetriableError("sold out");
      });
      await world.serveSample("003#14");
      const run = await world.runToEnd("payment/process", { chargeId: "ch_1", orderId: "o1" });
      expect(run).toMatchObject({ status: "failed", error: { message: "sold out" } });
      expect(world.services.inputs("stripe.refunds.create")).toEqual([{ charge: "ch_1" }]);
    }));

  it.each([true, false])(
    "[seeds R12] and when it fails in every attempt, minutes apart, checkpointing %s",
    (checkpointing) =>
      inWorld(async (world) => {
        const client = new Everstep({ id: "seeds", checkpointing, logger: world.client.logger });
        world.services.answer("stripe.charges.create", { id: "ch_1" });
        world.services.failFirst("fulfillOrder", 1_000);
        await world.serveSample("003#14", { names: { inngest: client } });
        const run = await world.runToEnd("payment/process", { chargeId: "ch_1", orderId: "o1" });
        expect(run).toMatchObject({
          status: "failed",
          error: { message: "fulfillOrder is down" },
          steps: ["charge-payment", "fulfill-order", "refund-payment"],
        });
        expect(world.services.names("fulfillOrder")).toHaveLength(4);
        expect(run.tookMs).toBeGreaterThanOrEqual(105_000);
        expect(world.services.inputs("stripe.refunds.create")).toEqual([{ charge: "ch_1" }]);
      }),
  );

  it("[seeds R12] the saga undoes what was done, also when the failure comes calls later", () =>
    inWorld(async (world) => {
      world.services.failFirst("fulfill", 1_000);
      const call = (name: string) => world.services.find(name) as (id: unknown) => Promise<string>;
      world.services.answer("charge", "ch_1");
      const fn = world.client.createFunction({ id: "f" }, { event: "go" }, ({ step }) =>
        step.saga(async (saga) => {
          await saga.run(
            "charge",
            () => call("charge")(1),
            (id) => call("refund")(id),
          );
          await saga.run("fulfil", () => call("fulfill")(1));
        }),
      );
      await world.serve([fn]);
      const run = await world.runToEnd("go");
      expect(run).toMatchObject({ status: "failed", error: { message: "fulfill is down" } });
      expect(world.services.names()).toEqual(["charge", ...Array(5).fill("fulfill"), "refund"]);
      expect(world.services.inputs("refund")).toEqual(["ch_1"]);
    }));
});

describe("sending and serving", () => {
  it("[seeds R9] a send that nobody awaits is logged when it fails, and one that is awaited rejects", () =>
    inWorld(async (world) => {
      const unhandled: unknown[] = [];
      const listen = (reason: unknown): void => void unhandled.push(reason);
      process.on("unhandledRejection", listen);
      const inngest = new Everstep({
        id: "offline",
        isDev: true,
        baseUrl: "http://127.0.0.1:1",
        logger: recordingLogger(world.logs),
      });
      const express = createExpressLike();
      world.services.answer("createUser", { id: "u1" });
      await world.load("001#22", { names: { app: express.app, inngest } });
      expect(await express.call(1, {})).toEqual({ success: true });
      await world.until(() => world.logs.names("logger.error").length > 0);
      await expect(inngest.send({ name: "x" })).rejects.toThrow(/127\.0\.0\.1/);
      expect(unhandled).toEqual([]);
      process.off("unhandledRejection", listen);
    }));

  it("[seeds R10] more events than one request may hold, once each although the step is retried", () =>
    inWorld(async (world) => {
      const events = Array.from({ length: 6_000 }, (_, n) => ({ name: "many", data: { n } }));
      let attempts = 0;
      const fn = world.client.createFunction({ id: "f" }, { event: "go" }, ({ step }) =>
        step.run("fan-out", async () => {
          const { ids } = await world.client.send(events);
          attempts += 1;
          if (attempts === 1) throw new Error("after sending");
          return new Set(ids).size;
        }),
      );
      await world.serve([fn]);
      expect((await world.runToEnd("go")).output).toBe(6_000);
      expect(attempts).toBe(2);
      const stored = await world.eventsNamed("many");
      expect(stored.map(({ n }) => n)).toEqual(events.map(({ data }) => data.n));
    }));

  it("[seeds R13] a call that has used its streamTimeout goes on in another call", () =>
    inWorld(async (world) => {
      const fn = world.client.createFunction({ id: "f" }, { event: "go" }, async ({ step }) => {
        for (const id of ["a", "b", "c"]) await step.run(id, () => world.clock.advance(2_000));
      });
      const mount = async (streamTimeout: number | undefined): Promise<void> => {
        const options = { client: world.client, functions: [fn], streamTimeout };
        await world.mount(serve(options));
      };
      await mount(undefined);
      expect(await world.runToEnd("go")).toMatchObject({ status: "completed" });
      const whole = world.appRequests;
      await mount(1_000);
      expect(await world.runToEnd("go")).toMatchObject({ steps: ["a", "b", "c"] });
      expect(world.appRequests - whole).toBeGreaterThan(whole);
    }));
});
