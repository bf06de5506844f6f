// The only place that talks to the server: REST v2, typed by the server's own table of routes (types only, so none of its
// schemas is in the bundle). A 401 asks for the key once (sign-in.ts) and every later request carries it.
import type {
  AnswerOf,
  ApiErrorCode,
  ApiRoute,
  BodyOf,
  ErrorBody,
  ParamsOf,
  PathOf,
  QueryOf,
  RouteAt,
} from "@everstep/api";
import { authorization, askForKey } from "./sign-in.ts";

const BASE = "/v2";

/** The server's refusal; `message` is made for people. */
export class ApiError extends Error {
  readonly code: ApiErrorCode | "unreachable";
  readonly status: number;
  readonly runId: string | undefined;
  readonly field: string | undefined;

  constructor(status: number, error: { code: ApiError["code"]; message: string } & Partial<Extra>) {
    super(error.message);
    this.name = "ApiError";
    this.status = status;
    this.code = error.code;
    this.runId = error.runId;
    this.field = error.field;
  }
}

interface Extra {
  runId: string | undefined;
  field: string | undefined;
}

type Field<Name extends string, Value> = undefined extends Value
  ? { [Key in Name]?: never }
  : object extends Value
    ? { [Key in Name]?: Value }
    : { [Key in Name]: Value };

/** What a route wants, by its schema: `params`, `query`, `body`. */
export type RequestOf<Route extends ApiRoute> = Field<"params", ParamsOf<Route>> &
  Field<"query", QueryOf<Route>> &
  Field<"body", BodyOf<Route>>;

/** Parts of a request, as the untyped core of the client handles them. */
export interface LooseRequest {
  readonly params?: object | undefined;
  readonly query?: object | undefined;
  readonly body?: object | undefined;
}

export function get<Path extends PathOf<"GET">>(
  path: Path,
  request: RequestOf<RouteAt<"GET", Path>>,
  signal?: AbortSignal,
): Promise<AnswerOf<RouteAt<"GET", Path>>> {
  return send("GET", path, request as LooseRequest, signal);
}

export function post<Path extends PathOf<"POST">>(
  path: Path,
  request: RequestOf<RouteAt<"POST", Path>>,
): Promise<AnswerOf<RouteAt<"POST", Path>>> {
  return send("POST", path, request as LooseRequest);
}

export function patch<Path extends PathOf<"PATCH">>(
  path: Path,
  request: RequestOf<RouteAt<"PATCH", Path>>,
): Promise<AnswerOf<RouteAt<"PATCH", Path>>> {
  return send("PATCH", path, request as LooseRequest);
}

export function remove<Path extends PathOf<"DELETE">>(
  path: Path,
  request: RequestOf<RouteAt<"DELETE", Path>>,
): Promise<AnswerOf<RouteAt<"DELETE", Path>>> {
  return send("DELETE", path, request as LooseRequest);
}

/** The URL of a route with its parameters and query filled in; absent values are left out, lists repeat their name. */
function urlOf(path: string, request: LooseRequest): string {
  const params = new Map(Object.entries(request.params ?? {}));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params.get(name))),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined) query.append(name, String(each));
    }
  }
  const text = query.toString();
  return `${BASE}${filled}${text === "" ? "" : `?${text}`}`;
}

/** Opens an answer; a refusal is thrown. For `/stream`, whose body is read as it comes. */
export async function open(
  method: string,
  url: string,
  options: { body?: object | undefined; signal?: AbortSignal | undefined } = {},
): Promise<Response> {
  const attempt = (): Promise<Response> =>
    fetch(url, {
      method,
      headers: {
        ...authorization(),
        ...(options.body !== undefined && { "content-type": "application/json" }),
      },
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      ...(options.signal !== undefined && { signal: options.signal }),
    }).catch((error: unknown) => {
      if (options.signal?.aborted === true) throw error;
      const message = "The server does not answer. Is it running?";
      throw new ApiError(0, { code: "unreachable", message });
    });
  let response = await attempt();
  while (response.status === 401) {
    await askForKey((await refusal(response)).code !== "authorization_header_missing");
    response = await attempt();
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

async function send<Answer>(
  method: string,
  path: string,
  request: LooseRequest,
  signal?: AbortSignal,
): Promise<Answer> {
  const response = await open(method, urlOf(path, request), { body: request.body, signal });
  return (await response.json()) as Answer;
}

async function refusal(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => undefined)) as Partial<ErrorBody> | undefined;
  const error = body?.errors?.[0];
  if (error !== undefined) return new ApiError(response.status, error);
  const message = `The server answered with ${response.status} ${response.statusText}.`;
  return new ApiError(response.status, { code: "internal_error", message });
}
