// Keeps web pages out of a dev server, which has no keys: a page may reach loopback ports through its visitor's browser,
// directly (cross-site requests) or under its own name (DNS rebinding). So a request's Host must be a name that cannot be
// rebound, and a browser's request that changes something must come from a loopback page (field.md 6.2).
// A cloud server is guarded by keys instead, which browsers do not send by themselves.
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { ServerKind } from "@everstep/protocol";

export interface GuardVerdict {
  /** Why the request is refused with 403. */
  readonly refusal?: string;
  /** The origin that may read the answer. */
  readonly corsOrigin?: string;
}
export type RequestGuard = (incoming: IncomingMessage) => GuardVerdict;

export interface RequestGuardOptions {
  readonly serverKind: ServerKind;
  /** The address that the server listens on. */
  readonly host: string;
  /** Further host names under which this server may be addressed, without port. */
  readonly allowedHosts: readonly string[];
}

/** SDKs and command-line tools send neither Origin nor Sec-Fetch-Site, so they are never refused for those. */
export function createRequestGuard(options: RequestGuardOptions): RequestGuard {
  if (options.serverKind === "cloud") return guardCloud;
  const isOwnHost = createHostCheck(options);
  return (incoming) => {
    const host = hostName(incoming.headers.host ?? "");
    if (!isOwnHost(host)) return { refusal: hostRefusal(host) };
    const { origin } = incoming.headers;
    const isFriend = origin !== undefined && isOwnHost(originHost(origin));
    if (isRead(incoming)) return isFriend ? { corsOrigin: origin } : {};
    const isForeign = origin === undefined ? isCrossSite(incoming) : !isFriend;
    if (isForeign) return { refusal: originRefusal(origin) };
    return origin === undefined ? {} : { corsOrigin: origin };
  };
}

/** Pages may send events, for the event key in the path is what allows it and the answer holds nothing but new ids. */
function guardCloud(incoming: IncomingMessage): GuardVerdict {
  const { origin } = incoming.headers;
  const isEvent = incoming.url?.startsWith("/e/") === true;
  return isEvent && origin !== undefined ? { corsOrigin: origin } : {};
}

function createHostCheck(options: RequestGuardOptions): (host: string) => boolean {
  const names = new Set(options.allowedHosts.map((name) => hostName(name)));
  const bound = hostName(options.host);
  const isOpen = !isLoopback(bound);
  return (host) => {
    if (isLoopback(host) || names.has(host)) return true;
    // Addresses cannot be rebound; a server that listens beyond loopback is reached by them.
    return isOpen && (isIP(host) !== 0 || (host === bound && host !== ""));
  };
}

function isLoopback(host: string): boolean {
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "::1" ||
    (host.startsWith("127.") && isIP(host) === 4)
  );
}

/** Lower case, without port and brackets. */
function hostName(host: string): string {
  const name = host.trim().toLowerCase();
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(name);
  if (bracketed !== null) return bracketed[1] ?? "";
  return isIP(name) === 6 ? name : name.replace(/:\d+$/, "");
}

function originHost(origin: string): string {
  const match = /^https?:\/\/([^/]+)$/i.exec(origin);
  return match === null ? "" : hostName(match[1] ?? "");
}

function isRead(incoming: IncomingMessage): boolean {
  return incoming.method === "GET" || incoming.method === "HEAD";
}

function isCrossSite(incoming: IncomingMessage): boolean {
  return incoming.headers["sec-fetch-site"] === "cross-site";
}

function hostRefusal(host: string): string {
  const shown = host === "" ? "without a host name" : `for the host "${host.slice(0, 100)}"`;
  return `The request is ${shown}, which this dev server does not answer to, because a web page could be behind it. Use localhost, or name the host with --allowed-host.`;
}

function originRefusal(origin: string | undefined): string {
  const shown = origin === undefined ? "another site" : `"${origin.slice(0, 100)}"`;
  return `The request comes from a web page of ${shown}, which may not change anything on this dev server. Only pages on localhost may; send it from a server instead.`;
}
