// The OpenAPI 3.1 document of REST v2, made from the table of routes. Schemas that have an id become components.
import { z } from "zod";
import { API_ROUTES } from "./api-routes.ts";
import { errorBodySchema, metadataSchema, pageSchema } from "./envelope.ts";
import { API_ERRORS, COMMON_ERRORS, type ApiErrorCode } from "./error-codes.ts";
import type { ApiRoute, ObjectSchema } from "./route.ts";

type JsonObject = Record<string, unknown>;

export interface OpenApiDocument extends JsonObject {
  readonly openapi: string;
  readonly paths: Record<string, JsonObject>;
  readonly components: JsonObject;
}

/** @param info.isGuarded Whether callers must show a signing key. */
export function openApiDocument(info: {
  readonly version: string;
  readonly isGuarded: boolean;
}): OpenApiDocument {
  const components: JsonObject = {};
  const paths: Record<string, JsonObject> = {};
  for (const [id, route] of Object.entries(API_ROUTES as Record<string, ApiRoute>)) {
    const operation = operationOf(id, route, components);
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Everstep REST v2",
      version: info.version,
      description:
        "Answers are `{ data, metadata }`, lists with `page`, errors `{ errors: [{ code, message }] }`. Times are RFC 3339 in UTC.",
    },
    servers: [{ url: "/v2" }, { url: "/api/v2" }],
    tags: [...new Set(Object.values(API_ROUTES).map(({ group }) => group))].map((name) => ({
      name,
    })),
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        signingKey: { type: "http", scheme: "bearer", description: "A signing key of the server." },
      },
    },
    security: info.isGuarded ? [{ signingKey: [] }] : [],
  };
}

function operationOf(id: string, route: ApiRoute, components: JsonObject): JsonObject {
  const convert = (schema: z.ZodType, io: "input" | "output"): JsonObject =>
    toSchema(schema, io, components);
  const parameters = [
    ...parametersOf(route.params, "path", convert),
    ...parametersOf(route.query, "query", convert),
  ];
  return {
    operationId: id,
    tags: [route.group],
    summary: route.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: !route.body.safeParse({}).success,
            content: { "application/json": { schema: convert(route.body, "input") } },
          },
        }),
    responses: {
      [route.status]: { description: "Success", content: contentOf(route, convert) },
      ...errorResponses(route, convert),
    },
  };
}

type Convert = (schema: z.ZodType, io: "input" | "output") => JsonObject;

function parametersOf(
  schema: ObjectSchema | undefined,
  place: "path" | "query",
  convert: Convert,
): JsonObject[] {
  if (schema === undefined) return [];
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => {
    const isRequired = place === "path" || !field.safeParse(undefined).success;
    return { name, in: place, required: isRequired, schema: convert(field, "input") };
  });
}

function contentOf(route: ApiRoute, convert: Convert): JsonObject {
  const data = convert(route.data, "output");
  if (route.answer === "stream") return { "text/event-stream": { schema: data } };
  const isPage = route.answer === "page";
  const properties = {
    data,
    metadata: convert(metadataSchema, "output"),
    ...(isPage ? { page: convert(pageSchema, "output") } : {}),
  };
  const schema = { type: "object", properties, required: Object.keys(properties) };
  return { "application/json": { schema: { ...schema, additionalProperties: false } } };
}

/** One response for each status, which names its codes. */
function errorResponses(route: ApiRoute, convert: Convert): JsonObject {
  const byStatus = new Map<number, ApiErrorCode[]>();
  for (const code of new Set([...route.errors, ...COMMON_ERRORS])) {
    const { status } = API_ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const entries = [...byStatus].map(([status, codes]) => {
    const description = codes.map((code) => `\`${code}\`: ${API_ERRORS[code].meaning}`).join(" ");
    const schema = convert(errorBodySchema, "output");
    return [String(status), { description, content: { "application/json": { schema } } }];
  });
  return Object.fromEntries(entries) as JsonObject;
}

/** The schema with its named parts moved to the components of the document. */
function toSchema(schema: z.ZodType, io: "input" | "output", components: JsonObject): JsonObject {
  const made = z.toJSONSchema(schema, { io, target: "draft-2020-12" }) as JsonObject;
  const { $schema: _schema, $defs, id, ...rest } = made;
  for (const [name, part] of Object.entries(($defs ?? {}) as JsonObject)) {
    components[name] ??= withReferences(withoutId(part as JsonObject));
  }
  if (typeof id !== "string") return withReferences(rest) as JsonObject;
  components[id] ??= withReferences(rest, id);
  return { $ref: `#/components/schemas/${id}` };
}

function withoutId({ id: _id, ...rest }: JsonObject): JsonObject {
  return rest;
}

/** @param self What `#` means, in a schema that refers to itself. */
function withReferences(value: unknown, self?: string): unknown {
  if (Array.isArray(value)) return value.map((part) => withReferences(part, self));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      if (key !== "$ref" || typeof part !== "string") return [key, withReferences(part, self)];
      return [
        key,
        part === "#"
          ? `#/components/schemas/${self}`
          : part.replace("#/$defs/", "#/components/schemas/"),
      ];
    }),
  );
}
