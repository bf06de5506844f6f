// How the operator's commands talk to a running server: its public HTTP API, nothing private.
import type { Io } from "./io.ts";
import { printable } from "./printable.ts";
import { CommandError } from "./usage-error.ts";

export interface ApiClientOptions {
  /** Origin of the server, e.g. http://127.0.0.1:8288. */
  readonly url: string;
  readonly signingKey?: string;
  readonly fetch: Io["fetch"];
}

export interface ApiClient {
  /** @throws CommandError with the way out when the server cannot be reached or refuses. */
  post(path: string, body: unknown): Promise<unknown>;
  /** The `data` of a REST v2 answer; undefined when there is no such thing. @throws CommandError */
  find(path: string): Promise<unknown>;
  /** Asks REST v2 for a change; resolves with the `data` of its answer. @throws CommandError */
  change(method: "POST" | "PATCH", path: string, body?: unknown): Promise<unknown>;
  /** The `data` of a GraphQL answer. @throws CommandError */
  query(text: string, variables: Record<string, unknown>): Promise<Record<string, unknown>>;
}

const TIMEOUT_MS = 30_000;

export function createApiClient(options: ApiClientOptions): ApiClient {
  const post = async (path: string, body: unknown): Promise<unknown> =>
    read(options, path, await send(options, path, { method: "POST", body }));
  const find = async (path: string): Promise<unknown> => {
    const response = await send(options, path, { method: "GET" });
    if (response.status === 404 && isV2Answer(await response.clone().text())) {
      return undefined;
    }
    return asObject(await read(options, path, response))["data"];
  };
  const change = async (
    method: "POST" | "PATCH",
    path: string,
    body?: unknown,
  ): Promise<unknown> => {
    const response = await send(options, path, { method, body: body ?? {} });
    return asObject(await read(options, path, response))["data"];
  };
  const query = async (
    text: string,
    variables: Record<string, unknown>,
  ): Promise<Record<string, unknown>> => {
    const answer = asObject(await post("/v0/gql", { query: text, variables }));
    const errors = Array.isArray(answer["errors"]) ? (answer["errors"] as readonly unknown[]) : [];
    if (errors.length > 0) {
      const messages = errors.map((error) => String(asObject(error)["message"]));
      throw new CommandError(printable(messages.join("; ")));
    }
    return asObject(answer["data"]);
  };
  return { post, find, change, query };
}

/** A value as an object, or an empty one: answers of a server are not trusted to have a shape. */
export function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A 404 of REST v2 says `errors`: anything else comes from a server that has no such route. */
function isV2Answer(text: string): boolean {
  return Array.isArray(asObject(parseJson(text))["errors"]);
}

async function read(options: ApiClientOptions, path: string, response: Response): Promise<unknown> {
  const text = await response.text();
  const answer = parseJson(text);
  if (!response.ok) {
    throw refused(options, response.status, answer, text);
  }
  if (answer === undefined) {
    throw new CommandError(
      `${options.url} answered ${path} with something that is no JSON. Is it an Everstep server? Check --url.`,
    );
  }
  return answer;
}

async function send(
  options: ApiClientOptions,
  path: string,
  request: { readonly method: string; readonly body?: unknown },
): Promise<Response> {
  const authorization =
    options.signingKey === undefined ? {} : { authorization: `Bearer ${options.signingKey}` };
  try {
    return await options.fetch(new URL(path, options.url), {
      method: request.method,
      headers: {
        "content-type": "application/json",
        "x-everstep-actor": "cli",
        ...authorization,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    const what = timedOut ? `did not answer within ${TIMEOUT_MS / 1_000} s` : "cannot be reached";
    throw new CommandError(
      `The server at ${options.url} ${what} (${reasonOf(error)}).\nStart one with: everstep dev\nor name a running one with --url.`,
      { cause: error },
    );
  }
}

function refused(
  options: ApiClientOptions,
  status: number,
  answer: unknown,
  text: string,
): CommandError {
  const { error, errors } = asObject(answer);
  const messages = (Array.isArray(errors) ? (errors as readonly unknown[]) : [])
    .map((each) => asObject(each)["message"])
    .filter((message) => typeof message === "string");
  const listed = messages.length === 0 ? undefined : messages.join(" ");
  const said = printable(
    [error, listed].find((each) => typeof each === "string") ?? text.slice(0, 300),
  );
  const hint =
    status === 401
      ? "\nThis server needs keys: pass --signing-key (send: also --event-key), or EVERSTEP_SIGNING_KEY and EVERSTEP_EVENT_KEY."
      : "";
  return new CommandError(`${options.url} refused with status ${status}: ${said}${hint}`);
}

/** fetch hides the reason ("fetch failed") in its cause. */
function reasonOf(error: unknown): string {
  const { cause } = asObject(error);
  const { code, message } = asObject(cause ?? error);
  return String(code ?? message ?? error);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
