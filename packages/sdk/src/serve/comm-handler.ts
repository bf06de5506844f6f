// Serve handlers for frameworks without an adapter, in the form that both official majors have: the author says how to read the
// framework's request and how to make its response. A thin layer over the core.
import type { Environment } from "./environment.ts";
import { createServeCore } from "./serve-core.ts";
import type { ServeOptions } from "./serve-options.ts";
import type { ServeCore, ServeReply, ServeRequest } from "./serve-request.ts";

type MaybePromise<T> = T | Promise<T>;

/** A reply for the framework. */
export interface ActionResponse<TBody = string> {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: TBody;
}

/** How one request of the framework is read and answered. */
export interface HandlerActions<TOutput = unknown, TStreamOutput = TOutput> {
  /** The body's text, or what a body parser made of it. */
  readonly body: () => MaybePromise<unknown>;
  readonly headers: (name: string) => MaybePromise<string | null | undefined>;
  readonly method: () => MaybePromise<string>;
  /** Absolute. */
  readonly url: () => MaybePromise<URL>;
  /** For frameworks whose URL lacks the query. */
  readonly queryString?: (name: string, url: URL) => MaybePromise<string | null | undefined>;
  /** Variables that come with the request. */
  readonly env?: () => MaybePromise<Environment | undefined>;
  readonly transformResponse: (response: ActionResponse) => MaybePromise<TOutput>;
  /** Absent: replies are not streamed; a reply that should be is sent when it is complete. */
  readonly transformStreamingResponse?: (
    response: ActionResponse<ReadableStream<Uint8Array>>,
  ) => MaybePromise<TStreamOutput>;
}

/** What `new InngestCommHandler` takes: the options of `serve`, a name and how requests are read and answered. */
export interface CommHandlerOptions<
  TInput extends readonly unknown[],
  TOutput,
  TStreamOutput,
> extends Omit<ServeOptions, "functions"> {
  /** Lower case, such as `my-framework`. */
  readonly frameworkName: string;
  readonly functions?: ServeOptions["functions"];
  readonly handler: (...args: TInput) => HandlerActions<TOutput, TStreamOutput>;
}

/** A serve handler: called with what the framework gives, it answers what the framework takes. */
export type CommHandler<TInput extends readonly unknown[], TOutput> = (
  ...args: TInput
) => Promise<TOutput>;

/** Headers are read before the core asks, since frameworks may give them as promises. */
const HEADERS_READ = [
  "host",
  "user-agent",
  "traceparent",
  "x-everstep-continuation",
  "x-everstep-logs",
  "tracestate",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-inngest-signature",
  "x-inngest-server-kind",
  "x-inngest-sync-kind",
  "x-inngest-req-version",
  "x-inngest-step-id",
  "x-inngest-generation-id",
  "x-inngest-job-id",
  "x-request-id",
  "x-run-id",
];
const QUERY_READ = ["fnId", "stepId", "deployId", "probe"];

/**
 * Makes a serve handler for any framework.
 *
 * @example
 * const serve = (options: RegisterOptions) =>
 *   new InngestCommHandler({
 *     frameworkName: "my-framework",
 *     ...options,
 *     handler: (request: Request) => ({
 *       body: () => request.text(),
 *       headers: (name) => request.headers.get(name),
 *       method: () => request.method,
 *       url: () => new URL(request.url),
 *       transformResponse: ({ body, status, headers }) => new Response(body, { status, headers }),
 *     }),
 *   }).createHandler();
 */
export class InngestCommHandler<
  TInput extends readonly unknown[] = unknown[],
  TOutput = unknown,
  TStreamOutput = TOutput,
> {
  readonly #core: ServeCore;
  readonly #actionsOf: (...args: TInput) => HandlerActions<TOutput, TStreamOutput>;

  /** @throws Error for options that cannot work; see `serve`. */
  constructor(options: CommHandlerOptions<TInput, TOutput, TStreamOutput>) {
    const { frameworkName, handler, functions = [], ...rest } = options;
    this.#core = createServeCore({ ...rest, functions }, { frameworkName, canStream: true });
    this.#actionsOf = handler;
  }

  /** The handler to mount in the framework; its type may be named where the framework asks for one. */
  createHandler<
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- existing apps name the type here
    THandler extends (...args: never[]) => unknown = CommHandler<TInput, TOutput | TStreamOutput>,
  >(): THandler {
    const handle: CommHandler<TInput, TOutput | TStreamOutput> = async (...args) => {
      const actions = this.#actionsOf(...args);
      return await respond(actions, await this.#core(await readRequest(actions, args)));
    };
    return handle as unknown as THandler;
  }
}

async function readRequest(
  actions: HandlerActions,
  args: readonly unknown[],
): Promise<ServeRequest> {
  const url = new URL(await actions.url());
  const headers = new Map<string, string>();
  await Promise.all([
    ...HEADERS_READ.map(async (name) => {
      const value = await actions.headers(name);
      if (value !== null && value !== undefined) headers.set(name, value);
    }),
    ...QUERY_READ.map(async (name) => {
      const value = await actions.queryString?.(name, url);
      if (value !== null && value !== undefined) url.searchParams.set(name, value);
    }),
  ]);
  const environment = await actions.env?.();
  return {
    method: (await actions.method()).toUpperCase(),
    url: url.href,
    header: (name) => headers.get(name),
    body: async () => actions.body(),
    args,
    ...(environment === undefined ? {} : { environment }),
  };
}

async function respond<TOutput, TStreamOutput>(
  actions: HandlerActions<TOutput, TStreamOutput>,
  { status, headers, body }: ServeReply,
): Promise<TOutput | TStreamOutput> {
  if (typeof body === "string") {
    return await actions.transformResponse({ status, headers: { ...headers }, body });
  }
  if (actions.transformStreamingResponse !== undefined) {
    return await actions.transformStreamingResponse({ status, headers: { ...headers }, body });
  }
  const text = await new Response(body).text();
  return await actions.transformResponse({ status, headers: { ...headers }, body: text });
}
