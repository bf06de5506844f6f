// An app of the official SDK's version 3 as its documents teach it: the compiler checks it against that SDK, and
// compile.test.ts against ours under the same name. Compiled only, never run. Not here: what ours forbids on purpose.
import express from "express";
import {
  EventSchemas,
  Inngest,
  InngestMiddleware,
  NonRetriableError,
  RetryAfterError,
  StepError,
  dependencyInjectionMiddleware,
  headerKeys,
  internalEvents,
  isInngest,
  isInngestFunction,
  openai,
  queryKeys,
  referenceFunction,
  serializeError,
  slugify,
  version,
} from "inngest3";
import type {
  ClientOptions,
  Context,
  EventNameFromTrigger,
  EventPayload,
  FailureEventArgs,
  FailureEventPayload,
  GetEvents,
  GetFunctionInput,
  GetFunctionOutput,
  GetStepTools,
  Handler,
  InngestFunction,
  Logger,
  LogLevel,
  MiddlewareOptions,
  RegisterOptions,
  ServeHandlerOptions,
  StepOptions,
  StepOptionsOrId,
  TimeStr,
} from "inngest3";
import { serve as serveCloudflare } from "inngest3/cloudflare";
import { serve as serveExpress } from "inngest3/express";
import { serve as serveFetch } from "inngest3/edge";
import { serve as serveHono } from "inngest3/hono";
import { serve as serveLambda } from "inngest3/lambda";
import { serve as serveNext } from "inngest3/next";
import { createServer } from "inngest3/node";
import { expectTypeOf } from "vitest";
import { z } from "zod";

// Events by type, by union and by schema.
type Events = {
  "app/user.created": { data: { userId: string; plan: "free" | "pro" }; user: { email: string } };
  "app/user.deleted": { data: { userId: string } };
};
type Invoice = { name: "billing/invoice.paid"; data: { invoiceId: string; cents: number } };

const schemas = new EventSchemas()
  .fromRecord<Events>()
  .fromUnion<Invoice>()
  .fromZod({ "shop/placed": { data: z.object({ orderId: z.string() }) } })
  .fromSchema({ "shop/shipped": z.object({ parcel: z.number() }) });

const logger: Logger = console;
const level: LogLevel = "debug";

// Middleware that adds to the handler's argument, and the ready-made one.
const withDatabase = new InngestMiddleware({
  name: "database",
  init({ client, fn }) {
    logger.debug(client.id, fn?.name);
    return {
      onFunctionRun({ ctx, steps }) {
        logger.debug(ctx.runId, steps.length);
        return {
          transformInput({ ctx: input }) {
            return { ctx: { db: { find: (id: string) => ({ id, at: input.runId }) } } };
          },
          beforeMemoization() {},
          afterExecution() {},
          transformOutput({ result, step }) {
            return { result: { data: step === undefined ? result.data : result.data } };
          },
        };
      },
      onSendEvent() {
        return {
          transformInput({ payloads }) {
            return { payloads: payloads.map((payload) => ({ ...payload, ts: 1 })) };
          },
        };
      },
    };
  },
});

const options = {
  id: "shop",
  schemas,
  logger,
  eventKey: "key",
  isDev: true,
  env: "branch",
  appVersion: "1",
  middleware: [
    withDatabase,
    dependencyInjectionMiddleware({ mailer: { send: (_to: string) => 1 } }),
  ],
} satisfies ClientOptions;
export const inngest = new Inngest(options);

// Functions with a trigger of their own, several triggers, a cron, and every flow-control option.
export const created = inngest.createFunction(
  {
    id: "user-created",
    name: "User created",
    retries: 3,
    concurrency: { limit: 5, key: "event.data.userId", scope: "fn" },
    throttle: { limit: 10, period: "1m", burst: 2 },
    rateLimit: { limit: 1, period: "5m", key: "event.data.userId" },
    priority: { run: "event.data.plan == 'pro' ? 120 : 0" },
    cancelOn: [{ event: "app/user.deleted", match: "data.userId", timeout: "1d" }],
    timeouts: { start: "1h", finish: "2h" },
    idempotency: "event.data.userId",
    onFailure: async ({ error, event, step }) => {
      expectTypeOf(event.data.run_id).toEqualTypeOf<string>();
      await step.run("report", () => [error.message, event.data.event.name]);
    },
  },
  { event: "app/user.created", if: "event.data.plan == 'pro'" },
  async ({ event, events, step, runId, attempt, logger: log, db, mailer }) => {
    expectTypeOf(event.data.plan).toEqualTypeOf<"free" | "pro">();
    // @ts-expect-error -- the event has no such field
    void event.data.userID;
    log.info("created", events[0].data.userId, runId, attempt);
    mailer.send(db.find(event.data.userId).id);

    const row = await step.run("load", async () => ({ id: event.data.userId, at: new Date() }));
    expectTypeOf(row).toEqualTypeOf<{ id: string; at: string }>();
    const nothing = await step.run("nothing", () => {});
    expectTypeOf(nothing).toEqualTypeOf<null>();
    const added = await step.run("add", (a: number, b: number) => a + b, 1, 2);
    expectTypeOf(added).toEqualTypeOf<number>();
    await step.sleep("a while", "1h");
    await step.sleep("a while in ms", 1_000);
    await step.sleepUntil("then", new Date());
    await step.sleepUntil("later", "2030-01-01T00:00:00Z");

    const gone = await step.waitForEvent("gone", {
      event: "app/user.deleted",
      timeout: "7d",
      if: "async.data.userId == event.data.userId",
    });
    expectTypeOf(gone).not.toEqualTypeOf<null>();
    if (gone !== null) expectTypeOf(gone.data.userId).toEqualTypeOf<string>();

    const sent = await step.sendEvent("tell", [
      { name: "billing/invoice.paid", data: { invoiceId: "1", cents: 2 } },
      { name: "shop/shipped", data: { parcel: 1 }, id: "once", ts: 1 },
    ]);
    expectTypeOf(sent.ids).toEqualTypeOf<string[]>();

    const doubled = await step.invoke("double", {
      function: double,
      data: { orderId: "2" },
      timeout: "1h",
    });
    expectTypeOf(doubled).toEqualTypeOf<{ n: number }>();
    const other = referenceFunction<typeof double>({ functionId: "double", appId: "math" });
    await step.invoke("other", { function: other, data: { orderId: "2" } });

    const signal = await step.waitForSignal<{ ok: boolean }>("signal", {
      signal: "s",
      timeout: "1h",
      onConflict: "replace",
    });
    if (signal !== null) expectTypeOf(signal.data.ok).toEqualTypeOf<boolean>();
    await step.sendSignal("send signal", { signal: "s", data: { ok: true } });

    const response = await step.fetch("https://example.com", { method: "POST" });
    void response.status;
    const answer = await step.ai.infer("ask", {
      model: step.ai.models.openai({ model: "gpt-4o" }),
      body: { messages: [{ role: "user", content: "?" }] },
    });
    void answer.choices[0]?.message.content;
    await step.ai.wrap("wrapped", async (text: string) => text.length, "?");
    return { done: true as const };
  },
);

const double = inngest.createFunction(
  { id: "double" },
  [{ event: "shop/placed" }, { cron: "TZ=Europe/Berlin 0 9 * * *" }],
  ({ event }) => {
    if (event.name === "shop/placed") expectTypeOf(event.data.orderId).toEqualTypeOf<string>();
    if (Math.random() > 2) throw new NonRetriableError("no", { cause: new Error("why") });
    if (Math.random() > 2) throw new RetryAfterError("slow", "1m");
    return { n: 1 };
  },
);

export const batched = inngest.createFunction(
  { id: "batched", batchEvents: { maxSize: 10, timeout: "5s", key: "event.data.orderId" } },
  { event: "shop/placed" },
  ({ events }) => events.map((event) => event.data.orderId),
);
export const debounced = inngest.createFunction(
  { id: "debounced", debounce: { period: "1m", key: "event.data.orderId", timeout: "5m" } },
  { event: "shop/placed" },
  () => {},
);
export const single = inngest.createFunction(
  {
    id: "single",
    singleton: { mode: "skip" },
    concurrency: [{ limit: 1 }, { limit: 2, scope: "account", key: '"all"' }],
  },
  { event: "shop/placed" },
  async ({ step }) => {
    try {
      await step.run("fails", () => Promise.reject(new TypeError("no")));
    } catch (error) {
      if (error instanceof StepError) return error.message;
    }
    return null;
  },
);
export const onAnyFailure = inngest.createFunction(
  { id: "any-failure" },
  { event: "inngest/function.failed" },
  ({ event }) => [event.data.function_id, event.data.error.message, event.data.run_id],
);

// Types that helpers are written with.
type Created = GetEvents<typeof inngest>["app/user.created"];
expectTypeOf<Created["data"]["userId"]>().toEqualTypeOf<string>();
expectTypeOf<GetFunctionOutput<typeof double>>().toEqualTypeOf<{ n: number }>();
export async function remind(
  step: GetStepTools<typeof inngest>,
  { event }: GetFunctionInput<typeof inngest, "app/user.created">,
): Promise<void> {
  await step.run("remind", () => event.data.userId);
}
export type Names = EventNameFromTrigger<GetEvents<typeof inngest>, { event: "app/user.created" }>;
export type SomeTypes = [
  Context,
  EventPayload,
  FailureEventArgs,
  FailureEventPayload,
  Handler.Any,
  InngestFunction.Any,
  MiddlewareOptions,
  RegisterOptions,
  ServeHandlerOptions,
  StepOptions,
  StepOptionsOrId,
  TimeStr,
];

// Sending outside of functions.
export async function tell(): Promise<string[]> {
  await inngest.send({ name: "app/user.deleted", data: { userId: "1" } });
  // @ts-expect-error -- a field is missing
  await inngest.send({ name: "app/user.deleted", data: {} });
  inngest.setEventKey("other");
  const { ids } = await inngest.send(
    [
      { name: "app/user.created", data: { userId: "1", plan: "free" }, user: { email: "a@b.c" } },
      { name: "shop/placed", data: { orderId: "1" } },
    ],
    { env: "branch" },
  );
  return ids;
}

// A client without schemas takes any event.
const loose = new Inngest({ id: "loose" });
export const untyped = loose.createFunction({ id: "any" }, { event: "a" }, async ({ event }) => {
  await loose.send({ name: "b", data: { any: event.data.thing } });
});

// Serving.
const functions = [created, double, batched, debounced, single, onAnyFailure, untyped];
export const { GET, POST, PUT } = serveNext({ client: inngest, functions, streaming: "allow" });
express().use(
  "/api/inngest",
  serveExpress({ client: inngest, functions, signingKey: "signkey-test-00", servePath: "/x" }),
);
export const handlers = [
  serveFetch({ client: inngest, functions, serveHost: "https://example.com" }),
  serveHono({ client: inngest, functions }),
  serveCloudflare({ client: inngest, functions }),
  serveLambda({ client: inngest, functions, logLevel: level }),
  createServer({ client: inngest, functions }),
];
export const facts = [
  isInngest(inngest) && isInngestFunction(created),
  slugify("A b"),
  serializeError(new Error("x")).message,
  openai({ model: "gpt-4o" }).url,
  version,
  headerKeys.Signature,
  queryKeys.FnId,
  internalEvents.FunctionFailed,
];
