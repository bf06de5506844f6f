// step.fetch: a request that the server carries out while the run is parked. Inside another step's callback, where nothing can
// be parked, it is an ordinary request.
import { findScope } from "../execution/async-context.ts";
import type { StepPort } from "./step-request.ts";

/** `step.fetch` and the exported `fetch`: a request that is a step. Text bodies only. */
export interface StepFetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** What is called where a request cannot be a step; `undefined` forbids it. */
  readonly fallback: typeof fetch | undefined;
  /** The same tool with another fallback. */
  config(options: { readonly fallback: typeof fetch | undefined }): StepFetch;
}

interface GatewayAnswer {
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly status_code: number;
}

export function fetchTool(
  port: StepPort,
  settings?: { fallback: typeof fetch | undefined },
): StepFetch {
  const fallback = settings === undefined ? port.fetch : settings.fallback;
  const stepFetch = async (
    input: string | URL | Request,
    init?: RequestInit,
  ): Promise<Response> => {
    const outer = findScope()?.step;
    if (outer !== undefined) {
      if (fallback !== undefined) return fallback(input, init);
      throw new Error(
        `step.fetch was called inside the step "${outer.id}" and has no fallback: call it outside of the step, or set one with step.fetch.config({ fallback }).`,
      );
    }
    const opts = await gatewayOptions(input, init);
    const answer = (await port.perform({
      options: { id: `step.fetch: ${new URL(opts.url).hostname}` },
      stepType: "fetch",
      op: "Gateway",
      opts: { ...opts },
      inputs: [],
    })) as GatewayAnswer;
    // These statuses may not have a body at all.
    const isBodiless = [101, 204, 205, 304].includes(answer.status_code);
    return new Response(isBodiless ? null : answer.body, {
      headers: answer.headers,
      status: answer.status_code,
    });
  };
  return Object.assign(stepFetch, {
    fallback,
    config: (options: { readonly fallback: typeof fetch | undefined }) => fetchTool(port, options),
  });
}

interface GatewayOptions {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

async function gatewayOptions(
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<GatewayOptions> {
  const request = input instanceof Request ? input : undefined;
  const headers: Record<string, string> = {};
  new Headers(init?.headers ?? request?.headers).forEach((value, key) => {
    headers[key] = value;
  });
  const body = init?.body ?? (request?.body ? await request.clone().text() : undefined);
  return {
    url: input instanceof Request ? input.url : input.toString(),
    method: init?.method ?? request?.method ?? "GET",
    headers,
    ...(body === undefined || body === null ? {} : { body: bodyText(body) }),
  };
}

/** The op is JSON: only what has one text can travel. */
function bodyText(body: unknown): string {
  if (typeof body === "string") return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError(
    "step.fetch carries text bodies only (a string or URLSearchParams): send other bodies with fetch inside step.run.",
  );
}
