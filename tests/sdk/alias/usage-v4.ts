// An app of the official SDK's version 4 as its documents teach it: the compiler checks it against that SDK, and
// compile.test.ts against ours under the same name. Compiled only, never run. Not here: what ours forbids on purpose.
import express from "express";
import {
  ConsoleLogger,
  EventType,
  Inngest,
  Middleware,
  NonRetriableError,
  RetryAfterError,
  StepError,
  anthropic,
  cron,
  dependencyInjectionMiddleware,
  durationToMs,
  eventType,
  experiment,
  group as ambientGroup,
  invoke,
  realtime,
  referenceFunction,
  staticSchema,
  step as ambientStep,
} from "inngest4";
import type {
  Context,
  DurationInput,
  EventPayload,
  GetFunctionInput,
  GetFunctionOutput,
  GetFunctionOutputRaw,
  GetStepTools,
  Handler,
  InngestFunction,
  Logger,
  MaybePromise,
  SendSignalResponse,
  StandardSchemaV1,
  StepFetch,
} from "inngest4";
import { serve as serveAstro } from "inngest4/astro";
import { serve as serveBun } from "inngest4/bun";
import { serve as serveExpress } from "inngest4/express";
import { serve as serveNext } from "inngest4/next";
import { serve as serveNode } from "inngest4/node";
import { serve as serveRemix } from "inngest4/remix";
import { serve as serveSvelteKit } from "inngest4/sveltekit";
import { expectTypeOf } from "vitest";
import { z } from "zod";

const placed = eventType("shop/placed", { schema: z.object({ orderId: z.string() }) });
const paid = eventType("shop/paid", { schema: staticSchema<{ cents: number }>(), version: "2" });
const bare = eventType("shop/bare");
const logger: Logger = new ConsoleLogger({ level: "warn" });

class Database extends Middleware.BaseMiddleware {
  readonly id = "database";
  override transformFunctionInput(args: Middleware.TransformFunctionInputArgs) {
    return { ...args, ctx: { ...args.ctx, db: { find: (id: string) => ({ id }) } } };
  }
  override async wrapFunctionHandler({ next }: Middleware.WrapFunctionHandlerArgs) {
    return await next();
  }
  override onRunError({ error, isFinalAttempt }: Middleware.OnRunErrorArgs) {
    logger.error({ error, isFinalAttempt });
  }
  override async wrapStep({ next, stepInfo }: Middleware.WrapStepArgs) {
    logger.debug(stepInfo.stepType);
    return await next();
  }
  override transformSendEvent(args: Middleware.TransformSendEventArgs) {
    return { ...args, events: args.events.map((event) => ({ ...event, ts: 1 })) };
  }
}

export const inngest = new Inngest({
  id: "shop",
  isDev: true,
  logger,
  signingKey: "signkey-test-00",
  signingKeyFallback: "signkey-test-01",
  checkpointing: { maxRuntime: "10s", bufferedSteps: 2 },
  middleware: [Database, dependencyInjectionMiddleware({ mailer: { send: (_to: string) => 1 } })],
});

const orders = realtime.channel({
  name: (id: string) => `order:${id}`,
  topics: { status: { schema: z.object({ text: z.string() }) } },
});

export const place = inngest.createFunction(
  {
    id: "place",
    triggers: [placed, { event: "shop/placed.*", if: "event.data.big" }, cron("0 9 * * *")],
    retries: 2,
    concurrency: 3,
    onFailure: async ({ error, event }) => {
      logger.error(error.message, event.data.run_id);
    },
  },
  async ({ event, step, group, runId, attempt, maxAttempts, db, mailer }) => {
    logger.info(event.name, runId, attempt, maxAttempts);
    mailer.send(db.find("a").id);
    const row = await step.run({ id: "load", name: "Load it" }, () => ({ at: new Date(), n: 1 }));
    expectTypeOf(row).toEqualTypeOf<{ at: string; n: number }>();
    await step.sleep("a while", "90s");
    await step.sleepUntil("then", new Date());
    const payment = await step.waitForEvent("payment", {
      event: paid,
      timeout: "1d",
      if: "async.data.cents > 0",
    });
    if (payment !== null) expectTypeOf(payment.data.cents).toEqualTypeOf<number>();
    await step.sendEvent("tell", [
      paid.create({ cents: 1 }),
      { name: "any/thing", data: { a: 1 } },
    ]);
    const result = await step.invoke("double", { function: double, data: { n: 1 } });
    expectTypeOf(result).toEqualTypeOf<{ n: number }>();
    await step.invoke("elsewhere", {
      function: referenceFunction({ functionId: "f", appId: "a", schemas: { data: z.object({}) } }),
      data: {},
    });
    const winner = await group.parallel(() =>
      Promise.race([step.run("a", () => 1), step.run("b", () => 2)]),
    );
    expectTypeOf(winner).toEqualTypeOf<number>();
    const chosen = await group.experiment("colour", {
      variants: { red: () => step.run("red", () => "r"), blue: () => step.run("blue", () => "b") },
      select: experiment.weighted({ red: 1, blue: 2 }),
    });
    void [chosen.result, chosen.variant];
    await step.realtime.publish("told", orders("1").status, { text: "done" });
    const signalled: SendSignalResponse = await step.sendSignal("signal", { signal: "s" });
    void signalled.runId;
    await step.ai.infer("ask", {
      model: anthropic({ model: "claude-3-5-haiku-latest", defaultParameters: { max_tokens: 9 } }),
      body: { messages: [{ role: "user", content: "?" }] },
    });
    return { placed: true };
  },
);

const double = inngest.createFunction(
  { id: "double", triggers: [invoke(z.object({ n: z.number() }))] },
  ({ event }) => {
    if (event.data.n > 9) throw new NonRetriableError("no");
    if (event.data.n > 8) throw new RetryAfterError("slow", 1_000);
    return { n: event.data.n * 2 };
  },
);

export const typed = inngest.createFunction(
  { id: "typed", triggers: placed },
  async ({ event, step }) => {
    expectTypeOf(event.data.orderId).toEqualTypeOf<string>();
    // @ts-expect-error -- the event has no such field
    void event.data.orderID;
    try {
      await step.run("fails", () => Promise.reject(new TypeError("no")));
    } catch (error) {
      if (error instanceof StepError) return error.stepId;
    }
    return null;
  },
);
export const unTriggered = inngest.createFunction({ id: "invoked-only" }, () => "x");

// Step tools without the handler's argument.
export async function helper(): Promise<number> {
  await ambientGroup.parallel(async () => await ambientStep.run("inside", () => 1));
  return await ambientStep.run("load", () => 1);
}
export async function remind(
  step: GetStepTools<typeof inngest>,
  { event }: GetFunctionInput<typeof inngest>,
): Promise<void> {
  await step.run("remind", () => event.name);
}
expectTypeOf<GetFunctionOutput<typeof double>>().toEqualTypeOf<{ n: number }>();
expectTypeOf<GetFunctionOutputRaw<typeof unTriggered>>().toEqualTypeOf<string>();
export type SomeTypes = [
  Context,
  EventPayload,
  Handler.Any,
  InngestFunction.Any,
  MaybePromise<number>,
  StandardSchemaV1,
  StepFetch,
];

export async function tell(): Promise<string[]> {
  await inngest.send(placed.create({ orderId: "1" }, { id: "once", ts: 1 }));
  // @ts-expect-error -- the schema wants a text
  await inngest.send(placed.create({ orderId: 1 }));
  await inngest.send(bare.create());
  await inngest.sendSignal({ signal: "s", data: 1 });
  await inngest.realtime.publish(orders("1").status, { text: "sent" });
  const { ids } = await inngest.send([
    { name: "any/thing", data: {}, meta: { sessions: { a: 1 } } },
  ]);
  return ids;
}
const lasts: DurationInput = "1h30m";
export const facts = [durationToMs(lasts), placed instanceof EventType, placed.name];

const functions = [place, double, typed, unTriggered];
export const { GET, POST, PUT } = serveNext({ client: inngest, functions, streaming: true });
express().use("/api/inngest", serveExpress({ client: inngest, functions }));
export const handlers = [
  serveAstro({ client: inngest, functions, serveOrigin: "https://example.com" }),
  serveBun({ client: inngest, functions, servePath: "/x" }),
  serveNode({ client: inngest, functions, enableUnauthedSync: false }),
  serveRemix({ client: inngest, functions }),
  serveSvelteKit({ client: inngest, functions }),
];
