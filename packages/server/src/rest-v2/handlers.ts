// The types that tie handlers to the table of routes: a handler whose answer does not fit its schema does not compile, and a
// route without a handler neither.
import type { ApiRoutes, DataOf, OperationId, Page } from "@everstep/api";
import type { ApiRequest } from "./parse-request.ts";

type Reply<Id extends OperationId> = ApiRoutes[Id]["answer"] extends "page"
  ? { readonly data: DataOf<ApiRoutes[Id]>; readonly page: Page }
  : DataOf<ApiRoutes[Id]>;

export type AnsweredId = Exclude<OperationId, "stream">;

/** Those of the given operations; `page` routes answer data and page, the others their data. */
export type Handlers<Id extends AnsweredId = AnsweredId> = {
  readonly [Each in Id]: (
    request: ApiRequest<ApiRoutes[Each]>,
  ) => Reply<Each> | Promise<Reply<Each>>;
};
