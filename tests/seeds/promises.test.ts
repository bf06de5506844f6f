// Promises of sdk.md 7 that no sample shows by itself, by their number there.
import { Everstep, EventSchemas, RetryAfterError } from "everstep";
import { serve } from "everstep/node";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { inWorld } from "./harness/seed-world.ts";

const KB = 1_024;

describe("events", () => {
  it("[promise 13] an event sent by the client inside a step goes out once, although the step is retried", () =>
    inWorld(async (world) => {
      const { client } = world;
      let attempts = 0;
      const fn = client.createFunction({ id: "f" }, { event: "go" }, ({ step }) =>
        step.run("tell", async () => {
          await client.send({ name: "told", data: { n: 1 } });
          attempts += 1;
          if (attempts < 3) throw new Error("after the send");
        }),
      );
      await world.serve([fn]);
      expect((await world.runToEnd("go")).status).toBe("completed");
      expect(attempts).toBe(3);
      expect(await world.eventsNamed("told")).toEqual([{ n: 1 }]);
    }));

  it("[promise 15] names match exactly and with their case", () =>
    inWorld(async (world) => {
      const fn = world.client.createFunction({ id: "f" }, { event: "app/user.created" }, () => 1);
      await world.serve([fn]);
      for (const name of ["app/User.created", "app/user.created ", "app/user", "user.created"]) {
        await world.send(name);
      }
      await world.idle();
      expect(await world.runsOfFunction("f")).toEqual([]);
      expect((await world.runToEnd("app/user.created")).output).toBe(1);
    }));

  it("[promise 17][promise 19] id, ts, name, user and v are there for the handler", () =>
    inWorld(async (world) => {
      const { client } = world;
      const fn = client.createFunction(
        { id: "f" },
        { event: "go" },
        ({ event }) => event as object,
      );
      await world.serve([fn]);
      const sent = {
        id: "mine",
        name: "go",
        data: { a: 1 },
        user: { id: "u" },
        v: "2",
        ts: 1_790_000_000_000,
      };
      await client.send(sent);
      await world.idle();
      const [run] = await world.runsOfFunction("f");
      expect((await world.finish(run?.id ?? "")).output).toEqual(sent);
    }));

  it("[promise 18] 512 KB arrive; what no server takes is refused before it is sent, with its biggest field", () =>
    inWorld(async (world) => {
      const { client } = world;
      const fn = client.createFunction({ id: "f" }, { event: "go" }, async ({ event, step }) => {
        const text = await step.run("copy", () => (event.data as { text: string }).text);
        return text.length;
      });
      await world.serve([fn]);
      const run = await world.runToEnd("go", { text: "x".repeat(512 * KB - 200) });
      expect(run.output).toBe(512 * KB - 200);
      const image = "y".repeat(4 * KB * KB);
      await expect(client.send({ name: "go", data: { note: "n", image } })).rejects.toThrow(
        /4194\d+ bytes.*data\.image/,
      );
      expect(await world.eventsNamed("go")).toHaveLength(1);
    }));

  it("[promise 19] an awaited event is checked against the client's schemas, too", () =>
    inWorld(async (world) => {
      const schemas = new EventSchemas().fromRecord({
        "shop/paid": { data: z.object({ amount: z.number() }) },
      });
      const client = new Everstep({ id: "checked", schemas });
      const fn = client.createFunction({ id: "f" }, { event: "go" }, async ({ step }) => {
        const paid = await step.waitForEvent("paid", { event: "shop/paid", timeout: "1h" });
        return paid?.data.amount;
      });
      await world.serve([fn], client);
      const good = await world.start("go");
      await world.send("shop/paid", { amount: 5 });
      expect((await world.finish(good)).output).toBe(5);
      const bad = await world.start("go");
      await world.send("shop/paid", { amount: "five" });
      const failed = await world.finish(bad);
      expect([failed.status, failed.error?.message]).toEqual([
        "failed",
        expect.stringMatching(/amount/),
      ]);
    }));
});

describe("triggers", () => {
  it("[promise 33][promise 34] an event and a cron with a time zone start the same function", () =>
    inWorld(async (world) => {
      const fn = world.client.createFunction(
        { id: "f" },
        [{ event: "go" }, { cron: "TZ=Europe/Berlin 0 9 * * *" }],
        ({ event }) => event.name,
      );
      await world.serve([fn]);
      expect((await world.runToEnd("go")).output).toBe("go");
      expect((await world.tick("f")).output).toBe("inngest/scheduled.timer");
    }));
});

describe("errors", () => {
  it("[promise 41] RetryAfterError says when the next attempt comes", () =>
    inWorld(async (world) => {
      let isFirst = true;
      const fn = world.client.createFunction({ id: "f" }, { event: "go" }, ({ step }) =>
        step.run("ask", () => {
          if (!isFirst) return "answered";
          isFirst = false;
          throw new RetryAfterError("too many requests", "10m");
        }),
      );
      await world.serve([fn]);
      const run = await world.runToEnd("go");
      expect(run.output).toBe("answered");
      expect(Math.round(run.tookMs / 60_000)).toBe(10);
    }));

  it("[promise 6] the failing step is named in the error, the failure event and for onFailure", () =>
    inWorld(async (world) => {
      const seen: unknown[] = [];
      const told: unknown[] = [];
      const fn = world.client.createFunction(
        {
          id: "f",
          retries: 0,
          onFailure: ({ error }) => void told.push([Reflect.get(error, "stepId"), error.message]),
        },
        { event: "go" },
        async ({ step }) => {
          try {
            await step.run("charge-card", () => {
              throw new TypeError("declined");
            });
          } catch (error) {
            const { stepId, name, message } = error as Error & { stepId?: string };
            seen.push([stepId, name, message]);
            throw error;
          }
        },
      );
      await world.serve([fn]);
      const run = await world.runToEnd("go");
      expect(run.status).toBe("failed");
      expect(seen.at(-1)).toEqual(["charge-card", "TypeError", "declined"]);
      expect(run.error).toMatchObject({ stepId: "charge-card", name: "TypeError" });
      await world.idle();
      expect(told).toEqual([["charge-card", "declined"]]);
      expect(await world.eventsNamed("inngest/function.failed")).toMatchObject([
        { error: { stepId: "charge-card", name: "TypeError", message: "declined" } },
      ]);
    }));
});

describe("serving", () => {
  it("[promise 63][seeds R21] an app that the engine was not told of registers itself", () =>
    inWorld(async (world) => {
      const { client } = world;
      const fn = client.createFunction({ id: "f" }, { event: "go" }, () => "done");
      const url = await world.host(serve({ client, functions: [fn] }));
      expect(world.engine.functions()).toEqual([]);
      expect((await fetch(url)).status).toBe(200);
      while (world.engine.functions().length === 0) await world.idle();
      expect((await world.runToEnd("go")).output).toBe("done");
    }));
});
