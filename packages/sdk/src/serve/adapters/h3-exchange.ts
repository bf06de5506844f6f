// Events of h3 1 (around node:http) and h3 2 (around a web Request); both take a web Response as answer. Nuxt and Nitro are built
// on h3 and differ in name only.
import { createServeCore } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";
import { toResponse, toServeRequest, type ServeRequest } from "../serve-request.ts";
import { readBindings } from "./bindings.ts";
import { toNodeServeRequest, type NodeRequest } from "./node-exchange.ts";

/** What is used of h3's event. */
export interface H3Event {
  /** h3 2: a web Request; h3 1: the Node request. */
  readonly req?: unknown;
  readonly node?: { readonly req: unknown } | undefined;
  readonly context?: unknown;
}

/** What answers events of h3. */
export type H3Handler = (event: H3Event) => Promise<Response>;

export function createH3Handler(options: ServeOptions, frameworkName: string): H3Handler {
  const core = createServeCore(options, { frameworkName, canStream: true });
  return async (event) => {
    const environment = readBindings(cloudflareBindings(event.context));
    const request = toH3ServeRequest(event);
    return toResponse(
      await core(environment === undefined ? request : { ...request, environment }),
    );
  };
}

function toH3ServeRequest(event: H3Event): ServeRequest {
  const { req } = event;
  if (isWebRequest(req)) return toServeRequest(req, [event]);
  // Nitro's platforms without streams put the body here.
  const known = { body: (event as { _requestBody?: unknown })._requestBody };
  return toNodeServeRequest((event.node?.req ?? req) as NodeRequest, [event], known);
}

function isWebRequest(value: unknown): value is Request {
  const { text, headers } = (value ?? {}) as { text?: unknown; headers?: { get?: unknown } };
  return typeof text === "function" && typeof headers?.get === "function";
}

function cloudflareBindings(context: unknown): unknown {
  return (context as { cloudflare?: { env?: unknown } } | undefined)?.cloudflare?.env;
}
