// An app for tests of middleware: a real client whose sends are kept instead of sent, and calls of its functions without HTTP.
import { Everstep } from "../client/everstep.ts";
import type { ClientOptions } from "../client/client-options.ts";
import type { CallInput } from "../execution/call.ts";
import { executeCall, type ExecuteOptions } from "../execution/execute.ts";
import { silentLogger, testInput, type ReadOutput } from "../execution/test-call.ts";
import type { EventObject } from "../functions/definition.ts";
import type { EverstepFunction } from "../functions/everstep-function.ts";

export interface TestApp<TOptions extends ClientOptions> {
  readonly client: Everstep<TOptions>;
  /** What the client has sent, as the server would get it. */
  readonly sent: EventObject[];
}

export function testApp<const TOptions extends Omit<ClientOptions, "id">>(
  options: TOptions,
): TestApp<TOptions & { readonly id: "app" }> {
  const sent: EventObject[] = [];
  const all: TOptions & { readonly id: "app" } = {
    id: "app",
    isDev: true,
    logger: silentLogger,
    fetch: async (_url, init) => {
      const events = JSON.parse(init?.body as string) as EventObject[];
      sent.push(...events);
      return Response.json({ ids: events.map((_event, index) => `id-${index}`), status: 200 });
    },
    ...options,
  };
  return { client: new Everstep(all), sent };
}

/** One call of a function, as the engine makes it. */
export async function callFunction(
  fn: EverstepFunction,
  overrides: Partial<CallInput> = {},
  options: ExecuteOptions = {},
): Promise<ReadOutput> {
  const input = testInput({ handler: () => undefined }, overrides);
  const output = await executeCall({ ...input, function: fn.definition }, options);
  return { ...output, body: JSON.parse(output.body) };
}
