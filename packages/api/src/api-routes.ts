// The table of REST v2. The server serves exactly these, the OpenAPI document lists exactly these.
import { eventRoutes } from "./event-routes.ts";
import { functionRoutes } from "./function-routes.ts";
import { operationRoutes } from "./operation-routes.ts";
import type { AnswerOf, ApiRoute, BodyOf, ParamsOf, QueryOf } from "./route.ts";
import { runRoutes } from "./run-routes.ts";

/** By operation id. Paths are below each of these. */
export const API_BASES = ["/v2", "/api/v2"] as const;

export const API_ROUTES = {
  ...operationRoutes,
  ...runRoutes,
  ...functionRoutes,
  ...eventRoutes,
} as const satisfies Record<string, ApiRoute>;

export type ApiRoutes = typeof API_ROUTES;
export type OperationId = keyof ApiRoutes;

/** For typed clients: the route of a method and path, without importing the table itself. */
export type RouteAt<Method extends ApiRoute["method"], Path extends ApiRoute["path"]> = {
  [Id in OperationId]: ApiRoutes[Id] extends { readonly method: Method; readonly path: Path }
    ? ApiRoutes[Id]
    : never;
}[OperationId];

/** Paths that take the method. */
export type PathOf<Method extends ApiRoute["method"]> = Extract<
  ApiRoutes[OperationId],
  { readonly method: Method }
>["path"];

/** What a typed client gives and gets, by operation id. */
export type ApiParams<Id extends OperationId> = ParamsOf<ApiRoutes[Id]>;
export type ApiQuery<Id extends OperationId> = QueryOf<ApiRoutes[Id]>;
export type ApiBody<Id extends OperationId> = BodyOf<ApiRoutes[Id]>;
export type ApiAnswer<Id extends OperationId> = AnswerOf<ApiRoutes[Id]>;
