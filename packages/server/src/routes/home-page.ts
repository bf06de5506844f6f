// GET / of a dev server: a plain page that says what this is and where things are. It shows counts and links only: nothing
// that an app or an event brought in is ever put into HTML.
import type { Engine } from "@everstep/engine";
import type { ServerKind } from "@everstep/protocol";
import type { Route } from "../http/route.ts";

const HEADERS_OF_PAGE = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};

export interface HomePageOptions {
  readonly engine: Engine;
  readonly serverKind: ServerKind;
}

export function homePageRoutes({ engine, serverKind }: HomePageOptions): Route[] {
  if (serverKind !== "dev") return [];
  const handle = (): Response => new Response(renderPage(engine), { headers: HEADERS_OF_PAGE });
  return [{ method: "GET", path: "/", access: "key", handle }];
}

function renderPage(engine: Engine): string {
  const { state, callsInFlight } = engine.status();
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Everstep dev server</title></head>
<body>
<h1>Everstep dev server</h1>
<p>The server is ${state}. The dashboard comes in a later version; until then, use the command line and the API.</p>
<ul>
<li>Apps: ${engine.apps().length}</li>
<li>Functions: ${engine.functions().length}</li>
<li>Calls in flight: ${callsInFlight}</li>
</ul>
<ul>
<li><a href="/dev">Apps and functions</a> (JSON)</li>
<li><a href="/v1/events">Newest events</a> (JSON)</li>
<li><a href="/health">Health</a> (JSON)</li>
</ul>
</body>
</html>
`;
}
