// The shortest middleware: the same members in the context of every handler.
import { InngestMiddleware } from "./inngest-middleware.ts";

type Injection<TContext extends Record<string, unknown>> = InngestMiddleware<{
  name: string;
  init: () => {
    onFunctionRun: () => { transformInput: () => { ctx: TContext } };
  };
}>;

/**
 * Adds members to the context of every handler, with their types.
 *
 * @example
 * const inngest = new Everstep({ id: "shop", middleware: [dependencyInjectionMiddleware({ db })] });
 * inngest.createFunction({ id: "ship" }, { event: "shop/order.placed" }, async ({ db, step }) => {});
 */
export function dependencyInjectionMiddleware<TContext extends Record<string, unknown>>(
  ctx: TContext,
): Injection<TContext> {
  return new InngestMiddleware({
    name: "dependency-injection",
    init: () => ({ onFunctionRun: () => ({ transformInput: () => ({ ctx }) }) }),
  });
}
