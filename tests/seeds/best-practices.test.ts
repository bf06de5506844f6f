// Document 001, best practices: patterns, error handling, performance and observability, each sample as its text says.
import { describe, expect, it } from "vitest";
import { createExpressLike } from "./harness/express-like.ts";
import { meetAll } from "./harness/gates.ts";
import { toListener } from "./harness/route-listener.ts";
import { inWorld } from "./harness/seed-world.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

describe("architecture and client", () => {
  it("[001#01] the slow route mails itself, the fast one sends an event", () =>
    inWorld(async (world) => {
      const express = createExpressLike();
      world.services.answer("createUser", { id: "u1", email: "a@x.test" });
      await world.load("001#01", { names: { app: express.app } });
      expect(await express.call(0, {})).toEqual({ success: true });
      expect(world.services.names()).toEqual(["createUser", "sendWelcomeEmail"]);
      expect(await express.call(1, {})).toEqual({ success: true });
      expect(world.services.names("sendWelcomeEmail")).toHaveLength(1);
      expect(await world.eventsNamed("app/auth.sign-up-welcome-email-function")).toEqual([
        { userId: "u1", email: "a@x.test" },
      ]);
    }));

  it("[001#05] the client with its events", () =>
    inWorld(async (world) => {
      const { inngest } = (await world.load("001#05")) as { inngest: typeof world.client };
      expect(inngest.id).toBe("ticket-bounty");
      const data = { userId: "u1", email: "a@x.test", name: "A" };
      await inngest.send({ name: "app/auth.sign-up-welcome-email-function", data });
      expect(await world.eventsNamed("app/auth.sign-up-welcome-email-function")).toEqual([data]);
    }));
});

describe("workflow patterns", () => {
  it("[001#06] one mail for one event", () =>
    inWorld(async (world) => {
      world.services.answer("sendWelcomeEmail", { messageId: "m1" });
      await world.serveSample("001#06");
      const data = { userId: "u1", email: "a@x.test", name: "A" };
      const run = await world.runToEnd("app/auth.sign-up-welcome-email-function", data);
      expect(run.output).toEqual({ userId: "u1", emailSent: true, messageId: "m1" });
      expect(world.services.inputs("sendWelcomeEmail")).toEqual([{ email: "a@x.test", name: "A" }]);
    }));

  it("[001#07] validate, sleep 30 s, assign, notify both", () =>
    inWorld(async (world) => {
      const ticket = { number: 7, customerEmail: "c@x.test" };
      world.services.answer("prisma.ticket.findUnique", ticket);
      world.services.answer("getAvailableTeamMember", { id: "m1" });
      world.services.answer("assignTicket", { assignedTo: "m1" });
      await world.serveSample("001#07");
      const run = await world.runToEnd("app/ticket.created", { ticketId: "t1", userId: "u1" });
      expect(run.output).toEqual({ ticketId: "t1", assignedTo: "m1" });
      expect(run.tookMs).toBeGreaterThanOrEqual(30_000);
      expect(run.tookMs).toBeLessThan(40_000);
      expect(run.steps).toEqual([
        "validate-ticket",
        "wait-for-assignment",
        "assign-ticket",
        "notify-assignee",
        "notify-customer",
      ]);
      expect(world.services.inputs("sendNotification")).toEqual([
        { userId: "m1", message: "Ticket #7 assigned to you" },
      ]);
    }));

  it("[001#07] an unknown ticket fails the run", () =>
    inWorld(async (world) => {
      world.services.answer("prisma.ticket.findUnique", null);
      await world.serveSample("001#07");
      const run = await world.runToEnd("app/ticket.created", { ticketId: "t1", userId: "u1" });
      expect(run).toMatchObject({ status: "failed", error: { message: "Ticket not found" } });
      expect(world.services.names("prisma.ticket")).toHaveLength(1);
    }));

  it("[001#08][001#09] a nightly digest is counted in parallel and goes to two consumers", () =>
    inWorld(async (world) => {
      const together = meetAll(3);
      for (const table of ["ticket", "user", "ticketComment"]) {
        world.services.answer(`prisma.${table}.count`, async (query: unknown) => {
          if (query === undefined) await together.arrive();
          return query === undefined ? 10 : 4;
        });
      }
      const producer = await world.load("001#08");
      const consumers = await world.load("001#09");
      await world.serve([...Object.values(producer), ...Object.values(consumers)]);
      const run = await world.tick("prepare-admin-digest");
      expect(run).toMatchObject({ status: "completed", output: null });
      expect(run.steps[3]).toBe("emit-digest-ready");
      const totals = { total: 10, totalSince: 4 };
      const digest = { totalTickets: totals, totalUsers: totals, totalComments: totals };
      expect(await world.eventsNamed("app/admin-digest.ready")).toEqual([digest]);
      await world.idle();
      for (const id of ["send-admin-digest-email", "send-admin-digest-discord"]) {
        const [consumed] = await world.runsOfFunction(id);
        expect((await world.finish(consumed?.id ?? "")).output).toEqual({ success: true });
      }
      expect(world.services.inputs("sendEmailAdminDigest")).toEqual([digest]);
      expect(world.services.inputs("sendDiscordAdminDigest")).toEqual([digest]);
    }));

  it("[001#10] verified in time is set up, else reminded after seven days", () =>
    inWorld(async (world) => {
      await world.serveSample("001#10");
      const event = "app/auth.sign-up-welcome-email-function";
      const first = await world.start(event, { userId: "u1", email: "a@x.test" });
      const second = await world.start(event, { userId: "u2", email: "b@x.test" });
      await world.send("app/auth.email-verified", { userId: "u1" });
      expect((await world.finish(first)).output).toEqual({ status: "completed" });
      const late = await world.finish(second);
      expect(late.output).toEqual({ status: "timeout" });
      expect(late.tookMs).toBeGreaterThanOrEqual(7 * DAY_MS);
      expect(world.services.inputs("setupUserAccount")).toEqual(["u1"]);
      expect(world.services.inputs("sendReminderEmail")).toEqual(["b@x.test"]);
    }));
});

describe("error handling and reliability", () => {
  it("[001#11] the step is tried again by itself; what is rethrown fails the run", () =>
    inWorld(async (world) => {
      world.services.failFirst("processPayment", 2, { ok: 1 });
      await world.serveSample("001#11");
      const good = await world.runToEnd("app/payment.created", { paymentId: "p1" });
      expect(good.output).toEqual({ success: true, result: { ok: 1 } });
      expect(world.services.names("logger")).toEqual([]);
      world.services.failFirst("processPayment", 1_000);
      const bad = await world.runToEnd("app/payment.created", { paymentId: "p2" });
      expect(bad).toMatchObject({ status: "failed", error: { message: "processPayment is down" } });
      expect(world.services.inputs("logger.error")).toEqual([
        { paymentId: "p2", error: "processPayment is down" },
      ]);
    }));

  it("[001#12] a failure of any function is logged with its ids", () =>
    inWorld(async (world) => {
      world.services.failFirst("processPayment", 1_000);
      const handler = await world.load("001#12");
      const failing = await world.load("001#11");
      await world.serve([...Object.values(handler), ...Object.values(failing)]);
      const run = await world.runToEnd("app/payment.created", { paymentId: "p1" });
      await world.idle();
      const [handled] = await world.runsOfFunction("handle-any-fn-failure");
      await world.finish(handled?.id ?? "");
      expect(world.services.inputs("logger.error")[1]).toMatchObject({
        functionId: "seeds-reliable-workflow",
        runId: run.id,
        error: { name: "Error", message: "processPayment is down" },
        eventData: { event: { name: "app/payment.created", data: { paymentId: "p1" } } },
      });
    }));

  it("[001#13] a payment that exists is returned, a new one is charged with its key", () =>
    inWorld(async (world) => {
      world.services.answer("stripe.charges.create", { id: "ch_1" });
      await world.serveSample("001#13");
      await world.runToEnd("app/payment.created", { paymentId: "p1", amount: 5 });
      expect(world.services.inputs("stripe.charges.create")).toEqual([
        { amount: 5, idempotency_key: "p1" },
      ]);
      world.services.answer("prisma.charge.findUnique", { id: "ch_1" });
      await world.runToEnd("app/payment.created", { paymentId: "p1", amount: 5 });
      expect(world.services.names("stripe")).toHaveLength(1);
    }));
});

describe("performance", () => {
  it("[001#14] the limit per user reaches the engine, the step's value is the output", () =>
    inWorld(async (world) => {
      world.services.answer("sendEmail", { messageId: "m1" });
      await world.serveSample("001#14");
      expect(world.configOf("send-email-notification").concurrency).toEqual([
        { limit: 5, key: "event.data.userId", scope: "fn", level: "step" },
      ]);
      const run = await world.runToEnd("app/notification.email", { userId: "u1", email: "a" });
      expect(run.output).toEqual({ messageId: "m1" });
    }));

  it("[001#15] every hour one batch", () =>
    inWorld(async (world) => {
      const pending = [{ id: "n1" }, { id: "n2" }];
      world.services.answer("prisma.notification.findMany", pending);
      await world.serveSample("001#15");
      const first = await world.tick("batched-digest");
      const startMs = world.clock.nowMs();
      expect(first.steps).toEqual(["fetch-pending", "send-batch"]);
      await world.tick("batched-digest");
      expect(world.clock.nowMs() - startMs).toBeGreaterThan(HOUR_MS - 60_000);
      expect(world.clock.nowMs() - startMs).toBeLessThan(HOUR_MS + 60_000);
      expect(world.services.inputs("sendBatchEmails")).toEqual([pending, pending]);
      expect(world.services.inputs("prisma.notification.findMany")[0]).toEqual({
        where: { sent: false },
        take: 1_000,
      });
    }));

  it("[001#16] three steps at once", () =>
    inWorld(async (world) => {
      const together = meetAll(3);
      for (const name of ["checkInventory", "stripe.charges.create", "bookShipping"]) {
        world.services.answer(name, async () => {
          await together.arrive();
          return name;
        });
      }
      await world.serveSample("001#16");
      const run = await world.runToEnd("app/order.created", { items: [], address: "x" });
      expect(run.output).toEqual({
        inventory: "checkInventory",
        payment: "stripe.charges.create",
        shipping: "bookShipping",
      });
    }));

  it("[001#17] the reminder goes out after 24 hours", () =>
    inWorld(async (world) => {
      await world.serveSample("001#17");
      const run = await world.runToEnd("app/payment.pending", { userId: "u1" });
      expect(run.steps).toEqual(["remind-later", "send-reminder"]);
      expect(run.tookMs).toBeGreaterThanOrEqual(DAY_MS);
      expect(run.tookMs).toBeLessThan(DAY_MS + 60_000);
      expect(world.services.inputs("sendReminder")).toEqual(["u1"]);
    }));
});

describe("testing and observability", () => {
  it("[001#18] id for machines, name for people", () =>
    inWorld(async (world) => {
      await world.serveSample("001#18");
      expect(world.configOf("sign-up-welcome-email")).toMatchObject({
        slug: "seeds-sign-up-welcome-email",
        name: "Send Welcome Email on Sign Up",
      });
      const run = await world.runToEnd("app/auth.sign-up-welcome-email-function");
      expect(run).toMatchObject({ status: "completed", output: null, steps: [] });
    }));

  it("[001#19] step names as written", () =>
    inWorld(async (world) => {
      await world.serveSample("001#19");
      const run = await world.runToEnd("app/order.created", { items: [], paymentId: "p1" });
      expect(run.steps).toEqual([
        "check-inventory-availability",
        "charge-payment-method",
        "book-shipping-label",
      ]);
    }));

  it("[001#20] structured logs of a good run and of a bad one", () =>
    inWorld(async (world) => {
      world.services.answer("sendWelcomeEmail", { messageId: "m1" });
      await world.serveSample("001#20");
      const good = await world.runToEnd("app/signup.completed", { userId: "u1" });
      expect(good.output).toEqual({ messageId: "m1" });
      expect(world.services.inputs("logger.info")).toContainEqual({
        userId: "u1",
        messageId: "m1",
      });
      world.services.failFirst("sendWelcomeEmail", 1_000);
      const bad = await world.runToEnd("app/signup.completed", { userId: "u2" });
      expect(bad.status).toBe("failed");
      expect(world.services.inputs("logger.error")).toEqual([
        { userId: "u2", error: "sendWelcomeEmail is down" },
      ]);
    }));
});

describe("common pitfalls", () => {
  it("[001#21] without a step the fetch is the body, with one it is a step", () =>
    inWorld(async (world) => {
      world.services.answer("fetchData", { n: 1 });
      await world.serveSample("001#21");
      const eventId = await world.send("app/test");
      await world.idle();
      const views = [];
      for (const run of await world.runsOf(eventId)) views.push(await world.finish(run.id));
      expect(views.map(({ output }) => output)).toEqual([{ n: 1 }, { n: 1 }]);
      expect(views.map(({ steps }) => steps.length).toSorted((a, b) => a - b)).toEqual([0, 1]);
    }));

  it("[001#22] the un-awaited send arrives", () =>
    inWorld(async (world) => {
      const express = createExpressLike();
      world.services.answer("createUser", { id: "u1" });
      await world.load("001#22", { names: { app: express.app } });
      expect(await express.call(1, {})).toEqual({ success: true });
      await world.idle();
      expect(await world.eventsNamed("app/auth.sign-up")).toEqual([{ userId: "u1" }]);
    }));

  it("[001#23] one half waits for ever, the other for a day", () =>
    inWorld(async (world) => {
      const ended: string[] = [];
      const functions = [1, 2].map((part) =>
        world.client.createFunction({ id: `p${part}` }, { event: "go" }, async ({ step }) => {
          await world.loadPart("001#23", part, { names: { step } });
          ended.push(`p${part}`);
        }),
      );
      await world.serve(functions);
      await world.send("go");
      await world.idle();
      await world.advance(25 * HOUR_MS);
      expect(ended).toEqual(["p2"]);
      await world.send("app/payment.succeeded");
      await world.idle();
      expect(ended).toEqual(["p2", "p1"]);
    }));

  it("[001#24] three events", () =>
    inWorld(async (world) => {
      await world.load("001#24", { names: { userId: "u1", email: "a@x.test" } });
      expect(await world.eventsNamed("app/user.created")).toEqual([{ userId: "u1" }]);
      expect(await world.eventsNamed("app/admin.user-created-notification")).toHaveLength(1);
      expect(await world.eventsNamed("app/auth.sign-up-welcome-email-function")).toEqual([
        { userId: "u1", email: "a@x.test" },
      ]);
    }));

  it("[001#25] untyped sends anything; typed makes a client", () =>
    inWorld(async (world) => {
      await world.loadPart("001#25", 1);
      await world.idle();
      expect(await world.eventsNamed("app/payment.completed")).toEqual([{}]);
      expect((await world.loadPart("001#25", 2))["inngest"]).toMatchObject({ id: "app" });
    }));

  it("[001#26] six functions served by the Next.js adapter", () =>
    inWorld(async (world) => {
      const eventPasswordReset = world.client.createFunction(
        { id: "password-reset" },
        { event: "app/password.password-reset-function" },
        () => "reset",
      );
      const digests = await world.load("001#09");
      const route = await world.load("001#26", {
        modules: {
          "@/features/admin/events/prepare-admin-digest": await world.load("001#08"),
          "@/features/admin/events/send-digest-discord": digests,
          "@/features/admin/events/send-digest-email": digests,
          "@/features/auth/events/event-sign-up-welcome-email": await world.load("001#06"),
          "@/features/password/events/event-password-reset": { eventPasswordReset },
          "@/lib/inngest": { inngest: world.client, ...(await world.load("001#12")) },
        },
      });
      await world.mount(toListener(route));
      expect(world.engine.functions().map(({ config }) => config.slug)).toEqual([
        "seeds-handle-any-fn-failure",
        "seeds-password-reset",
        "seeds-sign-up-welcome-email",
        "seeds-prepare-admin-digest",
        "seeds-send-admin-digest-email",
        "seeds-send-admin-digest-discord",
      ]);
      const run = await world.runToEnd("app/password.password-reset-function");
      expect(run.output).toBe("reset");
    }));
});
