// Document 003, implementation guide: setup, functions and serving, each sample as its text says.
import { describe, expect, it } from "vitest";
import { toListener } from "./harness/route-listener.ts";
import { inWorld, type SeedWorld } from "./harness/seed-world.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const ORDER = {
  orderId: "o1",
  userId: "u1",
  items: [{ productId: "p1", quantity: 2, price: 500 }],
  total: 1_000,
  email: "a@x.test",
};

/** A shop in which every order can be delivered and paid. */
function stockUp(world: SeedWorld): void {
  world.services.answer("db.inventory.findMany", [{ productId: "p1", quantity: 5 }]);
  world.services.answer("stripe.charges.create", { id: "ch_1", amount: 1_000 });
}

describe("client and events", () => {
  it("[003#04] a client whose schemas are values checks what it sends", () =>
    inWorld(async (world) => {
      const { inngest } = (await world.load("003#04")) as { inngest: typeof world.client };
      expect(inngest.id).toBe("my-app");
      await inngest.send({ name: "order/created", data: ORDER });
      expect(await world.eventsNamed("order/created")).toEqual([ORDER]);
      const wrong = { ...ORDER, email: "nobody" };
      await expect(inngest.send({ name: "order/created", data: wrong })).rejects.toThrow(/email/);
      expect(await world.eventsNamed("order/created")).toHaveLength(1);
    }));

  it("[003#05] schemas and names", () =>
    inWorld(async (world) => {
      const events = await world.load("003#05");
      expect(events["EVENTS"]).toMatchObject({ ORDER_CREATED: "order/created" });
      const schema = events["orderCreatedSchema"] as { parse: (value: unknown) => unknown };
      expect(schema.parse({ ...ORDER, metadata: { source: 1 } })).toMatchObject({ total: 1_000 });
      expect(() => schema.parse({ ...ORDER, email: "nobody" })).toThrow("email");
    }));
});

describe("functions", () => {
  it("[003#06] an order is checked, reserved, paid, confirmed, mailed ten seconds later, announced", () =>
    inWorld(async (world) => {
      stockUp(world);
      await world.serveSample("003#06");
      expect(world.configOf("process-order")).toMatchObject({
        name: "Process Order",
        maxAttempts: 4,
        rateLimit: { limit: 10, periodMs: 60_000, key: "event.data.userId" },
      });
      const run = await world.runToEnd("order/created", ORDER);
      expect(run.output).toMatchObject({ success: true, orderId: "o1", paymentId: "ch_1" });
      expect(run.steps).toEqual([
        "validate-inventory",
        "reserve-inventory",
        "charge-payment",
        "update-order-status",
        "wait-before-email",
        "send-confirmation-email",
        "order-confirmed",
      ]);
      expect(run.tookMs).toBeGreaterThanOrEqual(10_000);
      expect(run.tookMs).toBeLessThan(20_000);
      expect(world.services.inputs("sendEmail")).toMatchObject([
        { to: "a@x.test", template: "order-confirmation", data: { orderId: "o1", total: 1_000 } },
      ]);
      expect(await world.eventsNamed("order/confirmed")).toEqual([
        { orderId: "o1", userId: "u1", paymentId: "ch_1" },
      ]);
    }));

  it("[003#06] what is not in stock fails the order before anything is charged", () =>
    inWorld(async (world) => {
      world.services.answer("db.inventory.findMany", [{ productId: "p1", quantity: 1 }]);
      await world.serveSample("003#06");
      const run = await world.runToEnd("order/created", ORDER);
      expect(run).toMatchObject({
        status: "failed",
        error: { message: "Insufficient stock for product p1" },
      });
      expect(world.services.names("db.inventory.findMany")).toHaveLength(4);
      expect(world.services.names("stripe")).toEqual([]);
    }));

  it("[003#07] four mails, on days 0, 1, 3 and 7", () =>
    inWorld(async (world) => {
      await world.serveSample("003#07");
      const startMs = world.clock.nowMs();
      const run = await world.runToEnd("user/registered", { email: "a@x.test", name: "A" });
      expect(run.output).toEqual({ campaignCompleted: true });
      const mails = world.services.calls.filter(({ name }) => name === "sendEmail");
      expect(mails.map(({ atMs }) => Math.floor((atMs - startMs) / DAY_MS))).toEqual([0, 1, 3, 7]);
      expect(mails.map(({ args }) => (args[0] as { template: string }).template)).toEqual([
        "welcome",
        "getting-started",
        "features",
        "checkin",
      ]);
      expect(mails[3]?.args[0]).toMatchObject({ data: { name: "A", hasActivity: false } });
    }));

  it("[003#08] an approved expense is paid, one that nobody approves is rejected after 7 days", () =>
    inWorld(async (world) => {
      await world.serveSample("003#08");
      const expense = { expenseId: "e1", amount: 5, userId: "u1" };
      const good = await world.start("expense/submitted", expense);
      const bad = await world.start("expense/submitted", { ...expense, expenseId: "e2" });
      await world.send("expense/approved", { expenseId: "e3", managerId: "m1" });
      await world.idle();
      expect(await world.view(good)).toMatchObject({ status: "running" });
      await world.send("expense/approved", { expenseId: "e1", managerId: "m1" });
      expect((await world.finish(good)).output).toEqual({ approved: true, approvedBy: "m1" });
      expect(await world.eventsNamed("payment/process")).toEqual([expense]);
      const late = await world.finish(bad);
      expect(late.output).toEqual({ approved: false, reason: "timeout" });
      expect(late.tookMs).toBeGreaterThanOrEqual(7 * DAY_MS);
      expect(world.services.inputs("db.expense.update")).toMatchObject([
        { where: { id: "e1" }, data: { status: "approved", approvedBy: "m1" } },
        { where: { id: "e2" }, data: { status: "rejected" } },
      ]);
    }));

  it("[003#09] a broadcast becomes one run for each user", () =>
    inWorld(async (world) => {
      const users = ["u1", "u2", "u3"].map((id) => ({ id, email: `${id}@x.test`, name: id }));
      world.services.answer("db.user.findMany", users);
      await world.serveSample("003#09");
      expect(world.configOf("send-individual-notification").concurrency).toEqual([
        { limit: 100, key: "event.data.userId", scope: "fn", level: "step" },
      ]);
      const eventId = await world.send("notification/broadcast", { title: "T", message: "M" });
      await world.idle();
      const [broadcast] = await world.runsOf(eventId);
      const run = await world.finish(broadcast?.id ?? "");
      expect(run.output).toEqual({ totalUsers: 3, broadcastId: eventId });
      const views = [];
      for (const each of await world.runsOfFunction("send-individual-notification")) {
        views.push((await world.finish(each.id)).output);
      }
      expect(views).toEqual(users.map(({ id }) => ({ sent: true, userId: id })));
      expect(world.services.inputs("db.user.findMany")).toMatchObject([{ where: {} }]);
      expect(world.services.names("db.notification.create")).toHaveLength(3);
    }));

  it("[003#10] daily at nine, hourly, and on Sunday at midnight", () =>
    inWorld(async (world) => {
      world.services.answer("db.user.findMany", [{ id: "u1" }, { id: "u2" }]);
      world.services.answer("db.log.deleteMany", { count: 12 });
      world.services.answer("checkDatabaseHealth", true);
      world.services.answer("checkApiHealth", false);
      world.services.answer("checkQueueHealth", true);
      const { dailyDigest, cleanupOldData, healthCheck } = await world.load("003#10");
      await world.serve([dailyDigest, cleanupOldData, healthCheck]);

      const health = await world.tick("health-check");
      expect(new Date(world.clock.nowMs()).getUTCMinutes()).toBe(0);
      expect(health.output).toEqual({ dbHealth: true, apiHealth: false, queueHealth: true });
      expect(health.steps).toEqual(["run-health-checks", "send-alert"]);
      expect(world.services.inputs("sendAlert")[0]).toMatchObject({ level: "critical" });

      const digest = await world.tick("daily-digest");
      expect(new Date(world.clock.nowMs()).getUTCHours()).toBe(9);
      expect(digest.output).toEqual({ processedUsers: 2 });
      expect(await world.eventsNamed("email/send-digest")).toEqual([
        { userId: "u1" },
        { userId: "u2" },
      ]);

      const cleanup = await world.tick("cleanup-old-data");
      const at = new Date(world.clock.nowMs());
      expect([at.getUTCDay(), at.getUTCHours()]).toEqual([0, 0]);
      expect(cleanup.output).toEqual({ deletedRecords: 12 });
      const [{ where }] = world.services.inputs("db.log.deleteMany") as [
        { where: { createdAt: { lt: Date } } },
      ];
      const ageMs = world.clock.nowMs() - where.createdAt.lt.getTime();
      expect(ageMs).toBeGreaterThanOrEqual(90 * DAY_MS);
      expect(ageMs).toBeLessThan(90 * DAY_MS + HOUR_MS);
    }));
});

describe("serving and sending", () => {
  it("[003#11] eight functions served by the Next.js adapter", () =>
    inWorld(async (world) => {
      stockUp(world);
      const route = await world.load("003#11", {
        modules: {
          "@/inngest/functions/order": await world.load("003#06"),
          "@/inngest/functions/email": await world.load("003#07"),
          "@/inngest/functions/approval": await world.load("003#08"),
          "@/inngest/functions/notification": await world.load("003#09"),
          "@/inngest/functions/scheduled": await world.load("003#10"),
        },
      });
      await world.mount(toListener(route));
      expect(world.engine.functions()).toHaveLength(8);
      expect(new URL(world.configOf("process-order").url).pathname).toBe("/api/inngest");
      const run = await world.runToEnd("order/created", ORDER);
      expect(run.output).toMatchObject({ success: true, paymentId: "ch_1" });
    }));

  it("[003#12] events from stored orders and users, one by one and in a batch", () =>
    inWorld(async (world) => {
      type Trigger = (id: string) => Promise<void>;
      type Batch = (events: readonly { name: string; data: unknown }[]) => Promise<void>;
      const created = new Date(0);
      const user = { id: "u1", email: "a@x.test", name: "A", createdAt: created };
      const order = { id: "o1", userId: "u1", items: ORDER.items, total: 1_000, user };
      const exported = await world.load("003#12");
      const triggerOrder = exported["triggerOrderProcessing"] as Trigger;
      await expect(triggerOrder("o1")).rejects.toThrow("Order o1 not found");
      world.services.answer("db.order.findUnique", order);
      world.services.answer("db.user.findUnique", user);
      await triggerOrder("o1");
      expect(await world.eventsNamed("order/created")).toEqual([ORDER]);
      await (exported["triggerUserRegistration"] as Trigger)("u1");
      expect(await world.eventsNamed("user/registered")).toEqual([
        { userId: "u1", email: "a@x.test", name: "A", registeredAt: created.toISOString() },
      ]);
      await (exported["batchSendEvents"] as Batch)([
        { name: "a", data: { n: 1 } },
        { name: "b", data: { n: 2 } },
      ]);
      expect(await world.eventsNamed("a")).toEqual([{ n: 1 }]);
      expect(await world.eventsNamed("b")).toEqual([{ n: 2 }]);
    }));
});
