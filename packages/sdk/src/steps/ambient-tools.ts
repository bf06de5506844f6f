// `step` and `group` for helpers that are not handed the tools: they belong to the function on whose behalf the code runs. Needs
// AsyncLocalStorage; where the platform has none, pass the tools as arguments.
import { findScope } from "../execution/async-context.ts";
import type { GroupTools } from "./group-tools.ts";
import type { StepTools } from "../functions/step-tools.ts";

/**
 * The step tools of the running function, for helpers that are not handed them. Needs AsyncLocalStorage.
 * Using a tool outside of a function throws.
 *
 * @example
 * import { step } from "everstep";
 *
 * export async function notify(to: string): Promise<void> {
 *   await step.run("notify", () => mail.send({ to, subject: "News" }));
 * }
 */
export const step: StepTools = ambient("step", (name) => {
  const tools: object | undefined = findScope()?.tools();
  return tools === undefined ? undefined : Reflect.get(tools, name);
}) as StepTools;

/** The group tools of the running function, as `step`. Using one outside of a function throws. */
export const group: GroupTools = ambient("group", (name) => {
  const tools: object | undefined = findScope()?.groupTools();
  return tools === undefined ? undefined : Reflect.get(tools, name);
}) as GroupTools;

function ambient(tool: string, find: (name: string | symbol) => unknown): object {
  return new Proxy(
    {},
    {
      get: (_target, name): unknown => {
        // Asked by `await` and by loggers, which is not a use.
        if (name === "then" || typeof name === "symbol") return undefined;
        if (findScope() === undefined) {
          throw new Error(
            `${tool}.${name} was used outside of a function: only code that a function's handler calls may use it.`,
          );
        }
        return find(name);
      },
    },
  );
}
