// docs/reference/rest-v2.md, made from the table of routes so that it cannot lie.
import { API_ERRORS, COMMON_ERRORS, openApiDocument } from "@everstep/api";
import { typeText, type JsonSchema } from "./type-text.ts";

interface Operation {
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly {
    name: string;
    in: string;
    required: boolean;
    schema: JsonSchema;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content: Content }>
  >;
}
type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

const NO_CONTENT: Content = {};

const INTRODUCTION = `# REST v2

Everything that the dashboard and the command line do, they do with this API. It is below \`/v2\` and, as on the official server, \`/api/v2\`.
\`GET /v2/openapi.json\` describes it for programs, \`/docs/api\` shows it in a browser, and \`@everstep/api\` holds its schemas and types.

\`\`\`sh
curl -s 'http://127.0.0.1:8288/v2/runs?status=FAILED&limit=5'
\`\`\`

- A dev server wants no key; \`everstep start\` wants \`Authorization: Bearer <signing key>\`.
- Answers are \`{ "data": …, "metadata": { "fetchedAt": … } }\`. Errors are \`{ "errors": [{ "code", "message", "field"? }] }\`.
- Times are RFC 3339 in UTC; in queries epoch milliseconds are taken, too. What is absent is left out. Lists in queries repeat their name: \`?status=FAILED&status=CANCELLED\`. A parameter that is not known is an error.
- Lists come in pages: give \`page.cursor\` as \`cursor\`, with the same filter. A search with \`query\` may stop before its page is full, to answer in time; \`page.scannedTo\` says how far it came, and \`hasMore\` that it goes on.
- Functions are named by id or slug, apps by id or name. \`x-everstep-actor\` names who asks, for the audit of pauses and limits.
- Bulk actions survive restarts: each run is dealt with once. Failures are counted as they happen; after an upgrade of an older database \`isExact\` is false until its runs were looked through. Durations in statistics are right to 3 %.
- Differs from the official v2 API: paths of functions are \`/functions/{id or slug}\`, without the app before; there is one account and one environment, and keys are shown masked; webhooks, \`/insights\`, \`/experiments\`, \`/sessions\`, \`/sandboxes\`, partner accounts and scores answer 501; \`metadata\` has no \`cachedUntil\`, because nothing is cached.

The live stream \`GET /v2/stream\` is server-sent events. First, and after each reconnect, comes \`hello\`: read afresh what is shown. Changes are gathered for 250 ms and each run is told once; \`isPartial\` says that more changed than is named. It can be watched from a shell:

\`\`\`sh
curl -sN http://127.0.0.1:8288/v2/stream
\`\`\`
`;

export function referencePage(): string {
  const document = openApiDocument({ version: "", isGuarded: true });
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => ({ path, method, each: each as Operation })),
  );
  const groups = [...new Set(operations.flatMap(({ each }) => each.tags))];
  const { schemas } = document.components as { schemas: Record<string, JsonSchema> };
  const sections = groups.map((group) => {
    const own = operations.filter(({ each }) => each.tags.includes(group));
    return `## ${group}\n\n${own.map(renderOperation).join("\n")}`;
  });
  const types = Object.entries(schemas)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => `### ${name}\n\n${block(typeText(schema))}`);
  return `${INTRODUCTION}\n${sections.join("\n")}\n## Types\n\n${types.join("\n")}\n${errorTable()}`;
}

function renderOperation(given: { path: string; method: string; each: Operation }): string {
  const { path, method, each } = given;
  const parameters = (each.parameters ?? []).filter((one) => one.in === "query");
  const body = each.requestBody?.content["application/json"]?.schema;
  const [success, { content }] = Object.entries(each.responses).find(([status]) =>
    status.startsWith("2"),
  ) ?? ["", { content: NO_CONTENT }];
  const [schema] = Object.values(content).map((one) => one.schema);
  return [
    `### ${method.toUpperCase()} ${path}\n\n${each.summary}.\n`,
    parameters.length === 0 ? "" : `Query:\n\n${parameters.map(renderParameter).join("\n")}\n`,
    body === undefined ? "" : `Body:\n\n${block(typeText(body))}`,
    `Answers ${success}, data:\n\n${block(typeText(schema?.properties?.["data"] ?? schema ?? {}))}`,
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function renderParameter(parameter: {
  name: string;
  required: boolean;
  schema: JsonSchema;
}): string {
  const { description, default: given } = parameter.schema;
  const words = [
    `\`${typeText(parameter.schema)}\``,
    ...(given === undefined ? [] : [`default \`${JSON.stringify(given)}\``]),
  ].join(", ");
  return `- \`${parameter.name}\` (${words})${description === undefined ? "" : `: ${description}`}`;
}

function errorTable(): string {
  const rows = Object.entries(API_ERRORS).map(
    ([code, { status, meaning }]) => `- \`${code}\` (${status}): ${meaning}`,
  );
  const common = COMMON_ERRORS.map((code) => `\`${code}\``).join(", ");
  return `## Errors\n\nAny route may answer ${common}; the others stand with their routes in the OpenAPI document.\n\n${rows.join("\n")}\n`;
}

function block(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\`\n`;
}
