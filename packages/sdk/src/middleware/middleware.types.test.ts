// Types of middleware: what it adds reaches handlers, what it does not add stays unknown to them.
import { describe, expectTypeOf, it } from "vitest";
import { Everstep } from "../client/everstep.ts";
import type { GetStepTools } from "../client/inference.ts";
import type { Jsonify } from "../schemas/jsonify.ts";
import * as Middleware from "./base-middleware.ts";
import { dependencyInjectionMiddleware } from "./dependency-injection.ts";
import { InngestMiddleware } from "./inngest-middleware.ts";

/** Takes code that is only compiled. */
function expectCompiles(_code: () => unknown): void {}

class Database {
  query(): string[] {
    return [];
  }
}

class Tenant extends Middleware.BaseMiddleware {
  readonly id = "tenant";
  override transformFunctionInput(arg: Middleware.TransformFunctionInputArgs) {
    return { ...arg, ctx: { ...arg.ctx, tenant: "t" as string } };
  }
}

class Tools extends Middleware.BaseMiddleware {
  readonly id = "tools";
  override transformFunctionInput(arg: Middleware.TransformFunctionInputArgs) {
    const audit = (text: string): Promise<string> => arg.ctx.step.run("audit", () => text);
    return { ...arg, ctx: { ...arg.ctx, step: { ...arg.ctx.step, audit } } };
  }
}

interface PreserveDate extends Middleware.StaticTransform {
  Out: this["In"] extends Date ? Date : Jsonify<this["In"]>;
}
class KeepsDates extends Middleware.BaseMiddleware {
  readonly id = "dates";
  declare stepOutputTransform: PreserveDate;
}

interface Boxed<T> {
  boxed: T;
}
interface Box extends Middleware.StaticTransform {
  Out: Boxed<this["In"]>;
}
class Boxes extends Middleware.BaseMiddleware {
  readonly id = "boxes";
  declare stepOutputTransform: Box;
  declare functionOutputTransform: Box;
}

class Watching extends Middleware.BaseMiddleware {
  readonly id = "watching";
  override onStepStart({ stepInfo }: Middleware.OnStepStartArgs): void {
    void stepInfo.options.id;
  }
}

const user = new InngestMiddleware({
  name: "user",
  init: async ({ client }) => {
    void client.id;
    return {
      onFunctionRun: async ({ fn, ctx }) => {
        void [fn.id(), ctx.runId];
        return {
          transformInput: async ({ ctx: context }) => ({
            ctx: { userId: Number(context.event.data.userId) },
          }),
        };
      },
    };
  },
});
const sending = new InngestMiddleware({
  name: "sending",
  init: () => ({ onSendEvent: () => ({ transformInput: ({ payloads }) => ({ payloads }) }) }),
});

describe("types of middleware", () => {
  it("reach the handler from client and function, in both forms", () => {
    const db = new Database();
    const client = new Everstep({
      id: "app",
      middleware: [dependencyInjectionMiddleware({ db }), sending, Watching],
    });
    const middleware = [user, Tenant] as const;
    expectCompiles(() =>
      client.createFunction({ id: "fn", middleware }, { event: "x" }, (ctx) => {
        expectTypeOf(ctx.db).toEqualTypeOf<Database>();
        expectTypeOf(ctx.userId).toEqualTypeOf<number>();
        expectTypeOf(ctx.tenant).toEqualTypeOf<string>();
        expectTypeOf(ctx.runId).toEqualTypeOf<string>();
        return ctx.step.run("a", () => ctx.db.query());
      }),
    );
    expectCompiles(() =>
      // @ts-expect-error -- only the other function lists the middleware
      client.createFunction({ id: "fn" }, { event: "x" }, ({ tenant }) => tenant),
    );
  });

  it("add step tools beside those of the SDK", () => {
    const client = new Everstep({ id: "app", middleware: [Tools] });
    expectCompiles(() =>
      client.createFunction({ id: "fn" }, { event: "x" }, async ({ step }) => {
        expectTypeOf(step.audit).toEqualTypeOf<(text: string) => Promise<string>>();
        expectTypeOf(await step.run("a", () => 1)).toEqualTypeOf<number>();
      }),
    );
  });

  it("change the results of steps and functions as classes declare, the last in the list first", () => {
    const client = new Everstep({ id: "app", middleware: [Watching, KeepsDates] });
    const plain = new Everstep({ id: "app", middleware: [Watching] });
    const child = plain.createFunction({ id: "child" }, { event: "y" }, () => new Date());
    expectCompiles(() =>
      client.createFunction({ id: "fn" }, { event: "x" }, async ({ step }) => {
        expectTypeOf(await step.run("a", () => new Date())).toEqualTypeOf<Date>();
        expectTypeOf(await step.run("b", () => ({ at: new Date() }))).toEqualTypeOf<{
          at: string;
        }>();
        expectTypeOf(await step.run("c", () => {})).toEqualTypeOf<null>();
        expectTypeOf(await step.ai.wrap("d", async (n: number) => n, 1)).toEqualTypeOf<number>();
        expectTypeOf(await step.invoke("e", { function: child })).toEqualTypeOf<string>();
        expectTypeOf(await step.run("f", (): unknown => 1)).toEqualTypeOf<unknown>();
      }),
    );
    expectCompiles(() =>
      client.createFunction(
        { id: "fn", middleware: [Boxes], triggers: { event: "x" } },
        async ({ step }) => {
          expectTypeOf(await step.run("a", () => 1)).toEqualTypeOf<Boxed<number>>();
          expectTypeOf(await step.invoke("b", { function: child })).toEqualTypeOf<Boxed<Date>>();
        },
      ),
    );
    expectCompiles(() =>
      plain.createFunction({ id: "fn" }, { event: "x" }, async ({ step }) => {
        expectTypeOf(await step.run("a", () => new Date())).toEqualTypeOf<string>();
      }),
    );
    expectTypeOf<Awaited<ReturnType<typeof helped>>>().toEqualTypeOf<Date>();
    function helped(step: GetStepTools<typeof client>) {
      return step.run("a", () => new Date());
    }
  });

  it("are required of both forms", () => {
    // @ts-expect-error -- a class needs an id
    class NoId extends Middleware.BaseMiddleware {}
    // @ts-expect-error -- hooks are functions
    expectCompiles(() => new InngestMiddleware({ name: "x", init: () => ({ onFunctionRun: 1 }) }));
    // @ts-expect-error -- no middleware at all
    expectCompiles(() => new Everstep({ id: "app", middleware: [{ name: "x" }] }));
    void NoId;
  });
});
