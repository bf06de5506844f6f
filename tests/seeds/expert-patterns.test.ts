// Document 003, advanced patterns, testing, logging, practices and anti-patterns, each sample as its text says.
import { describe, expect, it } from "vitest";
import { createExpressLike } from "./harness/express-like.ts";
import { meetAll } from "./harness/gates.ts";
import { inWorld } from "./harness/seed-world.ts";

const ORDER = {
  orderId: "o1",
  userId: "u1",
  items: [{ productId: "p1", quantity: 2, price: 500 }],
  total: 1_000,
  email: "a@x.test",
};

describe("advanced patterns", () => {
  it("[003#13] steps only where the order asks for them", () =>
    inWorld(async (world) => {
      world.services.answer("db.order.count", 1);
      await world.serveSample("003#13");
      const large = await world.runToEnd("order/created", { ...ORDER, total: 20_000 });
      expect(large).toMatchObject({ status: "completed", output: { processed: true } });
      expect(large.steps).toEqual(["manual-review", "check-order-history", "send-welcome-gift"]);
      world.services.answer("db.order.count", 2);
      const small = await world.runToEnd("order/created", ORDER);
      expect(small.steps).toEqual(["check-order-history"]);
      expect(world.services.inputs("createGiftCoupon")).toEqual(["u1"]);
    }));

  it("[003#14] a failed order is refunded and its failure reported", () =>
    inWorld(async (world) => {
      world.services.answer("stripe.charges.create", { id: "ch_1" });
      world.services.failFirst("fulfillOrder", 1_000);
      await world.serveSample("003#14");
      const payment = { amount: 5, customerId: "c1", orderId: "o1", chargeId: "ch_1" };
      const run = await world.runToEnd("payment/process", payment);
      expect(run).toMatchObject({ status: "failed", error: { message: "fulfillOrder is down" } });
      expect(world.services.names("fulfillOrder")).toHaveLength(4);
      await world.idle();
      const [failure] = await world.runsOfFunction("error-handling-workflow-failure");
      expect(await world.finish(failure?.id ?? "")).toMatchObject({ status: "completed" });
      expect(world.services.inputs("logError")).toMatchObject([{ error: "fulfillOrder is down" }]);
      expect(world.services.inputs("sendAlert")).toMatchObject([
        { level: "error", message: "Workflow failed: fulfillOrder is down" },
      ]);
    }));

  it("[003#15] four notifications at once in one step", () =>
    inWorld(async (world) => {
      const together = meetAll(4);
      for (const name of ["sendEmail", "sendSMS", "sendPushNotification", "updateCRM"]) {
        world.services.answer(name, together.arrive);
      }
      await world.serveSample("003#15");
      const run = await world.runToEnd("order/shipped", { orderId: "o1" });
      expect(run.output).toEqual({ notificationsSent: 4 });
      expect(run.steps).toEqual(["parallel-notifications"]);
    }));

  it("[003#16] the debounce of five minutes per user reaches the engine", () =>
    inWorld(async (world) => {
      await world.serveSample("003#16");
      expect(world.configOf("debounced-search-index").debounce).toMatchObject({
        periodMs: 300_000,
        key: "event.data.userId",
      });
      const eventId = await world.send("user/profile-updated", { userId: "u1", profile: { n: 1 } });
      await world.idle();
      await world.advance(300_000);
      const [run] = await world.runsOf(eventId);
      expect((await world.finish(run?.id ?? "")).output).toEqual({ reindexed: true });
      expect(world.services.inputs("searchIndex.update")).toEqual([
        { userId: "u1", profile: { n: 1 } },
      ]);
    }));
});

describe("testing and logging", () => {
  it("[003#18] the test of the document passes, within its five seconds", () =>
    inWorld(async (world) => {
      const orders = new Map<string, object>();
      world.services.answer("db.inventory.findMany", [{ productId: "widget", quantity: 5 }]);
      world.services.answer("stripe.charges.create", { id: "ch_1", amount: 1_000 });
      world.services.answer("db.order.update", (change: unknown) => {
        const { where, data } = change as { where: { id: string }; data: object };
        orders.set(where.id, data);
      });
      world.services.answer("db.order.findUnique", (query: unknown) =>
        orders.get((query as { where: { id: string } }).where.id),
      );
      const order = await world.load("003#06");
      await world.serve(Object.values(order));
      const tests: { readonly name: string; readonly run: () => Promise<void> }[] = [];
      await world.load("003#18", {
        modules: { "@/inngest/functions/order": order },
        names: {
          describe: (_name: string, body: () => void) => body(),
          it: (name: string, run: () => Promise<void>) => void tests.push({ name, run }),
          expect,
          sleep: () => world.idle(),
        },
      });
      expect(tests.map(({ name }) => name)).toEqual(["should process order successfully"]);
      const startedMs = performance.now();
      await tests[0]?.run();
      expect(performance.now() - startedMs).toBeLessThan(5_000);
      expect(orders.get("test_order_123")).toMatchObject({ status: "confirmed" });
    }));

  it("[003#21] the logger of the context, once each although the body is entered again", () =>
    inWorld(async (world) => {
      await world.serveSample("003#21");
      const run = await world.runToEnd("data/process");
      expect(run.output).toEqual({ processed: true });
      expect(world.logs.inputs("logger.info")).toEqual([
        "Starting data processing",
        "Processing chunk 1",
        "Processing chunk 2",
        "Data processing complete",
      ]);
    }));
});

describe("practices", () => {
  it("[003#22] an upsert in a step", () =>
    inWorld(async (world) => {
      world.services.failFirst("db.record.upsert", 1);
      await world.serveFragment("003#22", "go");
      const run = await world.runToEnd("go", { id: "r1" });
      expect(run).toMatchObject({ status: "completed", steps: ["create-record"] });
      const upsert = {
        where: { id: "r1" },
        update: { status: "processed" },
        create: { id: "r1", status: "processed", data: { id: "r1" } },
      };
      expect(world.services.inputs("db.record.upsert")).toEqual([upsert, upsert]);
    }));

  it("[003#23] one big step repeats everything, small ones only what failed", () =>
    inWorld(async (world) => {
      world.services.failFirst("updateCache", 1);
      await world.serveFragment("003#23", "go");
      const run = await world.runToEnd("go");
      expect(run.steps).toEqual([
        "process-everything",
        "validate-data",
        "save-to-database",
        "send-notification",
        "update-cache",
      ]);
      // Twice in the big step, because its last call failed once, and once in its own step.
      expect(world.services.names("validateData")).toHaveLength(3);
      expect(world.services.names("updateCache")).toHaveLength(3);
    }));

  it("[003#24] schemas as values from a constant", () =>
    inWorld(async (world) => {
      const { orderCreatedSchema } = await world.load("003#05");
      const { inngest } = (await world.load("003#24", { names: { orderCreatedSchema } })) as {
        inngest: typeof world.client;
      };
      await inngest.send({ name: "order/created", data: ORDER });
      const wrong = { ...ORDER, total: "1000" };
      await expect(inngest.send({ name: "order/created", data: wrong })).rejects.toThrow(/total/);
      expect(await world.eventsNamed("order/created")).toEqual([ORDER]);
    }));

  it("[003#25] an import in time completes, other errors are thrown on", () =>
    inWorld(async (world) => {
      await world.serveSample("003#25");
      const good = await world.runToEnd("data/import", { url: "u" });
      expect(good).toMatchObject({ output: { completed: true }, steps: ["import-data"] });
      world.services.failFirst("importLargeDataset", 1_000);
      const bad = await world.start("data/import", { url: "u" });
      const attempts = world.services.names("importLargeDataset").length;
      expect(attempts).toBe(2);
      expect(await world.view(bad)).toMatchObject({ status: "running" });
      expect(world.services.names("db.manualQueue")).toEqual([]);
    }));

  it("[003#26] the rate limit of 100 a minute and user reaches the engine", () =>
    inWorld(async (world) => {
      await world.serveSample("003#26");
      expect(world.configOf("rate-limited-function").rateLimit).toEqual({
        limit: 100,
        periodMs: 60_000,
        key: "event.data.userId",
      });
      const run = await world.runToEnd("api/call", { userId: "u1" });
      expect(run).toMatchObject({ status: "completed", steps: ["call-external-api"] });
    }));
});

describe("anti-patterns", () => {
  it("[003#27] both checkouts answer once the event is stored", () =>
    inWorld(async (world) => {
      const express = createExpressLike();
      world.services.answer("db.order.create", { id: "o1" });
      await world.load("003#27", { names: { app: express.app } });
      expect(await express.call(0, { id: "o0" })).toEqual({ success: true });
      expect(await express.call(1, { id: "o1" })).toEqual({ orderId: "o1" });
      expect(await world.eventsNamed("order/created")).toEqual([{ id: "o0" }, { id: "o1" }]);
    }));

  it("[003#28] each task in its own step is tried again alone", () =>
    inWorld(async (world) => {
      world.services.failFirst("longRunningTask3", 1);
      await world.serveFragment("003#28", "go");
      const run = await world.runToEnd("go");
      expect(run.steps).toEqual(["do-everything", "task-1", "task-2", "task-3"]);
      expect(world.services.names("longRunningTask1")).toHaveLength(3);
    }));

  it("[003#29] two steps of one name are two steps", () =>
    inWorld(async (world) => {
      await world.serveFragment("003#29", "go");
      const run = await world.runToEnd("go", { id: "r1" });
      expect(run.steps).toHaveLength(2);
      expect(world.services.names()).toEqual(["db.record.create", "db.record.upsert"]);
      expect(world.services.inputs("db.record.upsert")).toEqual([
        { where: { id: "r1" }, create: { id: "r1" }, update: {} },
      ]);
    }));
});
