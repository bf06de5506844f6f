// /docs/api: the OpenAPI document as one static page for people. No script and nothing from elsewhere; everything in it is our own
// text, escaped all the same.
import { createHash } from "node:crypto";
import { API_BASES, openApiDocument } from "@everstep/api";
import { typeText, type JsonSchema } from "./type-text.ts";

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { description: string; content: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 62rem; margin: 0 auto; padding: 1rem 1rem 4rem; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8884; border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
article { border-top: 1px solid #8884; padding: .5rem 0; }
h3 { font-size: 1rem; margin: .75rem 0 .25rem; overflow-wrap: anywhere; }
h3 b { display: inline-block; min-width: 4rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; overflow-wrap: anywhere; }
nav a { margin-right: 1rem; }
`;

const POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export function docsPage(info: {
  readonly version: string;
  readonly isGuarded: boolean;
}): Response {
  return new Response(render(info), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": POLICY,
      "referrer-policy": "no-referrer",
      "cache-control": "no-cache",
    },
  });
}

function render(info: { readonly version: string; readonly isGuarded: boolean }): string {
  const document = openApiDocument(info);
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => ({ path, method, each: each as Operation })),
  );
  const groups = [...new Set(operations.flatMap(({ each }) => each.tags))];
  const { schemas } = document.components as { schemas: Record<string, JsonSchema> };
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>REST v2 · Everstep</title><style>${STYLE}</style></head><body>
<h1>Everstep REST v2</h1>
<p>Version ${escape(info.version)}. Every path is below ${API_BASES.map((base) => `<code>${base}</code>`).join(" and ")}. For programs: <a href="/v2/openapi.json">openapi.json</a>.</p>
<p>Answers are <code>{ data, metadata: { fetchedAt } }</code>, lists have <code>page: { cursor?, hasMore, limit }</code>, errors are <code>{ errors: [{ code, message, field? }] }</code>. ${info.isGuarded ? "Send <code>Authorization: Bearer &lt;signing key&gt;</code>." : "This dev server wants no key."}</p>
<nav aria-label="Groups">${groups.map((group) => `<a href="#${slug(group)}">${escape(group)}</a>`).join("")}<a href="#types">Types</a></nav>
${groups
  .map(
    (group) => `<section id="${slug(group)}"><h2>${escape(group)}</h2>
${operations
  .filter(({ each }) => each.tags.includes(group))
  .map(renderOperation)
  .join("\n")}</section>`,
  )
  .join("\n")}
<section id="types"><h2>Types</h2>
${Object.entries(schemas)
  .toSorted(([a], [b]) => a.localeCompare(b))
  .map(([name, schema]) => renderType(name, schema))
  .join("\n")}</section>
</body></html>
`;
}

function renderOperation(given: { path: string; method: string; each: Operation }): string {
  const { path, method, each } = given;
  const body = each.requestBody?.content["application/json"]?.schema;
  return `<article id="${escape(each.operationId)}"><h3><b>${method.toUpperCase()}</b> <code>${escape(path)}</code></h3>
<p>${escape(each.summary)}.</p>
${each.parameters === undefined ? "" : renderParameters(each.parameters)}
${body === undefined ? "" : `<p>Body</p><pre>${escape(typeText(body))}</pre>`}
${Object.entries(each.responses).map(renderResponse).join("\n")}</article>`;
}

function renderParameters(parameters: readonly Parameter[]): string {
  const rows = parameters.map(
    ({ name, in: place, required, schema }) =>
      `<tr><td><code>${escape(name)}</code>${required ? "" : " (optional)"}</td><td>${place}</td><td><code>${escape(typeText(schema))}</code></td><td>${escape(schema.description ?? "")}</td></tr>`,
  );
  return `<table><thead><tr><th>Parameter</th><th>In</th><th>Type</th><th></th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function renderResponse([status, { description, content }]: [
  string,
  { description: string; content: Content },
]): string {
  if (!status.startsWith("2")) return `<p><b>${status}</b> ${escape(description)}</p>`;
  const [[type, { schema }] = ["", { schema: {} }]] = Object.entries(content);
  const data = schema.properties?.["data"] ?? schema;
  return `<p><b>${status}</b> <code>${escape(type)}</code>, data:</p><pre>${escape(typeText(data))}</pre>`;
}

function renderType(name: string, schema: JsonSchema): string {
  return `<article id="type-${escape(name)}"><h3><code>${escape(name)}</code></h3>${schema.description === undefined ? "" : `<p>${escape(schema.description)}</p>`}<pre>${escape(typeText(schema))}</pre></article>`;
}

function slug(text: string): string {
  return text.toLowerCase().replaceAll(/\W+/g, "-");
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
