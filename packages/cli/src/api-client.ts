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
  /** The `data` of a GraphQL answer. @throws CommandError */
  query(text: string, variables: Record<string, unknown>): Promise<Record<string, unknown>>;
}

const TIMEOUT_MS = 30_000;

export function createApiClient(options: ApiClientOptions): ApiClient {
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const response = await send(options, path, body);
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
  return { post, query };
}

/** A value as an object, or an empty one: answers of a server are not trusted to have a shape. */
export function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

async function send(options: ApiClientOptions, path: string, body: unknown): Promise<Response> {
  const authorization =
    options.signingKey === undefined ? {} : { authorization: `Bearer ${options.signingKey}` };
  try {
    return await options.fetch(new URL(path, options.url), {
      method: "POST",
      headers: { "content-type": "application/json", ...authorization },
      body: JSON.stringify(body),
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
  const first = Array.isArray(errors) ? asObject(errors[0])["message"] : undefined;
  const said = printable(
    [error, first].find((each) => typeof each === "string") ?? text.slice(0, 300),
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
