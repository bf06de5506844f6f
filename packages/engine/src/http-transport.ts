// HTTP to apps and to what steps fetch: keep-alive connections, redirects, bounded answers, one address policy.
import { lookup as dnsLookup } from "node:dns";
import { BlockList, isIP } from "node:net";
import { Agent, errors } from "undici";
import { LIMITS } from "@everstep/protocol";
import {
  TransportError,
  type InboundResponse,
  type OutboundRequest,
  type Transport,
} from "./ports.ts";

export interface HttpTransportOptions {
  /** Refuses link-local and cloud metadata addresses (169.254.0.0/16, fe80::/10, fd00:ec2::254). Loopback and private networks stay allowed: apps live there. */
  readonly denyMetadata?: boolean;
  readonly connectionsPerOrigin?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;
const CONNECTIONS_PER_ORIGIN = 256;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function createHttpTransport(options: HttpTransportOptions = {}): Transport {
  let isClosing = false;
  const agent = new Agent({
    connections: options.connectionsPerOrigin ?? CONNECTIONS_PER_ORIGIN,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      ...(options.denyMetadata === true ? { lookup: guardedLookup } : {}),
    },
  });

  const once = async (request: OutboundRequest, url: URL): Promise<Exchange> => {
    if (options.denyMetadata === true) denyLiteral(url);
    const response = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: request.headers,
      ...(request.body === "" && request.method === "GET" ? {} : { body: request.body }),
      headersTimeout: request.timeoutMs,
      bodyTimeout: request.timeoutMs,
    });
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers)) {
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
    }
    return { status: response.statusCode, headers, body: response.body };
  };

  const send = async (request: OutboundRequest): Promise<InboundResponse> => {
    let url = new URL(request.url);
    const deadlineMs = performance.now() + request.timeoutMs;
    for (let hop = 0; hop <= LIMITS.callRedirectsMax; hop += 1) {
      const { status, headers, body } = await once(request, url);
      const { location } = headers;
      if (location === undefined || !REDIRECTS.has(status)) {
        return {
          status,
          headers,
          bodyText: await readBody(body, headers, {
            deadlineMs,
            timeoutMs: request.timeoutMs,
            bytesMax: request.responseBytesMax,
          }),
        };
      }
      await body.dump();
      const target = new URL(location, url);
      // The registered query (fnId, stepId) must survive a redirect to another path.
      if (target.search === "") target.search = url.search;
      url = target;
    }
    throw new TransportError("unreachable", `more than ${LIMITS.callRedirectsMax} redirects`);
  };

  return {
    async send(request) {
      try {
        return await send(request);
      } catch (error) {
        throw isClosing ? shuttingDown() : toTransportError(error, request);
      }
    },
    async close() {
      if (isClosing) return;
      isClosing = true;
      // Breaks the exchanges that are under way; they end as `shutting_down`.
      await agent.destroy();
    },
  };
}

interface Exchange {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: AsyncIterable<Uint8Array> & { dump(): Promise<void> };
}

async function readBody(
  body: Exchange["body"],
  headers: Readonly<Record<string, string>>,
  { bytesMax, timeoutMs, deadlineMs }: { bytesMax: number; timeoutMs: number; deadlineMs: number },
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      throw new TransportError("output_too_large", `the answer is larger than ${bytesMax} bytes`);
    }
    // The dialer bounds the silence between two chunks; an app that keeps sending is bounded here.
    if (performance.now() > deadlineMs) {
      throw new TransportError("timed_out", `no whole answer within ${timeoutMs} ms`);
    }
    chunks.push(chunk);
  }
  const [only] = chunks;
  const buffer =
    chunks.length === 1 && only !== undefined ? Buffer.from(only) : Buffer.concat(chunks);
  const encoding = headers["content-encoding"];
  if (encoding === undefined || encoding === "identity") return buffer.toString("utf8");
  const { decodeBody } = await import("./decode-body.ts");
  return decodeBody(buffer, encoding, bytesMax);
}

function shuttingDown(): TransportError {
  return new TransportError("shutting_down", "the engine is stopping");
}

function toTransportError(error: unknown, request: OutboundRequest): TransportError {
  if (error instanceof TransportError) return error;
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return new TransportError("timed_out", `no answer within ${request.timeoutMs} ms`, error);
  }
  const code = codeOf(error);
  if (error instanceof errors.ConnectTimeoutError || UNREACHABLE.has(code)) {
    return new TransportError("unreachable", `${code}: no connection`, error);
  }
  const text = error instanceof Error ? error.message : String(error);
  return new TransportError("connection_lost", `${code} ${text}`.trim(), error);
}

const UNREACHABLE: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

/** Checks every address that a name resolves to, at the moment of connecting: no second look-up can change it. */
const guardedLookup: typeof dnsLookup = ((
  hostname: string,
  lookupOptions: object,
  done: (error: Error | null, address?: unknown, family?: number) => void,
) => {
  dnsLookup(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
    if (error !== null) {
      done(error);
      return;
    }
    const denied = addresses.find(({ address }) => isDenied(address));
    if (denied !== undefined) {
      done(deniedError(hostname, denied.address));
      return;
    }
    const wantsAll = (lookupOptions as { all?: boolean }).all === true;
    const [first] = addresses;
    if (wantsAll) done(null, addresses);
    else done(null, first?.address, first?.family);
  });
}) as typeof dnsLookup;

/** Literal addresses never reach the look-up. */
function denyLiteral(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && isDenied(host)) throw deniedError(url.hostname, host);
}

function deniedError(hostname: string, address: string): TransportError {
  return new TransportError(
    "address_denied",
    `${hostname} is ${address}, a metadata or link-local address`,
  );
}

/** Compares addresses, not texts: `::ffff:a9fe:a9fe` is 169.254.169.254 too. */
const DENIED = new BlockList();
DENIED.addSubnet("169.254.0.0", 16, "ipv4");
DENIED.addSubnet("fe80::", 10, "ipv6");
DENIED.addAddress("fd00:ec2::254", "ipv6");

function isDenied(address: string): boolean {
  const [plain = address] = address.split("%");
  return DENIED.check(plain, isIP(plain) === 4 ? "ipv4" : "ipv6");
}
