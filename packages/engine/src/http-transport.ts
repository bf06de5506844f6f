// HTTP to apps and to what steps fetch: keep-alive connections, redirects, bounded answers, one address policy.
import { lookup as dnsLookup } from "node:dns";
import { BlockList, isIP } from "node:net";
import { Agent, errors, type Dispatcher } from "undici";
import { LIMITS } from "@everstep/protocol";
import { exchange, type Exchange, type ExchangeBounds } from "./http-exchange.ts";
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
/** How long a connection is kept for the next call when the app does not say how long it keeps it. */
const KEEP_ALIVE_MS = 4_000;
const KEEP_ALIVE_MS_MAX = 60_000;
/**
 * What is left of the time that the app names when its connection is given up. A process that was busy for this long closes
 * the connection before it reads the call that came meanwhile, and nobody can tell that from a call that was lost on the way.
 */
const KEEP_ALIVE_MARGIN_MS = 4_000;
const CONNECTIONS_PER_ORIGIN = 256;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function createHttpTransport(options: HttpTransportOptions = {}): Transport {
  let isClosing = false;
  const agent = new Agent({
    connections: options.connectionsPerOrigin ?? CONNECTIONS_PER_ORIGIN,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS_MAX,
    keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      ...(options.denyMetadata === true ? { lookup: guardedLookup } : {}),
    },
  });

  const send = async (request: OutboundRequest): Promise<InboundResponse> => {
    let target = targetOf(request.url);
    const bounds: ExchangeBounds = {
      bytesMax: request.responseBytesMax,
      deadlineMs: performance.now() + request.timeoutMs,
      timeoutMs: request.timeoutMs,
      isSkipped: isRedirect,
    };
    for (let hop = 0; hop <= LIMITS.callRedirectsMax; hop += 1) {
      if (options.denyMetadata === true) denyLiteral(target.hostname);
      const answer = await exchange(agent, dispatchOptions(request, target), bounds);
      const { status, headers } = answer;
      if (!isRedirect(status, headers))
        return { status, headers, bodyText: await textOf(answer, bounds) };
      target = redirected(target, headers["location"] ?? "");
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

/** An address as the dialer wants it. */
interface Target {
  readonly href: string;
  readonly origin: string;
  readonly hostname: string;
  /** With the query. */
  readonly path: string;
  readonly search: string;
}

/** Calls go to the same few addresses again and again, and parsing them is not free. */
const targets = new Map<string, Target>();
const TARGETS_MAX = 1_000;

function targetOf(href: string): Target {
  const known = targets.get(href);
  if (known !== undefined) return known;
  const target = toTarget(new URL(href));
  if (targets.size >= TARGETS_MAX) targets.clear();
  targets.set(href, target);
  return target;
}

function toTarget({ href, origin, hostname, pathname, search }: URL): Target {
  return { href, origin, hostname, path: `${pathname}${search}`, search };
}

function redirected(from: Target, location: string): Target {
  const url = new URL(location, from.href);
  // The registered query (fnId, stepId) must survive a redirect to another path.
  if (url.search === "") url.search = from.search;
  return toTarget(url);
}

function isRedirect(status: number, headers: Exchange["headers"]): boolean {
  return REDIRECTS.has(status) && headers["location"] !== undefined;
}

function dispatchOptions(request: OutboundRequest, target: Target): Dispatcher.DispatchOptions {
  const hasBody = request.body !== "" || request.method !== "GET";
  return {
    origin: target.origin,
    path: target.path,
    method: request.method,
    headers: request.headers,
    ...(hasBody ? { body: request.body } : {}),
    headersTimeout: request.timeoutMs,
    bodyTimeout: request.timeoutMs,
  };
}

async function textOf({ headers, body }: Exchange, { bytesMax }: ExchangeBounds): Promise<string> {
  const encoding = headers["content-encoding"];
  if (encoding === undefined || encoding === "identity") return body.toString("utf8");
  const { decodeBody } = await import("./decode-body.ts");
  return decodeBody(body, encoding, bytesMax);
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
function denyLiteral(hostname: string): void {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && isDenied(host)) throw deniedError(hostname, host);
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
