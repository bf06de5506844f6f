// A route as data: where it is, who may call it, what it does. The table of all routes is what gives 405 its Allow header
// and what the access test walks, so a route without a stated access cannot exist.
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";

export type RouteContext = Context<{ Bindings: HttpBindings }>;
export type RouteMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Route {
  readonly method: RouteMethod;
  /** Path with `:name` parameters; a last `/*` takes any rest. */
  readonly path: string;
  /** `open`: anyone, or the handler checks a key of its own. `key`: the signing key, when the server is `cloud`. */
  readonly access: "open" | "key";
  readonly handle: (context: RouteContext) => Response | Promise<Response>;
}

/** A JSON answer from text that is already JSON. */
export function jsonText(
  text: string,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return new Response(text, { status, headers: { "content-type": JSON_TYPE, ...headers } });
}

/** A JSON answer. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return jsonText(JSON.stringify(value), status, headers);
}

export const JSON_TYPE = "application/json; charset=utf-8";
