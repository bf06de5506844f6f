// Gateway and AIGateway ops: the HTTP request that a step asked for, and what its answer means (protocol.md 3.5, ops 8 and 9).
import type { RequestResult, Timer } from "@everstep/core";
import { LIMITS, canonicalJson, type JsonObject } from "@everstep/protocol";
import type { InboundResponse, OutboundRequest, TransportError } from "../ports.ts";

const OK_STATUS_MAX = 299;

/** @throws Error whose message says what is wrong with the op's options. */
export function buildStepRequest(timer: Timer, timeoutMs: number): OutboundRequest {
  const opts = JSON.parse(timer.op?.optsJson ?? "{}") as JsonObject;
  const request = timer.op?.op === "AIGateway" ? aiRequest(opts) : gatewayRequest(opts);
  return { ...request, timeoutMs, responseBytesMax: LIMITS.stepOutputBytesMax };
}

type RequestParts = Pick<OutboundRequest, "url" | "method" | "headers" | "body">;

function gatewayRequest(opts: JsonObject): RequestParts {
  return {
    url: urlOf(opts),
    method: typeof opts["method"] === "string" ? opts["method"].toUpperCase() : "POST",
    headers: headersOf(opts["headers"]),
    body: typeof opts["body"] === "string" ? opts["body"] : bodyText(opts["body"]),
  };
}

function aiRequest(opts: JsonObject): RequestParts {
  const url = new URL(urlOf(opts));
  const key = typeof opts["auth_key"] === "string" ? opts["auth_key"] : "";
  const headers: Record<string, string> = {
    "content-type": "application/json",
    ...headersOf(opts["headers"]),
  };
  switch (opts["format"]) {
    case "gemini":
      if (key !== "") url.searchParams.set("key", key);
      break;
    case "anthropic":
      headers["x-api-key"] = key;
      break;
    case "bedrock":
      headers["authorization"] = key;
      break;
    default:
      headers["authorization"] = `Bearer ${key}`;
  }
  return { url: url.href, method: "POST", headers, body: bodyText(opts["body"]) };
}

function urlOf(opts: JsonObject): string {
  const { url } = opts;
  if (typeof url === "string" && /^https?:\/\//.test(url) && URL.canParse(url)) return url;
  throw new Error(`opts.url is ${JSON.stringify(url)}; it must be an http(s) URL.`);
}

function bodyText(body: unknown): string {
  if (body === undefined || body === null) return "";
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** Values may be lists (fetch joins them with a comma). */
function headersOf(headers: unknown): Record<string, string> {
  const result: Record<string, string> = {};
  if (typeof headers !== "object" || headers === null) return result;
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === "string") result[name.toLowerCase()] = value;
    else if (Array.isArray(value)) result[name.toLowerCase()] = value.join(", ");
  }
  return result;
}

export function readStepResponse(
  timer: Timer,
  response: InboundResponse,
  url: string,
): RequestResult {
  if (timer.op?.op === "AIGateway") return readAiResponse(response);
  const { status, headers, bodyText: body } = response;
  return { ok: true, status, dataJson: canonicalJson({ body, headers, status_code: status, url }) };
}

function readAiResponse({ status, bodyText: body }: InboundResponse): RequestResult {
  const parsed = parseJson(body);
  if (status > OK_STATUS_MAX || parsed === undefined) {
    const why =
      status > OK_STATUS_MAX
        ? `answered with status ${status}`
        : "answered with something that is not JSON";
    return {
      ok: false,
      retriable: true,
      error: {
        name: "AIGatewayError",
        message: `The inference request failed: the provider ${why}: ${body.slice(0, 500)}`,
        data: { body: body.slice(0, 4_096), status },
      },
    };
  }
  return { ok: true, status, dataJson: canonicalJson(parsed.value) };
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

export function stepRequestFailure(timer: Timer, error: TransportError | Error): RequestResult {
  const isAi = timer.op?.op === "AIGateway";
  return {
    ok: false,
    retriable: true,
    error: {
      name: isAi ? "AIGatewayError" : "GatewayError",
      message: `The request could not be made: ${error.message}`,
    },
  };
}
