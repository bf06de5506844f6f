// The URL under which the engine reaches this app: what the author said, else what the request shows. Behind a proxy the
// request's own URL names an inner address, and forwarded headers name the outer one. Many proxies pass such headers on from
// anybody, and who moves the app's URL gets its events; so a request that proved nothing moves it only away from an inner address.
import type { ServeRequest } from "./serve-request.ts";

/** Query parameters that belong to one request. */
const ONE_REQUEST_PARAMS = ["deployId", "probe", "fnId", "stepId"];

export interface UrlSettings {
  readonly serveOrigin: string | undefined;
  readonly servePath: string | undefined;
}

/**
 * @param isTrusted Whether the engine is known to have sent the request, or nothing is at stake (dev mode).
 * @throws Error when `serveOrigin` is not a URL.
 */
export function inferAppUrl(request: ServeRequest, settings: UrlSettings, isTrusted: boolean): URL {
  const url = new URL(request.url);
  if (settings.serveOrigin !== undefined) return withServeSettings(url, settings);
  return withServeSettings(withOuterOrigin(url, request, isTrusted), settings);
}

/** Puts `servePath` and `serveOrigin` in the place of what a URL says, and drops what belongs to one request. */
export function withServeSettings(given: URL, settings: UrlSettings): URL {
  const path = settings.servePath ?? given.pathname;
  const url = new URL(
    (path.startsWith("/") ? path : `/${path}`) + given.search,
    settings.serveOrigin === undefined ? given.origin : originOf(settings.serveOrigin),
  );
  for (const name of ONE_REQUEST_PARAMS) url.searchParams.delete(name);
  return url;
}

function withOuterOrigin(url: URL, request: ServeRequest, isTrusted: boolean): URL {
  const own = findOrigin(url.protocol, firstOf(request.header("host"))) ?? new URL(url.origin);
  const scheme = firstOf(request.header("x-forwarded-proto"))?.toLowerCase();
  // Anybody may ask for encryption; to take it away needs trust.
  const takesScheme = scheme === "https" || (scheme === "http" && isTrusted);
  const protocol = takesScheme ? `${scheme}:` : url.protocol;
  const forwarded =
    isTrusted || isInner(own.hostname)
      ? findOrigin(protocol, firstOf(request.header("x-forwarded-host")))
      : undefined;
  const origin = forwarded?.origin ?? `${protocol}//${own.host}`;
  return new URL(url.pathname + url.search, origin);
}

/** An address, or a name that only means something inside a network. */
function isInner(hostname: string): boolean {
  return /^[\d.]+$|:|^[^.]+$|\.(?:local|localhost|internal)$/.test(hostname);
}

/** The origin of a host header; undefined when it is anything but a host with an optional port. */
function findOrigin(protocol: string, host: string | undefined): URL | undefined {
  if (host === undefined || !/^[\w.:[\]-]+$/.test(host)) return undefined;
  const text = `${protocol}//${host}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}

function originOf(text: string): string {
  const scheme = /^(?:localhost|127\.0\.0\.1)(?::|$)/.test(text) ? "http" : "https";
  const full = text.includes("://") ? text : `${scheme}://${text}`;
  if (URL.canParse(full)) return new URL(full).origin;
  throw new Error(
    `serve: serveOrigin is ${JSON.stringify(text)}: it must be a scheme and host such as https://app.example.`,
  );
}

/** Proxies append; the first value is what the client asked for. */
function firstOf(header: string | undefined): string | undefined {
  const first = header?.split(",")[0]?.trim();
  return first === "" ? undefined : first;
}
