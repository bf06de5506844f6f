// REST v2: finds the route of a request in the table of `@everstep/api`, checks what was sent, answers in the envelope. Loaded by its
// first request, because its schemas are not needed to run anything. Access was checked before a request comes here.
import { API_ROUTES, openApiDocument, type ApiRoute, type OperationId } from "@everstep/api";
import { json, jsonText, type RouteContext } from "../http/route.ts";
import type { ServerOptions } from "../server-options.ts";
import type { SyncByUrl } from "../sync/sync-by-url.ts";
import { refuseAbsent } from "./absent-routes.ts";
import { ApiError } from "./api-error.ts";
import type { ApiContext } from "./api-context.ts";
import { createAppHandlers } from "./app-handlers.ts";
import { createBulkHandlers } from "./bulk-handlers.ts";
import { createControlHandlers } from "./control-handlers.ts";
import { createEventHandlers } from "./event-handlers.ts";
import { readFailures } from "./failures.ts";
import { createFunctionHandlers } from "./function-handlers.ts";
import type { AnsweredId, Handlers } from "./handlers.ts";
import { createLiveStream } from "./live-stream.ts";
import { parseRequest } from "./parse-request.ts";
import { renderJson } from "./raw-json.ts";
import { createRunHandlers } from "./run-handlers.ts";
import { createScheduleHandlers } from "./schedule-handlers.ts";
import { createServerHandlers } from "./server-handlers.ts";
import { toTime } from "./wire.ts";

export interface RestV2 {
  /** @throws EverstepError and whatever else the engine throws; errors of REST v2's own are answered. */
  handle(context: RouteContext): Promise<Response>;
  /** Ends live streams. */
  close(): void;
}

export interface RestV2Options {
  readonly options: ServerOptions;
  readonly syncByUrl: SyncByUrl;
  readonly startedAtMs: number;
}

export function createRestV2({ options, syncByUrl, startedAtMs }: RestV2Options): RestV2 {
  const { engine, history, clock } = options;
  const context: ApiContext = {
    engine,
    history,
    options,
    syncByUrl,
    startedAtMs,
    nowMs: () => clock.nowMs(),
  };
  const stream = createLiveStream(context);
  const handlers = createHandlers(context);
  const findRoute = createRouter();

  const answer = async (request: RouteContext, path: string): Promise<Response> => {
    const isHead = request.req.method === "HEAD";
    const method = isHead ? "GET" : request.req.method;
    if (method === "GET" && path === "/openapi.json") {
      const isGuarded = options.serverKind === "cloud";
      return json(openApiDocument({ version: options.version, isGuarded }));
    }
    const { id, route, params } = findRoute(method, path);
    const parsed = await parseRequest(route, request, params);
    if (id === "stream") {
      return isHead ? stream.head() : stream.open(parsed.query as { runId?: string });
    }
    const handler = handlers[id] as (given: unknown) => unknown;
    const reply = await handler(parsed);
    const metadata = { fetchedAt: toTime(clock.nowMs()) };
    const body =
      route.answer === "page" ? { ...(reply as object), metadata } : { data: reply, metadata };
    return jsonText(renderJson(body), route.status, { "cache-control": "no-store" });
  };

  return {
    async handle(request) {
      const path = request.req.path.replace(/^\/(?:api\/)?v2/, "").replace(/(?<=.)\/$/, "");
      try {
        return await answer(request, path);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return json({ errors: error.details }, error.status, error.headers);
      }
    },
    close() {
      stream.close();
    },
  };
}

function createHandlers(context: ApiContext): Handlers {
  return {
    ...createServerHandlers(context),
    ...createAppHandlers(context),
    ...createRunHandlers(context),
    ...createFunctionHandlers(context),
    ...createControlHandlers(context),
    ...createEventHandlers(context),
    ...createScheduleHandlers(context),
    ...createBulkHandlers(context),
    listFailures: async ({ query }) => readFailures(context, query),
  };
}

interface FoundRoute {
  readonly id: AnsweredId | "stream";
  readonly route: ApiRoute;
  readonly params: Readonly<Record<string, string>>;
}

interface CompiledRoute {
  readonly id: OperationId;
  readonly route: ApiRoute;
  readonly pattern: RegExp;
}

/** @throws ApiError not_found, method_not_allowed, not_implemented. */
function createRouter(): (method: string, path: string) => FoundRoute {
  const routes = Object.entries(API_ROUTES as Record<string, ApiRoute>)
    .map(([id, route]) => ({ id: id as OperationId, route, pattern: patternOf(route.path) }))
    // A fixed part goes before a parameter: /runs/count is no run.
    .toSorted((a, b) => a.route.path.split("{").length - b.route.path.split("{").length);
  return (method, path) => {
    const fitting = routes.filter(({ pattern }) => pattern.test(path));
    const found = fitting.find(({ route }) => route.method === method);
    if (found === undefined) throw refusal(method, path, fitting);
    const groups = found.pattern.exec(path)?.groups ?? {};
    const params = Object.entries(groups).map(([name, text]) => [name, decode(text)]);
    return { ...found, params: Object.fromEntries(params) as Record<string, string> };
  };
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
}

/** @throws ApiError not_implemented. */
function refusal(method: string, path: string, fitting: readonly CompiledRoute[]): ApiError {
  refuseAbsent(method, path);
  const shown = path.slice(0, 200);
  if (fitting.length === 0) {
    return new ApiError({
      code: "not_found",
      message: `REST v2 has no route ${method} ${shown}: GET /v2/openapi.json lists them all.`,
    });
  }
  const taken = new Set(fitting.map(({ route }) => route.method));
  const methods = [...taken]
    .flatMap((each) => (each === "GET" ? ["GET", "HEAD"] : each))
    .join(", ");
  const refused = new ApiError({
    code: "method_not_allowed",
    message: `${shown} does not take ${method}: use ${methods}.`,
  });
  return Object.assign(refused, { headers: { allow: methods } });
}

/** Text that is not validly encoded is taken as it is; it will match nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
