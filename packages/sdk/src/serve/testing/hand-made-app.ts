// An app made by hand from the contracts of functions/definition.ts, so that serving is tested without the client and without the
// runtime: calls are kept and answered by what the test says.
import type { CallInput, CallOutput } from "../../execution/call.ts";
import type { ExecuteOptions } from "../../execution/execute.ts";
import type { ClientDefinition, FunctionDefinition } from "../../functions/definition.ts";
import type { ServedFunction } from "../serve-options.ts";

export const SIGNING_KEY = "signkey-test-0123456789abcdef0123456789abcdef";
export const FALLBACK_KEY = "signkey-test-fedcba9876543210fedcba9876543210";

export interface HandMadeClient extends ClientDefinition {
  /** Lines of the log, as texts. */
  readonly lines: string[];
  readonly environments: unknown[];
}

export function makeClient(given: Partial<ClientDefinition> = {}): HandMadeClient {
  const lines: string[] = [];
  const environments: unknown[] = [];
  const log = (...args: unknown[]): void => {
    lines.push(args.map(String).join(" "));
  };
  return {
    id: "app",
    appVersion: undefined,
    logger: { info: log, warn: log, error: log, debug: log },
    fetch: () => Promise.reject(new Error("This test has no engine.")),
    mode: "dev",
    apiBaseUrl: "http://engine.test/",
    eventBaseUrl: "http://engine.test/",
    eventKey: undefined,
    signingKey: undefined,
    signingKeyFallback: undefined,
    env: undefined,
    setEnvVars: (environment) => environments.push(environment),
    sendEvents: () => Promise.resolve({ ids: [] }),
    ...given,
    lines,
    environments,
  };
}

export function makeFunction(
  client: ClientDefinition,
  id: string,
  given: Partial<FunctionDefinition> = {},
): ServedFunction {
  const definition: FunctionDefinition = {
    id,
    name: id,
    client,
    triggers: [{ event: "test/event" }],
    options: {},
    retries: undefined,
    handler: () => undefined,
    optimizeParallelism: true,
    openHooks: () => Promise.resolve({}),
    ...given,
  };
  return {
    definition,
    getConfig: ({ baseUrl, appPrefix }) => {
      const slug = `${appPrefix}-${id}`;
      const slugs = definition.onFailure === undefined ? [slug] : [slug, `${slug}-failure`];
      return slugs.map((one) => makeConfig(one, baseUrl));
    },
  };
}

function makeConfig(id: string, baseUrl: URL): { readonly id: string } & Record<string, unknown> {
  const url = new URL(baseUrl);
  url.searchParams.set("fnId", id);
  url.searchParams.set("stepId", "step");
  const step = { id: "step", name: "step", runtime: { type: "http", url: url.href } };
  return { id, name: id, triggers: [{ event: "test/event" }], steps: { step } };
}

/** The smallest call that an engine sends. */
export function makeCallBody(given: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    ctx: { attempt: 0, run_id: "01RUN", fn_id: "fn-uuid", stack: { current: 0, stack: [] } },
    event: { data: {}, id: "01EVENT", name: "test/event", ts: 1, user: {} },
    events: [{ data: {}, id: "01EVENT", name: "test/event", ts: 1, user: {} }],
    steps: {},
    version: -1,
    ...given,
  };
}

export interface Runtime {
  readonly calls: CallInput[];
  readonly options: ExecuteOptions[];
  readonly execute: (call: CallInput, options: ExecuteOptions) => Promise<CallOutput>;
}

/** Answers each call with what `respond` returns; by default 200 and the run's id. */
export function makeRuntime(
  respond: (call: CallInput) => CallOutput | Promise<CallOutput> = (call) => ({
    status: 200,
    headers: { "x-inngest-req-version": "2" },
    body: JSON.stringify(call.runId),
  }),
): Runtime {
  const calls: CallInput[] = [];
  const given: ExecuteOptions[] = [];
  return {
    calls,
    options: given,
    execute: async (call, options) => {
      calls.push(call);
      given.push(options);
      return respond(call);
    },
  };
}
