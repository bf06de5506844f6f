// Events of AWS API Gateway (payload 1.0 and 2.0), function URLs and load balancers, which RedwoodJS uses too.
import { createServeCore } from "../serve-core.ts";
import type { ServeOptions } from "../serve-options.ts";
import type { ServeRequest } from "../serve-request.ts";

/** What is used of an event, of either payload version. */
export interface GatewayEvent {
  readonly httpMethod?: string;
  readonly path?: string;
  readonly rawQueryString?: string;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly rawPath?: string;
  /** Of payload 2.0: holds `http` with method and path. */
  readonly requestContext?: object;
}

/** What a gateway takes as the answer. */
export interface GatewayResult {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/** What answers events of API gateways. */
export type GatewayHandler = (event: GatewayEvent, context?: unknown) => Promise<GatewayResult>;

export function createGatewayHandler(options: ServeOptions, frameworkName: string): GatewayHandler {
  const core = createServeCore(options, { frameworkName, canStream: false });
  return async (event, context) => {
    // Lambda freezes the process with the result, so what is under way has to end before.
    const pending: Promise<unknown>[] = [];
    const { status, headers, body } = await core({
      ...toGatewayRequest(event, [event, context]),
      keepAlive: (work) => void pending.push(work),
    });
    await Promise.all(pending);
    return { statusCode: status, headers: { ...headers }, body: body as string };
  };
}

function toGatewayRequest(event: GatewayEvent, args: readonly unknown[]): ServeRequest {
  const headers = new Map(
    Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const { http } = (event.requestContext ?? {}) as {
    readonly http?: { readonly method?: string; readonly path?: string };
  };
  const path = http?.path ?? event.rawPath ?? event.path ?? "/";
  const host = headers.get("host") ?? "localhost";
  // Development servers that imitate a gateway speak plain HTTP.
  const isLocal = /^(localhost|127\.0\.0\.1)(:|$)/.test(host);
  const protocol = headers.get("x-forwarded-proto") ?? (isLocal ? "http" : "https");
  return {
    method: (http?.method ?? event.httpMethod ?? "GET").toUpperCase(),
    url: `${protocol}://${host}${path}${queryOf(event)}`,
    header: (name) => headers.get(name),
    body: () => Promise.resolve(bodyOf(event)),
    args,
  };
}

function queryOf({ rawQueryString, queryStringParameters }: GatewayEvent): string {
  if (rawQueryString !== undefined && rawQueryString !== "") return `?${rawQueryString}`;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(queryStringParameters ?? {})) {
    if (value !== undefined) query.set(name, value);
  }
  return query.size === 0 ? "" : `?${query.toString()}`;
}

function bodyOf({ body, isBase64Encoded }: GatewayEvent): string {
  if (body === undefined || body === null) return "";
  return isBase64Encoded === true ? decodeBase64(body) : body;
}

/** Base64 of UTF-8 to text, without Buffer. */
export function decodeBase64(text: string): string {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return new TextDecoder().decode(bytes);
}
