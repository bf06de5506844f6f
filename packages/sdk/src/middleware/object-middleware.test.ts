// Middleware objects (the v3 form) in calls and sends of a real client: order, context, changes, replay.
import { describe, expect, it } from "vitest";
import { isInngestMiddleware } from "../client/recognize.ts";
import { NonRetriableError } from "../errors.ts";
import { remembered } from "../execution/test-call.ts";
import { dependencyInjectionMiddleware } from "./dependency-injection.ts";
import { InngestMiddleware, type MiddlewareRegisterFn } from "./inngest-middleware.ts";
import { callFunction, testApp } from "./test-app.ts";

type Named = InngestMiddleware<{ name: string; init: MiddlewareRegisterFn }>;

/** Notes each of its moments. */
function noting(name: string, moments: string[]): Named {
  const note = (moment: string) => (): undefined => void moments.push(`${name} ${moment}`);
  return new InngestMiddleware({
    name,
    init: () => ({
      onFunctionRun: () => ({
        transformInput: note("transformInput"),
        beforeMemoization: note("beforeMemoization"),
        afterMemoization: note("afterMemoization"),
        beforeExecution: note("beforeExecution"),
        afterExecution: note("afterExecution"),
        transformOutput: note("transformOutput"),
        finished: note("finished"),
        beforeResponse: note("beforeResponse"),
      }),
      onSendEvent: () => ({
        transformInput: note("send in"),
        transformOutput: note("send out"),
      }),
    }),
  });
}

describe("middleware objects", () => {
  it("go in from the client's first to the function's last, and out the other way", async () => {
    const moments: string[] = [];
    const { client } = testApp({ middleware: [noting("a", moments), noting("b", moments)] });
    const options = { id: "fn", middleware: [noting("c", moments)] };
    const fn = client.createFunction(options, { event: "x" }, () => 1);
    const answer = await callFunction(fn);
    expect(answer).toMatchObject({ status: 200, body: 1 });
    const each = (moment: string, names: string[]): string[] =>
      names.map((name) => `${name} ${moment}`);
    expect(moments).toEqual([
      ...each("transformInput", ["a", "b", "c"]),
      ...each("beforeMemoization", ["a", "b", "c"]),
      ...each("afterMemoization", ["c", "b", "a"]),
      ...each("beforeExecution", ["a", "b", "c"]),
      ...each("afterExecution", ["c", "b", "a"]),
      ...each("transformOutput", ["c", "b", "a"]),
      ...each("finished", ["a", "b", "c"]),
      ...each("beforeResponse", ["a", "b", "c"]),
    ]);
  });

  it("add to the context, each seeing what those before it added", async () => {
    const second = new InngestMiddleware({
      name: "second",
      init: () => ({
        onFunctionRun: () => ({
          transformInput: ({ ctx }) => ({
            ctx: { greeting: `hello ${(ctx as unknown as { user: string }).user}` },
          }),
        }),
      }),
    });
    const { client } = testApp({
      middleware: [dependencyInjectionMiddleware({ user: "ada" }), second],
    });
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, ({ user, greeting }) => [
      user,
      greeting,
    ]);
    expect((await callFunction(fn)).body).toEqual(["ada", "hello ada"]);
  });

  it("change remembered steps on the way in, and results on the way out", async () => {
    const shift = new InngestMiddleware({
      name: "shift",
      init: () => ({
        onFunctionRun: () => ({
          transformInput: ({ steps }) => ({
            steps: steps.map((step) => ({ ...step, data: (step.data as number) - 100 })),
          }),
          transformOutput: ({ result, step }) =>
            step === undefined ? undefined : { result: { data: result.data + 100 } },
        }),
      }),
    });
    const { client } = testApp({ middleware: [shift] });
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, async ({ step }) => {
      const one = await step.run("one", () => 1);
      return one + (await step.run("two", () => one + 1));
    });
    const first = await callFunction(fn);
    expect(first.body[0]).toMatchObject({ data: 101 });
    const last = await callFunction(fn, remembered({ one: { data: 101 }, two: { data: 102 } }));
    expect(last.body).toBe(3);
  });

  it("are told which step a result belongs to, by the ids on the wire and in the code", async () => {
    const seen: unknown[] = [];
    const watch = new InngestMiddleware({
      name: "watch",
      init: () => ({
        onFunctionRun: ({ steps, ctx }) => ({
          transformOutput: ({ step }) =>
            void seen.push([ctx.runId, steps.length, step?.name, step?.op]),
        }),
      }),
    });
    const { client } = testApp({ middleware: [watch] });
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, async ({ step }) => {
      await step.run("one", () => 1);
      await step.run("two", () => 2);
    });
    await callFunction(fn, { ...remembered({ one: { data: 1 } }), runId: "run-1" });
    expect(seen).toEqual([["run-1", 1, "two", "StepRun"]]);
  });

  it("are initialised once for a client and once for each function, and calls wait for it", async () => {
    const owners = new Map<string | undefined, number>();
    const slow = new InngestMiddleware({
      name: "slow",
      init: async ({ fn }) => {
        await Promise.resolve();
        owners.set(fn?.id(), (owners.get(fn?.id()) ?? 0) + 1);
        return { onFunctionRun: () => ({ transformInput: () => ({ ctx: { ready: true } }) }) };
      },
    });
    const { client } = testApp({ middleware: [slow] });
    const options = { id: "fn", middleware: [slow] };
    const fn = client.createFunction(options, { event: "x" }, ({ ready }) => ready);
    expect((await callFunction(fn)).body).toBe(true);
    await callFunction(fn);
    expect(owners).toEqual(
      new Map([
        [undefined, 1],
        ["fn", 1],
      ]),
    );
  });

  it("whose init fails fail every call and send, and ready", async () => {
    const broken = new InngestMiddleware({
      name: "broken",
      init: (): never => {
        throw new Error("no config");
      },
    });
    const { client } = testApp({ middleware: [broken] });
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, () => 1);
    expect(await callFunction(fn)).toMatchObject({ status: 500, body: { message: "no config" } });
    await expect(client.send({ name: "x", data: {} })).rejects.toThrow("no config");
    await expect(client.ready).rejects.toThrow("no config");
  });

  it("change events on their way out and receipts on their way back, of send and of steps", async () => {
    const stamp = new InngestMiddleware({
      name: "stamp",
      init: () => ({
        onSendEvent: () => ({
          transformInput: ({ payloads }) => ({
            payloads: payloads.map((event) => ({ ...event, data: { ...event.data, by: "stamp" } })),
          }),
          transformOutput: ({ result }) => ({ result: { ids: result.ids.map((id) => `${id}!`) } }),
        }),
      }),
    });
    const { client, sent } = testApp({ middleware: [stamp] });
    expect(await client.send({ name: "x", data: { n: 1 } })).toEqual({ ids: ["id-0!"] });
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, ({ step }) =>
      step.sendEvent("tell", { name: "y", data: {} }),
    );
    expect((await callFunction(fn)).body[0].data).toEqual({ ids: ["id-0!"] });
    expect(sent.map((event) => event.data)).toEqual([{ n: 1, by: "stamp" }, { by: "stamp" }]);
    const invoking = client.createFunction({ id: "i" }, { event: "x" }, ({ step }) =>
      step.invoke("call", { function: "app-other", data: { n: 2 } }),
    );
    const [op] = (await callFunction(invoking)).body;
    expect(op.opts.payload).toEqual({ data: { n: 2, by: "stamp" } });
  });

  it("see errors that cannot be retried, also of subclasses with names of their own", async () => {
    class Refused extends NonRetriableError {
      override readonly name = "Refused";
    }
    const { client } = testApp({ middleware: [] });
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, () => {
      throw new Refused("no");
    });
    const { headers } = await callFunction(fn);
    expect(headers["x-inngest-no-retry"]).toBe("true");
  });

  it("are recognised, and other objects are not", () => {
    expect(isInngestMiddleware(dependencyInjectionMiddleware({}))).toBe(true);
    expect(isInngestMiddleware({ name: "x", init: () => ({}) })).toBe(false);
  });

  it("need a name and an init", () => {
    expect(() => new InngestMiddleware({ name: "x" } as never)).toThrow(/init undefined/);
  });
});
