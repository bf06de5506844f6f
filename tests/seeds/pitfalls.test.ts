// Document 000, pitfalls and production tips: every sample does what its text says, the bad ones included.
import { describe, expect, it } from "vitest";
import { inWorld } from "./harness/seed-world.ts";
import { gate, meetAll } from "./harness/gates.ts";

const DAY_MS = 86_400_000;
const people = (count: number): { id: string; email: string }[] =>
  Array.from({ length: count }, (_, index) => ({ id: `u${index}`, email: `u${index}@x.test` }));

describe("critical production pitfalls", () => {
  it("[000#01] without steps a failure begins the whole body again", () =>
    inWorld(async (world) => {
      world.services.answer("stripe.charges.create", { id: "ch_1" });
      world.services.failFirst("db.payments.create", 1);
      await world.serveSample("000#01");
      const run = await world.runToEnd("app/payment.created", { amount: 5, email: "a@x.test" });
      expect(run).toMatchObject({ status: "completed", output: { success: true }, steps: [] });
      expect(world.services.names("stripe.charges.create")).toHaveLength(2);
      expect(world.services.inputs("sendReceipt")).toEqual(["a@x.test"]);
    }));

  it("[000#02] a failed step is tried again alone", () =>
    inWorld(async (world) => {
      world.services.answer("stripe.charges.create", { id: "ch_1" });
      world.services.failFirst("db.payments.create", 1, { id: "pay_1" });
      await world.serveSample("000#02");
      const run = await world.runToEnd("app/payment.created", { amount: 5, email: "a@x.test" });
      expect(run.output).toEqual({ success: true, paymentId: "pay_1" });
      expect(run.steps).toEqual(["charge-card", "save-payment", "send-receipt"]);
      expect(world.services.names()).toEqual([
        "stripe.charges.create",
        "db.payments.create",
        "db.payments.create",
        "sendReceipt",
      ]);
      expect(world.services.inputs("db.payments.create")[1]).toEqual({ chargeId: "ch_1" });
    }));

  it("[000#03] the blocking route answers after everything", () =>
    inWorld(async (world) => {
      world.services.answer("createUser", { id: "u1", email: "a@x.test" });
      const { POST } = (await world.load("000#03")) as { POST: (r: Request) => Promise<Response> };
      const response = await POST(new Request("http://x.test", { method: "POST" }));
      expect(await response.json()).toEqual({ success: true });
      expect(world.services.names()).toEqual([
        "createUser",
        "sendWelcomeEmail",
        "sendSlackNotification",
        "trackAnalytics",
      ]);
    }));

  it("[000#04] the route answers while the mails are still being sent, all three at once", () =>
    inWorld(async (world) => {
      const mails = ["sendWelcomeEmail", "sendSlackNotification", "trackAnalytics"] as const;
      const together = meetAll(mails.length);
      for (const mail of mails) world.services.answer(mail, together.arrive);
      world.services.answer("createUser", { id: "u1", email: "a@x.test" });
      const { POST, onUserCreated } = await world.load("000#04");
      await world.serve([onUserCreated]);
      const post = POST as (request: Request) => Promise<Response>;
      const response = await post(new Request("http://x.test", { method: "POST" }));
      expect(await response.json()).toEqual({ success: true });
      await together.met;
      await world.idle();
      const [run] = await world.runsOfFunction("user-created-notifications");
      expect((await world.finish(run?.id ?? "")).steps.toSorted()).toEqual([
        "analytics",
        "send-email",
        "slack",
      ]);
      expect(world.services.inputs("sendSlackNotification")).toEqual([
        { userId: "u1", email: "a@x.test" },
      ]);
    }));

  it("[000#05] a wait without timeout lasts until its event comes", () =>
    inWorld(async (world) => {
      await world.serveSample("000#05");
      const runId = await world.start("app/order.created", { orderId: "o1" });
      await world.advance(300 * DAY_MS);
      expect(await world.view(runId)).toMatchObject({ status: "running" });
      expect(world.services.names()).toEqual(["sendInvoice"]);
      await world.send("app/payment.received", { orderId: "o2" });
      await world.idle();
      expect(world.services.names()).toEqual(["sendInvoice"]);
      await world.send("app/payment.received", { orderId: "o1" });
      expect(await world.finish(runId)).toMatchObject({ status: "completed", output: null });
      expect(world.services.names()).toEqual(["sendInvoice", "shipOrder"]);
    }));

  it("[000#06] paid in time ships, after seven days cancels", () =>
    inWorld(async (world) => {
      await world.serveSample("000#06");
      const paid = await world.start("app/order.created", { orderId: "o1", customerId: "c1" });
      const unpaid = await world.start("app/order.created", { orderId: "o2", customerId: "c2" });
      await world.advance(6 * DAY_MS);
      await world.send("app/payment.received", { orderId: "o1" });
      expect((await world.finish(paid)).output).toEqual({ status: "completed" });
      expect(world.services.inputs("shipOrder")).toEqual(["o1"]);
      expect(await world.view(unpaid)).toMatchObject({ status: "running" });
      const ended = await world.finish(unpaid);
      expect(ended.output).toEqual({ status: "cancelled" });
      expect(ended.tookMs).toBeGreaterThanOrEqual(7 * DAY_MS);
      expect(ended.tookMs).toBeLessThan(7 * DAY_MS + 60_000);
      expect(world.services.inputs("cancelOrder")).toEqual(["o2"]);
      expect(world.services.inputs("sendAbandonedCartEmail")).toEqual(["c2"]);
    }));

  it("[000#07] a charge that failed half-way is made again", () =>
    inWorld(async (world) => {
      world.services.failFirst("stripe.charges.create", 1, { id: "ch_1" });
      await world.serveSample("000#07");
      const run = await world.runToEnd("app/order.confirmed", { amount: 5, customerId: "c1" });
      expect(run).toMatchObject({ status: "completed", output: null, steps: ["charge", "save"] });
      expect(world.services.names("stripe")).toHaveLength(2);
      expect(world.services.inputs("db.charges.create")).toEqual([{ chargeId: "ch_1" }]);
    }));

  it("[000#08] what was charged already is not charged again", () =>
    inWorld(async (world) => {
      world.services.answer("stripe.charges.create", { id: "ch_1" });
      world.services.answer("db.charges.create", (row: unknown) => row);
      await world.serveSample("000#08");
      const order = { orderId: "o1", amount: 5, customerId: "c1" };
      const first = await world.runToEnd("app/order.confirmed", order);
      expect(first.output).toEqual({ success: true, chargeId: "ch_1" });
      expect(world.services.inputs("stripe.charges.create")).toEqual([
        { amount: 5, customer: "c1", idempotency_key: "o1" },
      ]);
      world.services.answer("db.charges.findUnique", { chargeId: "ch_1" });
      const second = await world.runToEnd("app/order.confirmed", order);
      expect(second.output).toEqual({ alreadyProcessed: true, chargeId: "ch_1" });
      expect(second.steps).toEqual(["check-existing"]);
      expect(world.services.names("stripe")).toHaveLength(1);
    }));
});

describe("performance pitfalls", () => {
  it("[000#09] the function runs; the statement below it cannot, in any SDK", () =>
    inWorld(async (world) => {
      await expect(world.load("000#09")).rejects.toThrow(TypeError);
      await world.serve(Object.values(await world.loadPart("000#09", 1)));
      const run = await world.runToEnd("app/notification.send", { to: "a@x.test" });
      expect(run).toMatchObject({ status: "completed", steps: ["send-email"] });
      expect(world.services.inputs("sendgrid.send")).toEqual([{ to: "a@x.test" }]);
    }));

  it("[000#10] the limit of five per user reaches the engine", () =>
    inWorld(async (world) => {
      await world.serveSample("000#10");
      expect(world.configOf("send-notification").concurrency).toEqual([
        { limit: 5, key: "event.data.userId", scope: "fn", level: "step" },
      ]);
      const run = await world.runToEnd("app/notification.send", { userId: "u1" });
      expect(run).toMatchObject({ status: "completed", steps: ["send-email"] });
    }));

  it("[000#11] the limit with a constant key reaches the engine", () =>
    inWorld(async (world) => {
      await world.serveSample("000#11");
      expect(world.configOf("send-notification").concurrency).toEqual([
        { limit: 100, key: "'global-email-queue'", scope: "fn", level: "step" },
      ]);
      const run = await world.runToEnd("app/notification.send", { userId: "u1" });
      expect(run).toMatchObject({ status: "completed", steps: ["send-email"] });
    }));

  it("[000#12] steps one after the other", () =>
    inWorld(async (world) => {
      world.services.answer("checkInventory", "in stock");
      world.services.answer("calculateShipping", 7);
      world.services.answer("calculateTax", 2);
      await world.serveSample("000#12");
      const run = await world.runToEnd("app/order.created", { items: [], amount: 5 });
      expect(run.output).toEqual({ inventory: "in stock", shipping: 7, tax: 2 });
      expect(run.steps).toEqual(["check-inventory", "calculate-shipping", "calculate-tax"]);
    }));

  it("[000#13] steps at the same time", () =>
    inWorld(async (world) => {
      const names = ["checkInventory", "calculateShipping", "calculateTax"] as const;
      const together = meetAll(names.length);
      for (const name of names) {
        world.services.answer(name, async () => {
          await together.arrive();
          return name;
        });
      }
      await world.serveSample("000#13");
      const run = await world.runToEnd("app/order.created", { items: [], amount: 5 });
      expect(run.output).toEqual({
        inventory: "checkInventory",
        shipping: "calculateShipping",
        tax: "calculateTax",
      });
    }));

  it("[000#14] a step for each user at midnight", () =>
    inWorld(async (world) => {
      world.services.answer("db.users.findMany", people(300));
      await world.serveSample("000#14");
      const run = await world.tick("send-daily-digest");
      expect(run).toMatchObject({ status: "completed", output: null });
      expect(run.steps.slice(0, 3)).toEqual(["fetch-users", "send-to-u0", "send-to-u1"]);
      expect(run.steps).toHaveLength(301);
      expect(new Set(world.services.inputs("sendEmail")).size).toBe(300);
      expect(world.services.names("sendEmail")).toHaveLength(300);
    }));

  it("[000#15] batches of a hundred", () =>
    inWorld(async (world) => {
      world.services.answer("db.users.findMany", people(250));
      await world.serveSample("000#15");
      const run = await world.tick("send-daily-digest");
      expect(run.output).toEqual({ totalSent: 250 });
      expect(run.steps).toEqual(["fetch-users", "send-batch-0", "send-batch-1", "send-batch-2"]);
      expect(world.services.names("sendEmail")).toHaveLength(250);
    }));

  it("[000#16] an event for each user, and at most fifty workers at once", () =>
    inWorld(async (world) => {
      const crowd = { now: 0, most: 0 };
      const release = gate();
      world.services.answer("db.users.findMany", people(120));
      world.services.answer("sendEmail", async () => {
        crowd.now += 1;
        crowd.most = Math.max(crowd.most, crowd.now);
        if (crowd.now === 50) release.open();
        await release.opened;
        crowd.now -= 1;
      });
      await world.serveSample("000#16");
      expect(await world.tick("prepare-digest")).toMatchObject({ status: "completed" });
      await world.idle();
      const runs = await world.runsOfFunction("send-digest");
      expect(runs.map(({ status }) => status)).toEqual(Array(120).fill("completed"));
      expect(new Set(world.services.inputs("sendEmail")).size).toBe(120);
      expect(crowd.most).toBe(50);
    }));
});

describe("architecture pitfalls", () => {
  it("[000#17] eight steps with nothing in them", () =>
    inWorld(async (world) => {
      await world.serveSample("000#17");
      const run = await world.runToEnd("app/user.created");
      expect(run).toMatchObject({ status: "completed", output: null });
      expect(run.steps).toHaveLength(8);
      expect(run.steps[7]).toBe("update-data-warehouse");
    }));

  it("[000#18] three functions of one event fail apart", () =>
    inWorld(async (world) => {
      world.services.failFirst("slack.notify", 1_000);
      await world.serveSample("000#18");
      const eventId = await world.send("app/user.created", { id: "u1" });
      await world.idle();
      const runs = await world.runsOf(eventId);
      const ended = [];
      for (const run of runs) ended.push((await world.finish(run.id)).status);
      expect(ended.toSorted()).toEqual(["completed", "completed", "failed"]);
      expect(world.services.inputs("stripe.customers.create")).toEqual([{ id: "u1" }]);
      expect(world.services.inputs("sendEmail")).toEqual([{ id: "u1" }]);
    }));

  it("[000#19] an untyped client sends what it is given", () =>
    inWorld(async (world) => {
      await world.load("000#19");
      expect(await world.eventsNamed("app/user.created")).toEqual([
        { userID: "123", emial: "test@example.com" },
      ]);
    }));

  it("[000#20] a typed client sends what its record says", () =>
    inWorld(async (world) => {
      const { inngest } = await world.load("000#20");
      expect(inngest).toMatchObject({ id: "my-app" });
      const [data] = await world.eventsNamed("app/user.created");
      expect(data).toMatchObject({ userId: "123", email: "test@example.com", name: "John" });
    }));
});

describe("security, testing and debugging pitfalls", () => {
  it("[000#24] nothing keeps secrets out of an event", () =>
    inWorld(async (world) => {
      await world.load("000#24");
      expect(await world.eventsNamed("app/user.created")).toMatchObject([{ ssn: "123-45-6789" }]);
    }));

  it("[000#25] ids travel, data are fetched in a step", () =>
    inWorld(async (world) => {
      world.services.answer("db.users.findUnique", { id: "123", email: "user@example.com" });
      await world.serve([world.client.createFunction({ id: "x" }, { event: "x" }, () => null)]);
      const { onUserCreated } = await world.load("000#25");
      await world.serve([onUserCreated]);
      const run = await world.runToEnd("app/user.created", { userId: "123" });
      expect(run).toMatchObject({ status: "completed", steps: ["fetch-user"] });
      expect(world.services.inputs("db.users.findUnique")).toEqual([
        { where: { id: "123" }, select: { id: true, email: true } },
      ]);
    }));

  it("[000#26] a swallowed error ends as completed", () =>
    inWorld(async (world) => {
      world.services.failFirst("stripe.charges.create", 1_000);
      await world.serveSample("000#26");
      const run = await world.runToEnd("app/payment.requested", { amount: 5 });
      expect(run).toMatchObject({ status: "completed", output: null });
      expect(world.services.names("stripe")).toHaveLength(5);
      expect(world.services.inputs("console.log")).toEqual(["Payment failed"]);
    }));

  it("[000#27] the error is logged, the run fails, and the failure handler tells the team", () =>
    inWorld(async (world) => {
      world.services.failFirst("stripe.charges.create", 1_000);
      await world.serveSample("000#27");
      const run = await world.runToEnd("app/payment.requested", { orderId: "o1", amount: 5 });
      expect(run.status).toBe("failed");
      expect(world.services.inputs("logger.error")).toMatchObject([
        { orderId: "o1", amount: 5, error: "stripe.charges.create is down" },
      ]);
      await world.idle();
      const [handled] = await world.runsOfFunction("handle-failure");
      expect(await world.finish(handled?.id ?? "")).toMatchObject({ status: "completed" });
      expect(world.services.inputs("slack.notify")).toMatchObject([
        {
          channel: "#alerts",
          text: expect.stringContaining("Function failed: seeds-process-payment") as string,
          error: { name: "Error", message: "stripe.charges.create is down" },
        },
      ]);
    }));

  it("[000#30] a test route triggers by hand", () =>
    inWorld(async (world) => {
      const { GET } = (await world.load("000#30")) as { GET: () => Promise<Response> };
      expect(await (await GET()).json()).toEqual({ triggered: true });
      expect(await world.eventsNamed("app/user.created")).toEqual([
        { userId: "test-123", email: "test@example.com", name: "Test User" },
      ]);
    }));

  it("[000#31] generic step names", () =>
    inWorld(async (world) => {
      await world.serveSample("000#31");
      const run = await world.runToEnd("app/order.created");
      expect(run).toMatchObject({ status: "completed", steps: ["step1", "step2", "step3"] });
    }));

  it("[000#32] fails at its own constant, and says which", () =>
    inWorld(async (world) => {
      await world.serveSample("000#32");
      const run = await world.runToEnd("app/order.created");
      expect(run.status).toBe("failed");
      expect(run.error).toMatchObject({
        name: "ReferenceError",
        message: expect.stringContaining("'inventory' before initialization") as string,
      });
      expect(world.services.names()).toEqual([]);
    }));
});
