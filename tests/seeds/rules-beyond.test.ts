// R14 to R26 of sdk.md 6.2: where the official packages do not do what the seeds say, and what ours does instead.
import { Everstep, EventSchemas } from "everstep";
import { serve } from "everstep/node";
import { main, processIo } from "everstep-cli";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { inWorld } from "./harness/seed-world.ts";

describe("large and repeated", () => {
  it(
    "[seeds R14] ten thousand steps in one run",
    () =>
      inWorld(async (world) => {
        const users = Array.from({ length: 10_000 }, (_, n) => ({ id: `u${n}`, email: `${n}@x` }));
        world.services.answer("db.users.findMany", users);
        await world.serveSample("000#14");
        const run = await world.tick("send-daily-digest");
        expect(run.status).toBe("completed");
        expect(run.steps).toHaveLength(10_001);
        expect(world.services.names("sendEmail")).toHaveLength(10_000);
      }),
    120_000,
  );

  it("[seeds R15] retries happen inside of the step: one line in the log, one failure", () =>
    inWorld(async (world) => {
      world.services.failFirst("processPayment", 1_000);
      await world.serveSample("001#11");
      const run = await world.runToEnd("app/payment.created", { paymentId: "p1" });
      expect(run.status).toBe("failed");
      expect(world.services.names()).toEqual([...Array(5).fill("processPayment"), "logger.error"]);
      expect(await world.eventsNamed("inngest/function.failed")).toMatchObject([
        { run_id: run.id, error: { message: "processPayment is down" } },
      ]);
    }));

  it("[seeds R18] a global failure handler on a typed client, first in the list, is not its own cause", () =>
    inWorld(async (world) => {
      const { inngest } = (await world.load("001#05")) as { inngest: unknown };
      const told: object[] = [];
      const full = {
        error(fields: object): void {
          told.push(fields);
          throw new Error("the log is full");
        },
      };
      const handler = await world.load("001#12", { names: { inngest, logger: full } });
      const failing = await world.load("001#11", { names: { inngest } });
      world.services.failFirst("processPayment", 1_000);
      await world.serve([...Object.values(handler), ...Object.values(failing)], inngest);
      const run = await world.runToEnd("app/payment.created", { paymentId: "p1" });
      await world.idle();
      const [handled] = await world.runsOfFunction("handle-any-fn-failure");
      expect(await world.finish(handled?.id ?? "")).toMatchObject({ status: "failed" });
      await world.idle();
      expect(await world.runsOfFunction("handle-any-fn-failure")).toHaveLength(1);
      expect(told[0]).toMatchObject({
        functionId: "ticket-bounty-reliable-workflow",
        runId: run.id,
      });
    }));

  it("[seeds R19] lines before steps that are done are not repeated", () =>
    inWorld(async (world) => {
      const fn = world.client.createFunction({ id: "f" }, { event: "go" }, async (context) => {
        const { step, logger } = context;
        for (const n of [1, 2, 3]) {
          logger.info(`before ${n}`);
          await step.run(`step-${n}`, () => logger.info(`in ${n}`));
          await step.sleep(`pause-${n}`, "1m");
        }
        logger.info("end");
      });
      await world.serve([fn]);
      await world.runToEnd("go");
      const lines = [1, 2, 3].flatMap((n) => [`before ${n}`, `in ${n}`]);
      expect(world.logs.inputs("logger.info")).toEqual([...lines, "end"]);
    }));

  it("[seeds R20] message first or fields first, the logger gets both", () =>
    inWorld(async (world) => {
      const fn = world.client.createFunction({ id: "f" }, { event: "go" }, ({ logger }) => {
        logger.info("message first", { n: 1 });
        logger.info({ n: 2 }, "fields first");
      });
      await world.serve([fn]);
      await world.runToEnd("go");
      const lines = world.logs.calls.filter(({ name }) => name === "logger.info");
      expect(lines.map(({ args }) => args)).toEqual([
        ["message first", { n: 1 }],
        [{ n: 2 }, "fields first"],
      ]);
    }));

  it("[seeds R26] an event always has an id: sent, scheduled, invoked, or in a direct call", () =>
    inWorld(async (world) => {
      const ids: unknown[] = [];
      const note = ({ event }: { event: { id?: string } }): void => void ids.push(event.id);
      const sent = world.client.createFunction({ id: "sent" }, { event: "go" }, note);
      const timed = world.client.createFunction({ id: "timed" }, { cron: "0 * * * *" }, note);
      const caller = world.client.createFunction({ id: "caller" }, { event: "call" }, (context) =>
        context.step.invoke("invoke", { function: sent, data: {} }),
      );
      await world.serve([sent, timed, caller]);
      const run = await world.start("go");
      await world.finish(run);
      await world.runToEnd("call");
      await world.tick("timed");
      await sent.handler({});
      expect(ids).toHaveLength(4);
      expect(ids.filter((id) => typeof id !== "string" || id === "")).toEqual([]);
    }));
});

describe("environment", () => {
  it("[seeds R16] dev without any setting but the keys of the document, production with them", async () => {
    const sent: string[] = [];
    const record = ((input: RequestInfo | URL) => {
      sent.push(input instanceof Request ? input.url : String(input));
      return Promise.resolve(Response.json({ ids: ["1"], status: 200 }));
    }) as typeof fetch;
    try {
      vi.stubEnv("INNGEST_EVENT_KEY", "your_event_key_here");
      vi.stubEnv("INNGEST_SIGNING_KEY", "your_signing_key_here");
      vi.stubEnv("INNGEST_BASE_URL", "");
      vi.stubEnv("NODE_ENV", "development");
      await new Everstep({ id: "a", fetch: record }).send({ name: "x" });
      expect(sent.at(-1)).toBe("http://localhost:8288/e/your_event_key_here");
      vi.stubEnv("NODE_ENV", "production");
      expect(new Everstep({ id: "a", fetch: record })).toMatchObject({ mode: "cloud" });
      vi.stubEnv("INNGEST_BASE_URL", "https://engine.example");
      await new Everstep({ id: "a", fetch: record }).send({ name: "x" });
      expect(sent.at(-1)).toBe("https://engine.example/e/your_event_key_here");
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("[seeds R16] the dev server takes any event key", () =>
    inWorld(async (world) => {
      vi.stubEnv("INNGEST_EVENT_KEY", "your_event_key_here");
      await new Everstep({ id: "a" }).send({ name: "x", data: { n: 1 } });
      expect(await world.eventsNamed("x")).toEqual([{ n: 1 }]);
    }));

  it("[seeds R17] a date stays a date where the schema says so", () =>
    inWorld(async (world) => {
      const data = z.object({ at: z.date() });
      const client = new Everstep({
        id: "dated",
        schemas: new EventSchemas().fromRecord({ "shop/dated": { data } }),
      });
      const fn = client.createFunction({ id: "f" }, { event: "shop/dated" }, ({ event }) => [
        event.data.at instanceof Date,
        event.data.at.getTime(),
      ]);
      await world.serve([fn], client);
      await client.send({ name: "shop/dated", data: { at: new Date(5) } });
      await world.idle();
      const [run] = await world.runsOfFunction("f");
      expect((await world.finish(run?.id ?? "")).output).toEqual([true, 5]);
    }));

  it("[seeds R17] a date that only the type names arrives as a date", () =>
    inWorld(async (world) => {
      const { inngest } = (await world.load("000#20")) as { inngest: typeof world.client };
      const fn = inngest.createFunction({ id: "f" }, { event: "app/user.created" }, ({ event }) => [
        event.data.createdAt instanceof Date,
        event.data.createdAt.getTime() > 0,
        event.data.name,
      ]);
      await world.serve([fn], inngest);
      // The sample sends its event, with `createdAt: new Date()`, once more.
      await world.load("000#20");
      await world.idle();
      const [run] = await world.runsOfFunction("f");
      expect((await world.finish(run?.id ?? "")).output).toEqual([true, true, "John"]);
    }));

  it("[seeds R17] dates arrive from steps, invocations, waits and in failures, and are text for everybody else", () =>
    inWorld(async (world) => {
      const { client } = world;
      const at = new Date(7);
      const seen: unknown[] = [];
      const callee = client.createFunction({ id: "callee" }, { event: "x" }, ({ event }) => {
        seen.push(["invoked", event.data.at, event.meta]);
      });
      const waits = client.createFunction({ id: "waits" }, { event: "go" }, async ({ step }) => {
        await step.invoke("call", { function: callee, data: { at } });
        const wait = step.waitForEvent("wait", { event: "later", timeout: "1h" });
        await step.sendEvent("send", { name: "later", data: { at, list: new Set([1n]) } });
        seen.push(["waited", (await wait)?.data.at]);
      });
      const fails = client.createFunction(
        {
          id: "fails",
          retries: 0,
          onFailure: ({ event }) => void seen.push(["failed", event.data.event.data]),
        },
        { event: "later", if: `event.data.at == "${at.toISOString()}"` },
        () => {
          throw new Error("as planned");
        },
      );
      await world.serve([callee, waits, fails]);
      await world.runToEnd("go");
      await world.idle();
      expect(seen).toHaveLength(3);
      expect(seen).toEqual(
        expect.arrayContaining([
          ["invoked", at, undefined],
          ["waited", at],
          ["failed", { at, list: new Set([1n]) }],
        ]),
      );
      expect(await world.eventsNamed("later")).toEqual([{ at: at.toISOString(), list: ["1"] }]);
    }));

  it("[seeds R21] PUT to the app registers it, as a pasted address does", () =>
    inWorld(async (world) => {
      const { userCreatedFunction } = await world.load("004#03");
      const functions = [userCreatedFunction] as Parameters<typeof serve>[0]["functions"];
      const url = await world.host(serve({ client: world.client, functions }));
      expect(world.engine.functions()).toEqual([]);
      const response = await fetch(url, { method: "PUT" });
      expect(response.status).toBe(200);
      expect(world.engine.functions().map(({ config }) => config.slug)).toEqual([
        "seeds-user-created",
      ]);
    }));

  it("[seeds R22] a constant key is the function's own; a scope shares it", () =>
    inWorld(async (world) => {
      await world.serveSample("000#11");
      expect(world.configOf("send-notification").concurrency[0]).toMatchObject({ scope: "fn" });
      const shared = { limit: 100, key: "'global-email-queue'", scope: "account" } as const;
      const fn = world.client.createFunction(
        { id: "shared", concurrency: shared },
        { event: "go" },
        () => null,
      );
      await world.serve([fn]);
      expect(world.configOf("shared").concurrency).toEqual([{ ...shared, level: "step" }]);
    }));

  it("[seeds R23] what is shown as bad runs exactly so", () =>
    inWorld(async (world) => {
      world.services.failFirst("fetchData", 1, "data");
      world.services.failFirst("stripe.charges.create", 1_000);
      const { badWorkflow } = await world.load("001#21");
      const swallowed = await world.load("000#26");
      const generic = await world.load("000#31");
      await world.serve([badWorkflow, ...Object.values(swallowed), ...Object.values(generic)]);
      expect(await world.runToEnd("app/test")).toMatchObject({ output: "data", steps: [] });
      expect(world.services.names("fetchData")).toHaveLength(2);
      expect(await world.runToEnd("app/payment.requested")).toMatchObject({ status: "completed" });
      expect((await world.runToEnd("app/order.created")).steps[0]).toBe("step1");
    }));

  it("[seeds R24] the dev server of the command listens on 8288 unless told otherwise", async () => {
    const printed: string[] = [];
    const stdout = { isTerminal: false, write: (text: string) => void printed.push(text) };
    await main(["help", "dev"], { ...processIo(), stdout });
    expect(printed.join("")).toMatch(/8288/);
  });
});
