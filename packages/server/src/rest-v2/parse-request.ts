// Reads what a caller sent into what the route's schemas say. Every refusal names the field and what it must be; nothing that
// was sent is silently ignored.
import type { ApiRoute, ObjectSchema, ParsedRequest, SchemaIssue } from "@everstep/api";
import { EverstepError, isNestedDeeperThan, LIMITS } from "@everstep/protocol";
import { parseObject, readText } from "../http/read-body.ts";
import type { RouteContext } from "../http/route.ts";
import { ApiError, type ApiErrorDetail } from "./api-error.ts";

const ACTOR_HEADER = "x-everstep-actor";
const DETAILS_MAX = 20;

export type ApiRequest<Route extends ApiRoute> = ParsedRequest<Route> & {
  /** Who asks, for audits. */
  readonly actor: string;
};

/** @throws ApiError; EverstepError body_invalid, payload_too_large. */
export async function parseRequest<Route extends ApiRoute>(
  route: Route,
  context: RouteContext,
  params: Readonly<Record<string, string>>,
): Promise<ApiRequest<Route>> {
  const url = new URL(context.req.url);
  const request = {
    actor: readActor(context),
    params: route.params === undefined ? undefined : check(route.params, params),
    query:
      route.query === undefined
        ? refuseQuery(url)
        : check(route.query, readQuery(route.query, url.searchParams)),
    body: route.body === undefined ? undefined : checkBody(route.body, await readBody(context)),
  };
  return request as unknown as ApiRequest<Route>;
}

/** Texts of a URL as values of the kinds that the schema knows; what does not fit stays text, and the schema refuses it. */
function readQuery(schema: ObjectSchema, given: URLSearchParams): Record<string, unknown> {
  const entries = [...new Set(given.keys())].map((name) => {
    const kind = kindOf(Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined);
    const texts = given.getAll(name);
    return [name, kind === "array" ? texts : fromText(kind, texts)];
  });
  // Own properties, whatever their names are: an assignment to `__proto__` would be lost.
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function fromText(kind: string, texts: readonly string[]): unknown {
  const [text = ""] = texts;
  if (texts.length > 1) return texts;
  if (kind === "number" && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** The kind of value below `optional` and `default`. */
function kindOf(field: unknown): string {
  const { def } = (field ?? {}) as { def?: { type: string; innerType?: unknown } };
  if (def?.innerType !== undefined) return kindOf(def.innerType);
  return def?.type ?? "unknown";
}

function refuseQuery(url: URL): undefined {
  const [name] = url.searchParams.keys();
  if (name === undefined) return undefined;
  throw new ApiError({
    code: "invalid_field_format",
    field: name.slice(0, 100),
    message: `"${name.slice(0, 100)}" is no parameter of this route: it takes none in its query.`,
  });
}

async function readBody({ env, req }: RouteContext): Promise<Record<string, unknown>> {
  const { incoming } = env;
  const isEmpty =
    incoming.headers["content-length"] === "0" ||
    (incoming.headers["content-length"] === undefined &&
      incoming.headers["transfer-encoding"] === undefined);
  if (isEmpty) return {};
  const type = req.header("content-type") ?? "application/json";
  if (!/\bjson\b|^text\/plain/i.test(type)) {
    throw new ApiError({
      code: "unsupported_media_type",
      message: `The content type is "${type.slice(0, 60)}": send application/json.`,
    });
  }
  const text = await readText(incoming, LIMITS.eventBytesMax);
  if (isNestedDeeperThan(text, LIMITS.jsonDepthMax)) {
    throw new EverstepError(
      "body_invalid",
      `The request body is nested deeper than ${LIMITS.jsonDepthMax} levels: flatten it.`,
    );
  }
  return parseObject(text);
}

/** Values that only pass through (event data, step input) are kept as they were sent: a check copies them without `__proto__`. */
function checkBody(schema: ObjectSchema, sent: Record<string, unknown>): unknown {
  const checked = check(schema, sent) as Record<string, unknown>;
  const kept = Object.keys(sent).filter((name) => kindOf(schema.shape[name]) === "record");
  return { ...checked, ...Object.fromEntries(kept.map((name) => [name, sent[name]])) };
}

function check(schema: ObjectSchema, value: unknown): unknown {
  // The one name that a strict schema does not see.
  if (Object.hasOwn(value as object, "__proto__")) {
    throw new ApiError(unknownField("__proto__", [], schema));
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const details = result.error.issues.slice(0, DETAILS_MAX).flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [toDetail(issue, value)];
    return issue.keys.map((key) => unknownField(key, issue.path, schema));
  });
  const [first, ...further] = details;
  if (first === undefined) throw result.error;
  throw new ApiError(first, ...further);
}

function toDetail(issue: SchemaIssue, root: unknown): ApiErrorDetail {
  const field = issue.path.join(".");
  const found = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    root,
  );
  if (found === undefined) {
    return { code: "missing_field", field, message: `"${field}" is missing: ${issue.message}.` };
  }
  const shown = JSON.stringify(found).slice(0, 100);
  return {
    code: "invalid_field_format",
    field,
    message: `"${field}" is ${shown}: ${issue.message}.`,
  };
}

function unknownField(
  key: string,
  path: readonly PropertyKey[],
  schema: ObjectSchema,
): ApiErrorDetail {
  const field = [...path, key].join(".").slice(0, 100);
  const names = Object.keys(schema.shape).join(", ");
  const known = path.length === 0 ? `; known are ${names}` : "";
  return {
    code: "invalid_field_format",
    field,
    message: `"${field}" is no field of this request: check its spelling${known}.`,
  };
}

function readActor({ req }: RouteContext): string {
  const actor = req.header(ACTOR_HEADER);
  if (actor === undefined) return "api";
  if (/^[\w .:@/+-]{1,100}$/.test(actor)) return actor;
  throw new ApiError({
    code: "invalid_field_format",
    field: ACTOR_HEADER,
    message: `"${ACTOR_HEADER}" must be 1 to 100 letters, digits, spaces or .:@/+-_.`,
  });
}
