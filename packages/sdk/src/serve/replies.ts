// The replies that every part of serving gives, and the headers that say who replies. Replies to callers that did not prove who
// they are carry `x-inngest-sdk-handled` only.
import { SDK_NAME } from "./sdk-identity.ts";
import type { ServeReply, ServeRequest } from "./serve-request.ts";
import type { ServeSettings } from "./serve-settings.ts";

export interface TextReply extends ServeReply {
  readonly body: string;
}

type Headers = Readonly<Record<string, string>>;

export interface HeaderWriter {
  /** Also for requests to the engine while this request is answered. */
  readonly common: Headers;
  /** All headers of a JSON reply; measures the time until now. */
  finish(extra?: Headers): Headers;
}

const JSON_TYPE: Headers = { "content-type": "application/json" };
const HANDLED: Headers = { "x-inngest-sdk-handled": "true" };

export function createHeaderWriter(
  request: Pick<ServeRequest, "header">,
  settings: ServeSettings,
  frameworkName: string,
): HeaderWriter {
  const startedAt = performance.now();
  const common: Record<string, string> = {
    ...JSON_TYPE,
    "user-agent": SDK_NAME,
    "x-inngest-sdk": SDK_NAME,
    "x-inngest-framework": frameworkName,
  };
  if (settings.env !== undefined) common["x-inngest-env"] = settings.env;
  if (settings.platform !== undefined) common["x-inngest-platform"] = settings.platform;
  const kind = request.header("x-inngest-server-kind");
  if (kind !== undefined && kind !== "") common["x-inngest-expected-server-kind"] = kind;
  for (const name of ["traceparent", "tracestate"]) {
    const value = request.header(name);
    if (value !== undefined && value !== "") common[name] = value;
  }
  return {
    common,
    finish: (extra) => ({
      ...common,
      ...HANDLED,
      "server-timing": `handler;dur=${(performance.now() - startedAt).toFixed(2)}`,
      ...extra,
    }),
  };
}

export function jsonReply(status: number, body: unknown, headers: Headers): TextReply {
  return { status, headers, body: JSON.stringify(body) };
}

export function methodNotAllowed(): TextReply {
  return { status: 405, headers: { ...HANDLED, allow: "GET, POST, PUT" }, body: "" };
}

export function unauthorizedReply(): TextReply {
  return jsonReply(401, { message: "Unauthorized" }, { ...JSON_TYPE, ...HANDLED });
}

/** Cloud mode without a key: refusing everything is the only safe answer. */
export function missingKeyReply(): TextReply & { readonly message: string } {
  const message =
    "This app runs in cloud mode and has no signing key: set INNGEST_SIGNING_KEY to the engine's key, or INNGEST_DEV=1 for development.";
  const body = { code: "internal_server_error", message };
  return { ...jsonReply(500, body, { ...JSON_TYPE, ...HANDLED }), message };
}

/** A failure before it is known who asks: the reason, without a stack that shows the app from inside. */
export function brokenReply(error: unknown): TextReply {
  const message = error instanceof Error ? error.message : String(error);
  return jsonReply(500, { type: "internal", message }, { ...JSON_TYPE, ...HANDLED });
}

/** The SDK or its configuration failed, not the function. Retriable, since a deployment may repair it. */
export function internalReply(error: unknown, headers: Headers): TextReply {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return jsonReply(
    500,
    { type: "internal", name, message, stack },
    { ...JSON_TYPE, ...HANDLED, ...headers },
  );
}
