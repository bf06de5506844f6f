// DigitalOcean Functions. The event mixes query and JSON body into one object unless the function is declared `web: raw`, and
// shows neither host nor whole path, so both must be given. Replies are not streamed.
import { readEnvironment, findVariable } from "../environment.ts";
import { createServeCore } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";
import type { ServeRequest } from "../serve-request.ts";
import { decodeBase64 } from "./gateway-exchange.ts";

/** The name of this framework on the wire and in lists of apps. */
export const frameworkName = "digitalocean";

/** What is used of the event. */
export interface DigitalOceanEvent {
  readonly http?: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    /** Only of raw functions. */
    readonly body?: string;
    readonly queryString?: string;
    readonly isBase64Encoded?: boolean;
  };
  readonly [name: string]: unknown;
}

/** What DigitalOcean takes as a reply. */
export interface DigitalOceanResult {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/** Parameters of the query, which are not part of the body. */
const QUERY_NAMES = ["fnId", "stepId", "deployId", "probe"];

/**
 * Serves functions from DigitalOcean Functions.
 *
 * @throws Error without `serveOrigin` (or `INNGEST_SERVE_ORIGIN`); else as all adapters.
 * @example
 * export const main = serve({
 *   client,
 *   functions,
 *   serveOrigin: "https://faas.example",
 *   servePath: "/api/v1/web/fn-1/default/inngest",
 * });
 */
export function serve(
  options: ServeOptions,
): (event?: DigitalOceanEvent) => Promise<DigitalOceanResult> {
  const origin = options.serveOrigin ?? options.serveHost ?? originVariable();
  if (origin === undefined) {
    throw new Error(
      "serve: DigitalOcean does not show a function its own host: pass serveOrigin, such as https://faas-….doserverless.co, and servePath.",
    );
  }
  const url = origin + (options.servePath ?? "/");
  const core = createServeCore(options, { frameworkName, canStream: false });
  return async (event = {}) => {
    const { status, headers, body } = await core(toRequest(event, url));
    return { statusCode: status, headers: { ...headers }, body: body as string };
  };
}

function originVariable(): string | undefined {
  const environments = [readEnvironment()];
  return findVariable("SERVE_ORIGIN", environments) ?? findVariable("SERVE_HOST", environments);
}

function toRequest(event: DigitalOceanEvent, url: string): ServeRequest {
  const { http = {} } = event;
  const headers = new Map(
    Object.entries(http.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    method: (http.method ?? "GET").toUpperCase(),
    url: `${url}${queryOf(event)}`,
    header: (name) => headers.get(name),
    body: () => Promise.resolve(bodyOf(event)),
    args: [event],
  };
}

function queryOf(event: DigitalOceanEvent): string {
  const raw = event.http?.queryString;
  if (raw !== undefined) return raw === "" ? "" : `?${raw}`;
  const query = new URLSearchParams();
  for (const name of QUERY_NAMES) {
    const value = event[name];
    if (typeof value === "string") query.set(name, value);
  }
  return query.size === 0 ? "" : `?${query.toString()}`;
}

/** What is left of the event when everything that the platform and the query put into it is taken away. */
function bodyOf(event: DigitalOceanEvent): unknown {
  const { http, ...data } = event;
  if (http?.body !== undefined) {
    return http.isBase64Encoded === true ? decodeBase64(http.body) : http.body;
  }
  const members = Object.entries(data).filter(
    ([name]) => !QUERY_NAMES.includes(name) && !name.startsWith("__ow_"),
  );
  return members.length === 0 ? "" : Object.fromEntries(members);
}
