// The URL under which the engine reaches this app: what the author said, else what the request shows. Behind a proxy the
// request's own URL names an inner address, so forwarded headers win over it; a header that is no host is ignored.
import type { ServeRequest } from "./serve-request.ts";

/** Query parameters that belong to one request. */
const ONE_REQUEST_PARAMS = ["deployId", "probe", "fnId", "stepId"];

export interface UrlSettings {
  readonly serveOrigin: string | undefined;
  readonly servePath: string | undefined;
}

/** @throws Error when `serveOrigin` is not a URL. */
export function inferAppUrl(request: ServeRequest, settings: UrlSettings): URL {
  return settings.serveOrigin === undefined
    ? withServeSettings(withForwardedOrigin(new URL(request.url), request), settings)
    : withServeSettings(new URL(request.url), settings);
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

function withForwardedOrigin(url: URL, request: ServeRequest): URL {
  const scheme = firstOf(request.header("x-forwarded-proto"))?.toLowerCase();
  const protocol = scheme === "http" || scheme === "https" ? `${scheme}:` : url.protocol;
  for (const name of ["x-forwarded-host", "host"]) {
    const origin = findOrigin(protocol, firstOf(request.header(name)));
    if (origin !== undefined) return new URL(url.pathname + url.search, origin);
  }
  return new URL(url.pathname + url.search, `${protocol}//${url.host}`);
}

/** The origin of a host header; undefined when it is anything but a host with an optional port. */
function findOrigin(protocol: string, host: string | undefined): string | undefined {
  if (host === undefined || !/^[\w.:[\]-]+$/.test(host)) return undefined;
  const text = `${protocol}//${host}`;
  return URL.canParse(text) ? new URL(text).origin : undefined;
}

function originOf(text: string): string {
  const full = text.includes("://") ? text : `https://${text}`;
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
