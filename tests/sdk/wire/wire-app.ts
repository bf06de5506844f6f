// The functions of the protocol suite as an app of a given SDK in this process, without sockets: web requests in, web responses
// out, and everything that the SDK sends to the engine is recorded and answered by hand. The source is one for all SDKs.
import { signBody } from "@everstep/protocol";
import type { AppTools, FunctionSpec, HandlerContext } from "../../protocol/apps/function-spec.ts";
import { functionSets } from "../../protocol/apps/function-sets.ts";

export const APP = "wire";
export const APP_URL = "http://app.test/api/inngest";
export const KEY = "signkey-test-5f2b8a0c1d3e4f5061728394a5b6c7d8";

type ErrorClass = new (message: string, options?: never) => Error;

/** What an app imports of an SDK, official or ours. */
export interface WireSdk {
  readonly version: 3 | 4;
  readonly module: {
    readonly Inngest: new (options: never) => object;
    readonly NonRetriableError: ErrorClass;
    readonly RetryAfterError: new (message: string, retryAfter: never) => Error;
    readonly referenceFunction: (options: never) => unknown;
  };
  readonly serve: (options: never) => (request: Request) => Promise<Response>;
}

export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface WireApp {
  readonly sent: SentRequest[];
  readonly specs: readonly FunctionSpec[];
  ask(request: WireRequest): Promise<WireAnswer>;
}

export interface WireRequest {
  readonly method: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Signs the body with this key, or with the app's when it is true. */
  readonly signed?: boolean | string;
  readonly signedAtMs?: number;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

type Create = (...parts: readonly unknown[]) => object;

/** Sets whose functions neither take megabytes nor are refused by the engine. */
const SETS = ["errors", "events", "gateway", "invoke", "lifecycle", "steps", "time", "waits"];

/** @param mode `cloud`: with the key KEY on both sides. */
export function makeWireApp(sdk: WireSdk, mode: "dev" | "cloud"): WireApp {
  const sent: SentRequest[] = [];
  const silent = (): void => undefined;
  const keys = mode === "dev" ? {} : { signingKey: KEY };
  const fetch = (input: Request | string | URL, init?: RequestInit): Promise<Response> => {
    const request = recordOf(input, init);
    sent.push(request);
    return Promise.resolve(answerOfEngine(request));
  };
  const client = new sdk.module.Inngest({
    id: APP,
    isDev: mode === "dev",
    baseUrl: "http://engine.test",
    eventKey: "event-key",
    checkpointing: false,
    failureRunId: "own",
    taggedValues: false,
    logger: { info: silent, warn: silent, error: silent, debug: silent },
    ...(sdk.version === 4 ? keys : {}),
    fetch,
  } as never);
  const specs = SETS.flatMap((set) => functionSets[set]?.(toolsOf(sdk)) ?? []);
  const create = (client as { createFunction: Create }).createFunction.bind(client);
  const functions = specs.map(({ id, options, onFailure, triggers, handler }) => {
    const all = { ...options, ...(onFailure === undefined ? {} : { onFailure }), id };
    // Version 3 has no groups; ours has them in either form.
    return sdk.version === 3
      ? create(all, triggers, ({ group: _group, ...context }: HandlerContext) => handler(context))
      : create({ ...all, triggers }, handler);
  });
  const handle = sdk.serve({
    client,
    functions,
    ...(sdk.version === 3 ? { ...keys, fetch, logLevel: "silent" } : {}),
  } as never);
  return { sent, specs, ask: (request) => askApp(handle, request) };
}

function toolsOf(sdk: WireSdk): AppTools {
  const { NonRetriableError, RetryAfterError, referenceFunction } = sdk.module;
  return {
    version: sdk.version,
    appId: APP,
    NonRetriableError: NonRetriableError as AppTools["NonRetriableError"],
    RetryAfterError: RetryAfterError as AppTools["RetryAfterError"],
    reference: (functionId, appId = APP) => referenceFunction({ appId, functionId } as never),
    note: () => undefined,
    gate: () => Promise.resolve(),
  };
}

function recordOf(input: Request | string | URL, init: RequestInit = {}): SentRequest {
  const text = typeof init.body === "string" ? init.body : undefined;
  return {
    method: init.method ?? "GET",
    url: input instanceof Request ? input.url : String(input),
    headers: Object.fromEntries(new Headers(init.headers)),
    body: text === undefined || text === "" ? text : (JSON.parse(text) as unknown),
  };
}

function answerOfEngine({ url, body }: SentRequest): Response {
  const { pathname } = new URL(url);
  if (pathname.startsWith("/e/")) {
    const ids = (Array.isArray(body) ? body : [body]).map((_event, index) => `event-${index}`);
    return Response.json({ ids, status: 200 });
  }
  if (pathname === "/v1/signals") return Response.json({ data: { run_id: "run-of-the-waiter" } });
  return Response.json({ ok: true, modified: true, message: "Successfully registered" });
}

async function askApp(
  handle: (request: Request) => Promise<Response>,
  { method, query = "", headers = {}, body = "", signed, signedAtMs = Date.now() }: WireRequest,
): Promise<WireAnswer> {
  const key = signed === true ? KEY : signed;
  const isSigned = typeof key === "string";
  const response = await handle(
    new Request(`${APP_URL}${query}`, {
      method,
      headers: {
        // The official adapters want the header that a socket would have brought.
        host: "app.test",
        "content-type": "application/json",
        ...(isSigned ? { "x-inngest-signature": signBody({ key, body, atMs: signedAtMs }) } : {}),
        ...headers,
      },
      ...(method === "GET" || method === "HEAD" ? {} : { body }),
    }),
  );
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text: await response.text(),
  };
}
