// Functions as they are created: both call shapes, what is refused, direct calls, and what the runtime reads.
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { Everstep } from "../client/everstep.ts";
import { eventType, invoke } from "../schemas/event-type.ts";
import type { Logger } from "./definition.ts";
import { mockStep } from "../steps/mock-step.ts";

const event = { event: "shop/order.placed" } as const;
const BATCH = { maxSize: 2, timeout: "1s" } as const;
const LIMIT = { limit: 1, period: "1m" } as const;
const BAD = { event: "x" } as const;

function recordLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const write = (...args: unknown[]): void => void lines.push(args.map(String).join(" "));
  return { lines, info: write, warn: write, error: write, debug: write };
}

function createClient(): Everstep {
  return new Everstep({ id: "shop", logger: recordLogger(), isDev: true });
}

describe("createFunction", () => {
  it("[R1] makes the same function in both call shapes", () => {
    const client = createClient();
    const handler = (): number => 1;
    const three = client.createFunction({ id: "a", retries: 2 }, event, handler);
    const two = client.createFunction({ id: "b", retries: 2, triggers: event }, handler);
    expect({
      ...three.definition,
      id: "b",
      name: "b",
      openHooks: 0,
      checkEvent: 0,
      options: 0,
    }).toEqual({
      ...two.definition,
      optimizeParallelism: false,
      openHooks: 0,
      checkEvent: 0,
      options: 0,
    });
    expect(three.definition.triggers).toEqual([event]);
    expect(client.funcs).toEqual([three, two]);
    expect(three.id()).toBe("a");
    expect(three.id("shop")).toBe("shop-a");
    expect(three.absoluteId).toBe("shop-a");
  });

  it("lets races settle as authors of each shape know them, unless they say otherwise", () => {
    const client = createClient();
    const handler = (): void => {};
    const isOptimized = (options: object, owner = client): boolean[] => [
      owner.createFunction({ id: "three", ...options }, event, handler).definition
        .optimizeParallelism,
      owner.createFunction({ id: "two", ...options, triggers: event }, handler).definition
        .optimizeParallelism,
    ];
    const told = new Everstep({ id: "told", logger: recordLogger(), optimizeParallelism: true });
    expect(isOptimized({})).toEqual([false, true]);
    expect(isOptimized({ optimizeParallelism: true })).toEqual([true, true]);
    expect(isOptimized({}, told)).toEqual([true, true]);
    expect(isOptimized({ optimizeParallelism: false }, told)).toEqual([false, false]);
  });

  it("warns about a second function with the same id", () => {
    const logger = recordLogger();
    const client = new Everstep({ id: "shop", logger });
    client.createFunction({ id: "a" }, event, () => {});
    expect(logger.lines).toEqual([]);
    client.createFunction({ id: "a" }, event, () => {});
    expect(logger.lines).toEqual([expect.stringContaining('two functions with the id "a"')]);
  });

  it.each<[string, object, readonly string[]]>([
    ["a batch with a rate limit", { batchEvents: BATCH, rateLimit: LIMIT }, ['and "rateLimit"']],
    ["a batch with a key", { batchEvents: BATCH, idempotency: "event.id" }, ['and "idempotency"']],
    ["half a second", { throttle: { limit: 1, period: 500 } }, ['"throttle.period" 500']],
    ["nothing beside a batch", { batchEvents: BATCH, cancelOn: [] }, []],
    ["each apart", { rateLimit: LIMIT, idempotency: "event.id", throttle: LIMIT }, []],
  ])("warns about what our server refuses and official SDKs take: %s", (_, options, told) => {
    const logger = recordLogger();
    const client = new Everstep({ id: "shop", logger });
    client.createFunction({ id: "a", ...options }, event, () => {});
    expect(logger.lines).toEqual(told.map((text) => expect.stringContaining(text) as string));
  });

  it.each<[string, unknown, unknown, string]>([
    ["a missing id", {}, BAD, 'needs an "id"'],
    ["options that are no object", "a", BAD, 'got "a" as its options'],
    [
      "too many retries",
      { id: "a", retries: 21 },
      BAD,
      '"retries" 21: give a whole number from 0 to 20',
    ],
    [
      "three concurrency rules",
      { id: "a", concurrency: [1, 2, 3].map((limit) => ({ limit })) },
      BAD,
      "at most 2",
    ],
    [
      "a shared limit without key",
      { id: "a", concurrency: { limit: 1, scope: "env" } },
      BAD,
      'needs a "key"',
    ],
    [
      "six cancel rules",
      { id: "a", cancelOn: Array.from({ length: 6 }, () => BAD) },
      BAD,
      "at most 5",
    ],
    ["an unreadable duration", { id: "a", timeout: "5 parsecs" }, BAD, '"timeout" "5 parsecs"'],
    ["an empty duration", { id: "a", timeouts: { finish: "" } }, BAD, '"timeouts.finish" ""'],
    [
      "a period above a day",
      { id: "a", rateLimit: { limit: 1, period: "2d" } },
      BAD,
      "at most 24 hours",
    ],
    ["a missing period", { id: "a", throttle: { limit: 1 } }, BAD, '"throttle.period" undefined'],
    ["a batch of one", { id: "a", batchEvents: { maxSize: 1, timeout: "1s" } }, BAD, "at least 2"],
    [
      "a batch with debounce",
      { id: "a", batchEvents: { maxSize: 2, timeout: "1s" }, debounce: { period: "1s" } },
      BAD,
      'cannot be combined with "debounce"',
    ],
    [
      "eleven triggers",
      { id: "a" },
      Array.from({ length: 11 }, (_, n) => ({ event: `e${n}` })),
      "at most 10",
    ],
    ["the same trigger twice", { id: "a" }, [BAD, BAD], "same trigger twice"],
    ["a trigger without anything", { id: "a" }, {}, 'neither "event" nor "cron"'],
    [
      "a trigger with both",
      { id: "a" },
      { event: "x", cron: "* * * * *" },
      'both "event" and "cron"',
    ],
    ["a cron of six fields", { id: "a" }, { cron: "0 0 9 * * *" }, "give five fields"],
    ["a cron in words", { id: "a" }, { cron: "every day" }, "give five fields"],
    [
      "jitter above five minutes",
      { id: "a" },
      { cron: "0 9 * * *", jitter: "6m" },
      "from 1s to 5m",
    ],
  ])("refuses %s", (_, options, triggers, message) => {
    const create = createClient().createFunction.bind(createClient()) as (
      ...args: unknown[]
    ) => unknown;
    expect(() => create(options, triggers, () => {})).toThrow(message);
  });

  it("refuses a missing handler, in both shapes", () => {
    const client = createClient();
    const create = client.createFunction.bind(client) as (...args: unknown[]) => unknown;
    expect(() => create({ id: "a" }, event)).toThrow("has no handler");
    expect(() => create({ id: "a", triggers: event })).toThrow("has no handler");
  });

  it("warns about options that do not exist and about triggers that are texts", () => {
    const logger = recordLogger();
    const client = new Everstep({ id: "shop", logger });
    const create = client.createFunction.bind(client) as (...args: unknown[]) => {
      definition: unknown;
    };
    expect(create({ id: "a", retrys: 3 }, "shop/order.placed", () => {}).definition).toMatchObject({
      triggers: [{ event: "shop/order.placed" }],
    });
    expect(logger.lines).toEqual([
      expect.stringContaining('unknown option "retrys"'),
      expect.stringContaining('write { event: "shop/order.placed" }'),
    ]);
  });
});

describe("definition", () => {
  it("[R5] takes retries from `retry` and makes its delays", () => {
    const { definition } = createClient().createFunction(
      { id: "a", retry: { attempts: 5, delay: 5000, exponential: true, maxDelay: "1m" } },
      event,
      () => {},
    );
    expect(definition.retries).toBe(5);
    expect([0, 1, 2, 3, 4, 5].map((attempt) => definition.retryDelayMs?.(attempt))).toEqual([
      5_000, 10_000, 20_000, 40_000, 60_000, 60_000,
    ]);
  });

  it("[R5] lets `retries` win and tells of the contradiction", () => {
    const logger = recordLogger();
    const client = new Everstep({ id: "shop", logger });
    const { definition } = client.createFunction(
      { id: "a", retries: 1, retry: { attempts: 5 } },
      event,
      () => {},
    );
    expect(definition.retries).toBe(1);
    expect(definition.retryDelayMs).toBeUndefined();
    expect(logger.lines).toEqual([
      expect.stringContaining("retries 1 and retry.attempts 5: 1 is used"),
    ]);
  });

  it("[R6] gives the deadline in ms", () => {
    const { definition } = createClient().createFunction(
      { id: "a", timeout: "5m" },
      event,
      () => {},
    );
    expect(definition.timeoutMs).toBe(300_000);
  });

  it("has checkpointing on unless the function or the client says otherwise", () => {
    const on = createClient().createFunction({ id: "a" }, event, () => {});
    expect(on.definition.checkpointing).toEqual({
      bufferedSteps: 1,
      maxIntervalMs: 0,
      maxRuntimeMs: 10_000,
    });
    const client = new Everstep({ id: "shop", checkpointing: false });
    expect(
      client.createFunction({ id: "a" }, event, () => {}).definition.checkpointing,
    ).toBeUndefined();
    const own = client.createFunction(
      { id: "b", checkpointing: { bufferedSteps: 3, maxRuntime: "5s", maxInterval: 200 } },
      event,
      () => {},
    );
    expect(own.definition.checkpointing).toEqual({
      bufferedSteps: 3,
      maxIntervalMs: 200,
      maxRuntimeMs: 5_000,
    });
  });

  it("[R17] checks starting events against the schemas of the triggers", async () => {
    const placed = eventType("shop/placed", {
      schema: z.object({ orderId: z.string(), at: z.date() }),
    });
    const { definition } = createClient().createFunction(
      { id: "a", triggers: [placed, invoke(z.object({ n: z.number() }).strict())] },
      () => {},
    );
    const check = definition.checkEvent ?? (() => Promise.reject(new Error("none")));
    expect(
      await check({ name: "shop/placed", data: { orderId: "o", at: "2026-01-02T03:04:05.000Z" } }),
    ).toEqual({
      name: "shop/placed",
      data: { orderId: "o", at: new Date("2026-01-02T03:04:05.000Z") },
    });
    await expect(check({ name: "shop/placed", data: { orderId: 1 } })).rejects.toMatchObject({
      name: "EventValidationError",
      message: expect.stringContaining("data.orderId:"),
    });
    const invocation = {
      name: "inngest/function.invoked",
      data: { n: 1, _inngest: { fn_id: "x" } },
    };
    expect(await check(invocation)).toEqual(invocation);
    await expect(check({ name: "inngest/function.invoked", data: { n: "1" } })).rejects.toThrow(
      "data.n:",
    );
  });
});

describe("handler", () => {
  it("[R8] fills in what a unit test leaves out", async () => {
    const client = createClient();
    const fn = client.createFunction({ id: "a" }, event, (context) => context);
    const context = await fn.handler({
      event: { name: "shop/order.placed", data: { orderId: "o" } },
    });
    expect(context).toMatchObject({ attempt: 0, logger: client.logger, runId: expect.any(String) });
    expect(context.event).toMatchObject({
      id: expect.any(String),
      name: "shop/order.placed",
      data: { orderId: "o" },
      ts: expect.any(Number),
    });
    expect(context.events).toEqual([context.event]);
  });

  it("[R8] gives what the handler returns, with the step tools of the test", async () => {
    const fn = createClient().createFunction(
      { id: "a" },
      event,
      async ({ event: { data }, step }) => {
        const sum = await step.run("add", () => (data.amount as number) + 1);
        return { sum };
      },
    );
    const call = { event: { data: { amount: 1 } }, step: mockStep() };
    await expect(fn.handler(call)).resolves.toEqual({ sum: 2 });
  });

  it("[R8] says how to get step tools when the test gave none", async () => {
    const fn = createClient().createFunction({ id: "a" }, event, ({ step }) =>
      step.sleep("s", "1s"),
    );
    await expect(fn.handler({})).rejects.toThrow("pass { step: mockStep() }");
  });

  it("keeps members that the test adds", async () => {
    const handler = vi.fn();
    const fn = createClient().createFunction({ id: "a" }, event, handler);
    await fn.handler({ db: 1, runId: "r", attempt: 2 });
    expect(handler).toHaveBeenCalledWith(
      expect.objectContaining({ db: 1, runId: "r", attempt: 2 }),
    );
  });
});
