// Middleware classes (the v4 form) in calls and sends of a real client.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { remembered } from "../execution/test-call.ts";
import { eventType } from "../schemas/event-type.ts";
import { stepHash } from "../wire/step-hash.ts";
import * as Middleware from "./base-middleware.ts";
import { InngestMiddleware } from "./inngest-middleware.ts";
import { callFunction, testApp } from "./test-app.ts";

/** A class whose wrappers and watchers note their moments. */
function noting(name: string, moments: string[]): Middleware.Class {
  const around = async (moment: string, next: () => Promise<unknown>): Promise<unknown> => {
    moments.push(`${name} ${moment}`);
    const result = await next();
    moments.push(`${name} ${moment} done`);
    return result;
  };
  return class Noting extends Middleware.BaseMiddleware {
    readonly id = name;
    override wrapFunctionHandler({ next }: Middleware.NextArgs): Promise<unknown> {
      return around("handler", next);
    }
    override wrapStep({ next, stepInfo }: Middleware.WrapStepArgs): Promise<unknown> {
      return around(`step ${stepInfo.options.id} ${stepInfo.memoized}`, next);
    }
    override wrapStepHandler({ next }: Middleware.WrapStepHandlerArgs): Promise<unknown> {
      return around("attempt", next);
    }
    override onMemoizationEnd(): void {
      moments.push(`${name} memoization end`);
    }
    override onRunStart(): void {
      moments.push(`${name} run start`);
    }
    override onRunComplete({ output }: Middleware.OutputArgs): void {
      moments.push(`${name} run complete ${JSON.stringify(output)}`);
    }
    override onRunError({ error, isFinalAttempt }: Middleware.ErrorArgs): void {
      moments.push(`${name} run error ${error.message} ${isFinalAttempt}`);
    }
    override onStepStart(): void {
      moments.push(`${name} step start`);
    }
    override onStepComplete({ output }: Middleware.OutputArgs): void {
      moments.push(`${name} step complete ${JSON.stringify(output)}`);
    }
    override onStepError({ error, isFinalAttempt }: Middleware.ErrorArgs): void {
      moments.push(`${name} step error ${error.message} ${isFinalAttempt}`);
    }
  };
}

describe("middleware classes", () => {
  it("wrap like an onion, and watch new work only", async () => {
    const moments: string[] = [];
    const { client } = testApp({ middleware: [noting("a", moments)] });
    const options = { id: "fn", middleware: [noting("b", moments)] };
    const fn = client.createFunction(options, { event: "x" }, async ({ step }) =>
      step.run("one", () => 1),
    );
    await callFunction(fn);
    expect(moments.splice(0)).toEqual([
      "a run start",
      "b run start",
      "b memoization end",
      "a memoization end",
      "a handler",
      "b handler",
      "a step one false",
      "b step one false",
      "a step start",
      "a attempt",
      "b step start",
      "b attempt",
      "b attempt done",
      "a attempt done",
      "b step complete 1",
      "a step complete 1",
    ]);
    await callFunction(fn, remembered({ one: { data: 1 } }));
    expect(moments.filter((moment) => moment.startsWith("b "))).toEqual([
      "b handler",
      "b step one true",
      "b memoization end",
      "b step one true done",
      "b handler done",
      "b run complete 1",
    ]);
  });

  it("are told of errors, and whether an attempt follows", async () => {
    const moments: string[] = [];
    const { client } = testApp({ middleware: [noting("a", moments)] });
    const failing = client.createFunction({ id: "s" }, { event: "x" }, ({ step }) =>
      step.run("one", () => {
        throw new Error("oh");
      }),
    );
    await callFunction(failing, { attempt: 0, maxAttempts: 2 });
    await callFunction(failing, { attempt: 1, maxAttempts: 2 });
    const thrower = client.createFunction({ id: "f" }, { event: "x" }, () => {
      throw new Error("ah");
    });
    await callFunction(thrower, { attempt: 0, maxAttempts: 2 });
    expect(moments.filter((moment) => moment.includes("error"))).toEqual([
      "a step error oh false",
      "a step error oh true",
      "a run error ah false",
    ]);
  });

  it("that fail while watching change nothing", async () => {
    class Broken extends Middleware.BaseMiddleware {
      readonly id = "broken";
      override onRunStart(): never {
        throw new Error("broken");
      }
    }
    const { client } = testApp({ middleware: [Broken] });
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, () => 1);
    expect(await callFunction(fn)).toMatchObject({ status: 200, body: 1 });
  });

  it("add to the context and change remembered steps, with an instance for each call", async () => {
    let count = 0;
    class Tenant extends Middleware.BaseMiddleware {
      readonly id = "tenant";
      readonly number = (count += 1);
      override transformFunctionInput({
        ctx,
        steps,
        ...rest
      }: Middleware.TransformFunctionInputArgs): Middleware.TransformFunctionInputArgs & {
        ctx: Middleware.RunContext & { tenant: string };
      } {
        const changed = Object.entries(steps).map(([id, step]) => [
          id,
          step.type === "data" ? { ...step, data: step.data * 2 } : step,
        ]);
        return {
          ...rest,
          ctx: { ...ctx, tenant: `t${this.number}` },
          steps: Object.fromEntries(changed) as Middleware.StoredSteps,
        };
      }
    }
    const { client } = testApp({ middleware: [Tenant] });
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, async ({ step, tenant }) => [
      tenant,
      await step.run("one", () => 0),
    ]);
    const state = remembered({ one: { data: 4 } });
    expect((await callFunction(fn, state)).body).toEqual(["t1", 8]);
    expect((await callFunction(fn, state)).body).toEqual(["t2", 8]);
  });

  it("change arguments, ids and names of steps, one after the other", async () => {
    class More extends Middleware.BaseMiddleware {
      readonly id = "more";
      override transformStepInput(args: Middleware.TransformStepInputArgs) {
        args.stepOptions.id = `eu/${args.stepOptions.id}`;
        args.stepOptions.name = `${args.stepOptions.name}!`;
        return { ...args, input: [...args.input, args.stepInfo.memoized] };
      }
    }
    const { client } = testApp({ middleware: [More, More] });
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, async ({ step }) => [
      await step.run("one", (...given: unknown[]) => given, 1),
      await step.run("two", () => 2),
    ]);
    const first = await callFunction(fn);
    expect(first.body).toMatchObject([
      {
        id: stepHash("eu/eu/one"),
        displayName: "one!!",
        userland: { id: "eu/eu/one" },
        data: [1, false, false],
      },
    ]);
    const state = remembered({ "eu/eu/one": { data: "kept" }, "eu/eu/two": { data: 2 } });
    expect((await callFunction(fn, state)).body).toEqual(["kept", 2]);
  });

  it("may turn a value on its way to the store and back, in nested steps too", async () => {
    class Boxed extends Middleware.BaseMiddleware {
      readonly id = "boxed";
      override async wrapStepHandler({ next }: Middleware.NextArgs): Promise<unknown> {
        return { box: await next() };
      }
      override async wrapStep({ next }: Middleware.NextArgs): Promise<unknown> {
        return ((await next()) as { box: unknown }).box;
      }
    }
    const { client } = testApp({ middleware: [Boxed] });
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, async ({ step }) =>
      step.run("outer", async () => (await step.run("inner", () => 1)) + 1),
    );
    const ops = (await callFunction(fn)).body as { data: unknown }[];
    expect(ops.map((op) => op.data)).toEqual([{ box: 1 }, { box: 2 }]);
    const last = await callFunction(fn, remembered({ outer: { data: { box: 2 } } }));
    expect(last.body).toBe(2);
  });

  it("may call steps in their wrappers, which do not wrap those again", async () => {
    class Before extends Middleware.BaseMiddleware {
      readonly id = "before";
      override async wrapStep({ ctx, next, stepInfo }: Middleware.WrapStepArgs): Promise<unknown> {
        await ctx.step.run(`before ${stepInfo.options.id}`, () => "prepared");
        return next();
      }
    }
    const { client } = testApp({ middleware: [Before] });
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, async ({ step }) =>
      step.run("one", () => 1),
    );
    const first = await callFunction(fn);
    expect(first.body[0]).toMatchObject({ displayName: "before one", data: "prepared" });
    const second = await callFunction(fn, remembered({ "before one": { data: "prepared" } }));
    expect(second.body[0]).toMatchObject({ displayName: "one", data: 1 });
  });

  it("may add step tools", async () => {
    class Tools extends Middleware.BaseMiddleware {
      readonly id = "tools";
      override transformFunctionInput(arg: Middleware.TransformFunctionInputArgs) {
        const { step } = arg.ctx;
        const audit = (text: string): Promise<string> => step.run("audit", () => `audit ${text}`);
        return { ...arg, ctx: { ...arg.ctx, step: { ...step, audit } } };
      }
    }
    const { client } = testApp({ middleware: [Tools] });
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, ({ step }) => step.audit("a"));
    expect((await callFunction(fn)).body[0]).toMatchObject({
      id: stepHash("audit"),
      data: "audit a",
    });
  });

  it("change and wrap sends, and are registered once for each owner", async () => {
    const registered: unknown[] = [];
    class Stamp extends Middleware.BaseMiddleware {
      readonly id = "stamp";
      static override onRegister({ fn }: Middleware.OnRegisterArgs): void {
        registered.push(fn?.id() ?? null);
      }
      override transformSendEvent({ events, fn }: Middleware.TransformSendEventArgs) {
        const by = fn?.id() ?? "client";
        return { fn, events: events.map((event) => ({ ...event, data: { by } })) };
      }
      override async wrapSendEvent({ next }: Middleware.WrapSendEventArgs) {
        const { ids } = await next();
        return { ids: ids.map((id) => `${id}?`) };
      }
    }
    const { client, sent } = testApp({ middleware: [Stamp] });
    expect(await client.send({ name: "x", data: {} })).toEqual({ ids: ["id-0?"] });
    const fn = client.createFunction({ id: "fn", middleware: [Stamp] }, { event: "x" }, (ctx) =>
      ctx.step.sendEvent("tell", { name: "y", data: {} }),
    );
    expect((await callFunction(fn)).body[0].data).toEqual({ ids: ["id-0??"] });
    expect(sent.map((event) => event.data["by"])).toEqual(["client", "fn"]);
    expect(registered).toEqual([null, "fn"]);
  });

  it("wrap calls over HTTP, with the request and the answer", async () => {
    class Timed extends Middleware.BaseMiddleware {
      readonly id = "timed";
      override async wrapRequest({ next, requestInfo, runId }: Middleware.WrapRequestArgs) {
        const answer = await next();
        const seen = `${requestInfo.method} ${requestInfo.headers["X-Key"]} ${runId}`;
        return { ...answer, headers: { ...answer.headers, seen } };
      }
    }
    const { client } = testApp({ middleware: [Timed] });
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, () => 1);
    const request = {
      method: "POST",
      url: "http://127.0.0.1/api/inngest",
      header: (name: string) => (name === "x-key" ? "k" : undefined),
      body: async () => "",
    };
    const answer = await callFunction(fn, { request, runId: "run-1" });
    expect(answer).toMatchObject({ status: 200, headers: { seen: "POST k run-1" } });
    expect((await callFunction(fn)).headers["seen"]).toBeUndefined();
  });
});

describe("events that start a function", () => {
  it("are checked after middleware has changed them", async () => {
    const open = new InngestMiddleware({
      name: "open",
      init: () => ({
        onFunctionRun: () => ({
          transformInput: ({ ctx }) => {
            const event = { ...ctx.event, data: { n: Number(ctx.event.data.n) } };
            return { ctx: { event, events: [event] } };
          },
        }),
      }),
    });
    const { client } = testApp({ middleware: [open] });
    const asked = eventType("test/asked", { schema: z.object({ n: z.number() }) });
    const fn = client.createFunction({ id: "fn", triggers: [asked] }, ({ event }) => event.data.n);
    const event = { name: "test/asked", data: { n: "7" } };
    expect((await callFunction(fn, { event, events: [event] })).body).toBe(7);
    const wrong = { name: "test/asked", data: { n: "seven" } };
    expect((await callFunction(fn, { event: wrong, events: [wrong] })).status).toBe(400);
  });
});
