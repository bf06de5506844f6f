// GET of the dashboard's pages and files. Every page address answers with the same document, whose script shows the page;
// so does an address that nothing has, with 404, when a browser asks: people must not land on JSON.
// The files hold no data, so they are open; what they show they read from REST v2, with the key where one is wanted.
// Invariant: the policy allows nothing inline and nothing from elsewhere, so a payload that became HTML could still not run.
import type { Route, RouteContext } from "../http/route.ts";
import { createAssetFolder, type Asset, type Assets } from "./asset-folder.ts";

/** The dashboard's addresses, as packages/dashboard/src/app/router.tsx has them. */
const PAGES = [
  "/",
  "/run",
  "/runs",
  "/runs/:runId",
  "/runs/:runId/compare/:otherId",
  "/functions",
  "/functions/:functionId",
  "/events",
  "/events/:eventId",
  "/failures",
  "/apps",
  "/schedules",
  "/settings",
];
const FILES = ["/favicon.svg", "/theme.js", "/assets/*"];

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": POLICY,
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  vary: "accept-encoding",
};

const NOT_BUILT = `The dashboard is not built: run "npm run build:dashboard" in the repository, then load this page again.
Until then: GET /dev (apps and functions), GET /v1/events, GET /health.
`;

const builtAssets = createAssetFolder();

function assetsOf(folder: string | undefined): () => Assets | undefined {
  return folder === undefined ? builtAssets : createAssetFolder(folder);
}

/** `folder`: where the built files are; by default inside this package. */
export function dashboardRoutes(folder?: string): Route[] {
  const assets = assetsOf(folder);
  const pages = PAGES.map((path): Route => ({
    method: "GET",
    path,
    access: "open",
    handle: (context) => answer(context, assets(), "index.html"),
  }));
  const files = FILES.map((path): Route => ({
    method: "GET",
    path,
    access: "open",
    handle: (context) => answer(context, assets(), context.req.path.slice(1)),
  }));
  return [...pages, ...files];
}

/** Where programs ask, in whatever words: the answer to a wrong address there is always JSON. */
const API = /^\/(?:v\d+|e|fn|dev|api|x|assets|health|invoke)(?:\/|$)/;

/** The answer to a browser that asks for an address which nothing has; undefined for everyone else. */
export function createUnknownPage(
  folder?: string,
): (context: RouteContext) => Promise<Response> | undefined {
  const assets = assetsOf(folder);
  return (context) => {
    const { method, path } = context.req;
    const takesPage = context.req.header("accept")?.includes("text/html") === true;
    if ((method !== "GET" && method !== "HEAD") || !takesPage || API.test(path)) return undefined;
    const found = assets();
    return found === undefined ? undefined : answer(context, found, "index.html", 404);
  };
}

/** @param status 404 is never answered with "you have it already": a browser would show the page as found. */
async function answer(
  context: RouteContext,
  assets: Assets | undefined,
  name: string,
  status: 200 | 404 = 200,
): Promise<Response> {
  if (assets === undefined) return text(NOT_BUILT, 503);
  const asset = assets.get(name);
  if (asset === undefined) return text("There is no such file: load the page again.\n", 404);
  const headers = { ...HEADERS, ...cachingOf(name, asset) };
  if (status === 200 && context.req.header("if-none-match") === asset.etag) {
    return new Response(null, { status: 304, headers });
  }
  const typed = { ...headers, "content-type": asset.contentType };
  const takesBrotli = /\bbr\b/.test(context.req.header("accept-encoding") ?? "");
  const packed = takesBrotli ? await asset.packed() : undefined;
  if (packed === undefined) return new Response(asset.bytes, { status, headers: typed });
  return new Response(packed, { status, headers: { ...typed, "content-encoding": "br" } });
}

/** Names under assets/ carry a hash of what is in the file; the others are asked for each time. */
function cachingOf(name: string, { etag }: Asset): Record<string, string> {
  const isHashed = name.startsWith("assets/");
  return { etag, "cache-control": isHashed ? "public, max-age=31536000, immutable" : "no-cache" };
}

function text(body: string, status: number): Response {
  const headers = { ...HEADERS, "content-type": "text/plain; charset=utf-8" };
  return new Response(body, { status, headers: { ...headers, "cache-control": "no-store" } });
}
