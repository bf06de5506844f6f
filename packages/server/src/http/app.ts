// Puts the routes into one Hono app: access, unknown routes, wrong methods, errors. The hot routes never come here.
import { Hono } from "hono";
import type { Log } from "@everstep/engine";
import { isV2, toV2Errors } from "../rest-v2/errors.ts";
import { type ErrorBody, toErrorBody } from "./error-reply.ts";
import { json, type Route, type RouteContext } from "./route.ts";
import type { SigningKeyGuard } from "./signing-key-guard.ts";

export interface AppOptions {
  readonly routes: readonly Route[];
  readonly checkSigningKey: SigningKeyGuard;
  readonly log: Log;
  /** A page for browsers at an address that nothing has; undefined for requests that get the JSON refusal. */
  readonly unknownPage?: (context: RouteContext) => Promise<Response> | undefined;
}

export type App = Hono<{ Bindings: RouteContext["env"] }>;

export function createApp(options: AppOptions): App {
  const app: App = new Hono();
  for (const route of options.routes) {
    app.on(route.method, route.path, (context) => {
      if (route.access === "key") options.checkSigningKey(context.req.header("authorization"));
      return route.handle(context);
    });
  }
  const methodsAt = createMethodLookup(options.routes);
  app.notFound((context) => {
    const methods = methodsAt(context.req.path);
    const page = methods.length === 0 ? options.unknownPage?.(context) : undefined;
    return page ?? answerUnknown(context, methods);
  });
  app.onError((error, context) => {
    const body = toErrorBody(error, options.log, `${context.req.method} ${context.req.path}`);
    return errorReply(context, body);
  });
  return app;
}

function answerUnknown(context: RouteContext, methods: readonly string[]): Response {
  const { method, path } = context.req;
  if (methods.length === 0) {
    const error = `There is no route ${method} ${path.slice(0, 200)}: check the path and its spelling.`;
    return errorReply(context, { error, status: 404, code: "route_not_found" });
  }
  const allow = methods.join(", ");
  if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
  const error = `${path.slice(0, 200)} does not take ${method}: use ${allow}.`;
  return errorReply(context, { error, status: 405, code: "method_not_allowed" }, { allow });
}

function errorReply(
  context: RouteContext,
  body: ErrorBody,
  headers: Record<string, string> = {},
): Response {
  if (!isV2(context.req.path)) return json(body, body.status, headers);
  const isUnkeyed = body.code === "key_rejected" && context.req.header("authorization") == null;
  const shown = toV2Errors(isUnkeyed ? { ...body, code: "key_missing" } : body);
  return json(shown, body.status, headers);
}

function createMethodLookup(routes: readonly Route[]): (path: string) => readonly string[] {
  const patterns = routes.map((route) => ({
    method: route.method,
    pattern: toPattern(route.path),
  }));
  return (path) => [
    ...new Set(
      patterns.filter(({ pattern }) => pattern.test(path)).map((candidate) => candidate.method),
    ),
  ];
}

function toPattern(path: string): RegExp {
  const source = path.replace(/\/\*$/, "(?:/.*)?").replaceAll(/:[A-Za-z]+/g, "[^/]+");
  return new RegExp(`^${source}$`);
}
