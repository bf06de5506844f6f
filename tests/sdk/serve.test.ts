// Our SDK against our server, end to end: steps, sleep, wait, parallel steps, failures; in dev and in cloud mode.
import { describe, expect, it } from "vitest";
import { inWorld, type ServeWorld, type WorldOptions } from "./serve-world.ts";

const KEY = "signkey-test-0123456789abcdef0123456789abcdef";
const OTHER_KEY = "signkey-test-fedcba9876543210fedcba9876543210";

const MODES: readonly (readonly [string, WorldOptions])[] = [
  ["dev mode", {}],
  ["cloud mode", { signingKey: KEY }],
  [
    "cloud mode with the server's key as fallback",
    { signingKey: KEY, appSigningKey: OTHER_KEY, appSigningKeyFallback: KEY },
  ],
  ["dev mode, streamed", { serve: { streaming: true } }],
  ["cloud mode, streamed", { signingKey: KEY, serve: { streaming: true } }],
];

/** Everything that a function does through the engine, with a count of how often each callback ran. */
async function runOrder(world: ServeWorld): Promise<{ output: unknown; ran: string[] }> {
  const client = world.createClient();
  const ran: string[] = [];
  const note = (name: string): string => {
    ran.push(name);
    return name;
  };
  const order = client.createFunction(
    { id: "order" },
    { event: "shop/ordered" },
    async ({ event, step }) => {
      const first = await step.run("first", () => note("first"));
      await step.sleep("nap", "1s");
      const both = await Promise.all([
        step.run("left", () => note("left")),
        step.run("right", () => note("right")),
      ]);
      await step.sendEvent("tell", { name: "shop/told", data: { id: 7 } });
      const paid = await step.waitForEvent("paid", {
        event: "shop/paid",
        timeout: "30s",
        if: "async.data.id == event.data.id",
      });
      const last = await step.run("last", () => note("last"));
      return { first, both, paid: paid?.data, last, id: (event.data as { id: number }).id };
    },
  );
  // Pays once the order asks for it: an event that comes before the wait would not count.
  const pay = client.createFunction({ id: "pay" }, { event: "shop/told" }, async ({ step }) => {
    await step.sleep("until the order waits", "1s");
    await step.sendEvent("pay", { name: "shop/paid", data: { id: 7 } });
  });
  expect(await world.serve(client, [order, pay])).toEqual({ ok: true });
  const { ids } = await client.send({ name: "shop/ordered", data: { id: 7 } });
  const run = await world.endOf(ids[0] ?? "");
  expect(run.status).toBe("completed");
  return { output: run.output, ran };
}

describe.each(MODES)("a served app in %s", (_name, options) => {
  it("runs a function of many kinds of steps, each callback once", async () => {
    await inWorld(options, async (world) => {
      const { output, ran } = await runOrder(world);
      expect(output).toEqual({
        first: "first",
        both: ["left", "right"],
        paid: { id: 7 },
        last: "last",
        id: 7,
      });
      expect(ran.toSorted()).toEqual(["first", "last", "left", "right"]);
      const isStreamed = options.serve?.streaming === true;
      // A call that found its run gone is made again at once (docs/reference/continuation.md).
      const answers = world.calls.filter(({ answered }) => answered !== "gone");
      expect(new Set(answers.map(({ status }) => status))).toEqual(
        new Set(isStreamed ? [201] : [206]),
      );
    });
  });
});

describe("a served app", () => {
  it("runs its failure handler after the last attempt", async () => {
    await inWorld({}, async (world) => {
      const client = world.createClient();
      let seen: (value: unknown) => void = () => undefined;
      const failure = new Promise((resolve) => {
        seen = resolve;
      });
      const fails = client.createFunction(
        {
          id: "fails",
          retries: 0,
          onFailure: ({ error }: { error: Error }) => seen([error.name, error.message]),
        },
        { event: "shop/ordered" },
        async ({ step }) => {
          await step.run("break", () => {
            throw new TypeError("no stock");
          });
        },
      );
      await world.serve(client, [fails]);
      const { ids } = await client.send({ name: "shop/ordered", data: {} });
      expect((await world.endOf(ids[0] ?? "")).status).toBe("failed");
      expect(await failure).toEqual(["TypeError", "no stock"]);
    });
  });

  it("is not synced by a server with another key, and runs nothing of it", async () => {
    await inWorld({ signingKey: KEY, appSigningKey: OTHER_KEY }, async (world) => {
      const client = world.createClient();
      const fn = client.createFunction({ id: "fn" }, { event: "a" }, () => 1);
      expect(await world.serve(client, [fn])).toMatchObject({ ok: false });
      expect(world.engine.functions()).toEqual([]);
    });
  });

  it("does many steps in one call and yields when streamTimeout is over", async () => {
    const count = 12;
    const limitMs = 1_000;
    await inWorld({ serve: { streamTimeout: limitMs } }, async (world) => {
      const client = world.createClient();
      let ran = 0;
      const busy = client.createFunction({ id: "busy" }, { event: "a" }, async ({ step }) => {
        for (let index = 0; index < count; index += 1) {
          await step.run(`part-${index}`, async () => {
            ran += 1;
            // One step outlasts the limit, so that it is over on any machine; the others take no time.
            if (index !== count / 2) return;
            await new Promise((resolve) => {
              setTimeout(resolve, limitMs + 50);
            });
          });
        }
        return "done";
      });
      await world.serve(client, [busy]);
      const { ids } = await client.send({ name: "a", data: {} });
      expect((await world.endOf(ids[0] ?? "")).output).toBe("done");
      expect(ran).toBe(count);
      expect(world.calls.length).toBeGreaterThan(1);
      expect(world.calls.length).toBeLessThan(count);
    });
  });
});
