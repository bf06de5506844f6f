// What an app exports, with no types of its own: the compiler has to name every inferred type in the declarations that it emits (as
// workspaces and libraries do), through the package's entries alone. It is compiled against the packed types. Nothing runs.
import {
  ConsoleLogger,
  cron,
  dependencyInjectionMiddleware,
  EventSchemas,
  eventType,
  Everstep,
  experiment,
  group,
  InngestMiddleware,
  invoke,
  Middleware,
  mockStep,
  models,
  openai,
  realtime,
  referenceFunction,
  staticSchema,
  step,
  wrapLogger,
} from "everstep";
import { serve as serveAstro } from "everstep/astro";
import { serve as serveBun } from "everstep/bun";
import { serve as serveCloudflare } from "everstep/cloudflare";
import { encryptionMiddleware } from "everstep/encryption";
import { serve as serveExpress } from "everstep/express";
import { getAsyncCtx } from "everstep/experimental";
import everstepFastify from "everstep/fastify";
import { serve as serveH3 } from "everstep/h3";
import { serve as serveHono } from "everstep/hono";
import { serve as serveKoa } from "everstep/koa";
import { serve as serveLambda } from "everstep/lambda";
import { serve as serveNext } from "everstep/next";
import { serve as serveNitro } from "everstep/nitro";
import { createServer, serve as serveNode } from "everstep/node";
import { serve as serveNuxt } from "everstep/nuxt";
import { serve as serveRedwood } from "everstep/redwood";
import { serve as serveRemix } from "everstep/remix";
import { serve as serveSvelteKit } from "everstep/sveltekit";
import { validationMiddleware } from "everstep/validation";

export const schemas = new EventSchemas().fromRecord<{ a: { data: { x: number } } }>();
export const injected = dependencyInjectionMiddleware({ db: { find: () => 1 } });
export const timing = new InngestMiddleware({
  name: "timing",
  init: () => ({
    onFunctionRun: ({ ctx }) => ({
      transformInput: ({ steps }) => ({ ctx: { stepCount: steps.length, run: ctx.runId } }),
      transformOutput: ({ result, step: found }) => ({ result: { data: [result, found] } }),
      finished: ({ result }) => void result,
    }),
    onSendEvent: () => ({
      transformInput: ({ payloads }) => ({ payloads }),
      transformOutput: ({ result }) => ({ result }),
    }),
  }),
});
export class Audit extends Middleware.BaseMiddleware {
  readonly id = "audit";
  override transformFunctionInput(args: Middleware.TransformFunctionInputArgs) {
    return { ...args, ctx: { ...args.ctx, audited: true } };
  }
  override wrapStep({ next }: Middleware.WrapStepArgs) {
    return next();
  }
}
export const client = new Everstep({
  id: "exporting",
  schemas,
  middleware: [injected, timing, encryptionMiddleware({ key: "k" }), validationMiddleware(), Audit],
  logger: new ConsoleLogger(),
});

export const paid = eventType("shop/paid", { schema: staticSchema<{ cents: number }>() });
export const created = paid.create({ cents: 1 });
export const echo = client.createFunction(
  { id: "echo", triggers: [paid, cron("0 9 * * *"), invoke(staticSchema<{ n: 1 }>())] },
  async (context) => context,
);
export const elsewhere = referenceFunction<typeof echo>({ functionId: "echo" });
export const everything = client.createFunction(
  { id: "everything" },
  { event: "a" },
  async ({ event, step: tools, group: groups, logger, db, stepCount }) => ({
    event,
    tools,
    groups,
    logger,
    found: db.find() + stepCount,
    at: await tools.run("now", () => ({ at: new Date() })),
    next: await tools.waitForEvent("next", { event: "a", timeout: "1h" }),
    sent: await tools.sendEvent("tell", { name: "a", data: { x: 1 } }),
    answer: await tools.ai.infer("ask", { model: openai({ model: "m" }), body: {} }),
  }),
);

export const orders = realtime.channel({
  name: (id: string) => `order:${id}`,
  topics: { status: { schema: staticSchema<{ text: string }>() }, raw: {} },
});
export const one = orders("1");
export const publish = () => client.realtime.publish(one.status, { text: "done" });
export const token = () => client.realtime.token({ channel: one, topics: ["status"] });
export const tools = { group, models, step };
export const ask = () => step.ai.infer("ask", { model: openai({ model: "m" }), body: {} });
export const send = () => client.send({ name: "a", data: { x: 1 } });
export const others = [experiment.weighted({ a: 1 }), mockStep(), wrapLogger(console)];
export const parts = {
  definition: everything.definition,
  options: everything.opts,
  config: everything.getConfig({ baseUrl: new URL("https://a.test"), appPrefix: "a" }),
  functions: client.funcs,
  realtime: client.realtime,
  values: schemas.values,
  sending: client.send,
  context: getAsyncCtx,
};

const app = { client, functions: [everything] };
export const astro = serveAstro(app);
export const bun = serveBun(app);
export const cloudflare = serveCloudflare(app);
export const express = serveExpress(app);
export const fastify = everstepFastify;
export const h3 = serveH3(app);
export const hono = serveHono(app);
export const koa = serveKoa(app);
export const lambda = serveLambda(app);
export const next = serveNext(app);
export const { GET, POST, PUT } = next;
export const nitro = serveNitro(app);
export const node = serveNode(app);
export const nuxt = serveNuxt(app);
export const redwood = serveRedwood(app);
export const remix = serveRemix(app);
export const server = createServer(app);
export const svelteKit = serveSvelteKit(app);
