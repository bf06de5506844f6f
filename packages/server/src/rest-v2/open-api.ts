// The OpenAPI 3.1 document of REST v2, from its operations. Loaded when it is first asked for: the schemas' conversion to JSON
// Schema is needed nowhere else.
import { ERROR_CODES, type ErrorCode } from "@everstep/protocol";
import { toJsonSchema } from "@valibot/to-json-schema";
import { BASES, type Fields, type Operation, type Schema } from "./operation.ts";

type JsonObject = Record<string, unknown>;

/** What any operation may answer. */
const COMMON_ERRORS: readonly ErrorCode[] = ["argument_invalid", "key_rejected", "internal"];

export function openApiDocument(operations: readonly Operation[], version: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const each of operations) {
    paths[each.path] = { ...paths[each.path], [each.method.toLowerCase()]: operationObject(each) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Everstep REST v2", version },
    servers: BASES.map((url) => ({ url })),
    security: [{ signingKey: [] }],
    components: {
      securitySchemes: {
        signingKey: {
          type: "http",
          scheme: "bearer",
          description: "A signing key or its SHA-256; a dev server asks for none.",
        },
      },
    },
    paths,
  };
}

function operationObject(each: Operation): JsonObject {
  const { id, tag, summary, description, body } = each;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [...parameters(each.params, "path"), ...parameters(each.query, "query")],
    ...(body === undefined ? {} : { requestBody: requestBody(body.schema) }),
    responses: responses(each),
  };
}

function parameters(fields: Fields, place: "path" | "query"): readonly JsonObject[] {
  return Object.entries(fields).map(([name, schema]) => {
    const { description, ...rest } = convert(schema, "input");
    return {
      name,
      in: place,
      required: place === "path",
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function requestBody(schema: Schema): JsonObject {
  return { required: true, content: jsonContent(convert(schema, "input")) };
}

function responses(each: Operation): JsonObject {
  const data = convert(each.data, "output");
  const answer = {
    type: "object",
    required: ["data", "metadata"],
    properties: {
      data,
      metadata: {
        type: "object",
        required: ["fetchedAt", "cachedUntil"],
        properties: { fetchedAt: { type: "string" }, cachedUntil: { type: ["string", "null"] } },
      },
    },
  };
  const statuses = new Set([...COMMON_ERRORS, ...each.errors].map((code) => ERROR_CODES[code]));
  const errors = [...statuses].toSorted((a, b) => a - b).map((status) => [status, ERROR]);
  return {
    200: { description: each.summary, content: jsonContent(answer) },
    ...(Object.fromEntries(errors) as JsonObject),
  };
}

const ERROR: JsonObject = {
  description: "What was wrong, with the way out.",
  content: jsonContent({
    type: "object",
    required: ["errors"],
    properties: {
      errors: {
        type: "array",
        items: {
          type: "object",
          required: ["code", "message"],
          properties: {
            code: { type: "string" },
            message: { type: "string" },
            field: { type: "string", description: "Of the body that was sent." },
          },
        },
      },
    },
  }),
};

function jsonContent(schema: JsonObject): JsonObject {
  return { "application/json": { schema } };
}

/** Checks that JSON Schema has no words for are left out; their messages say what they ask. */
function convert(schema: Schema, typeMode: "input" | "output"): JsonObject {
  const options = { typeMode, errorMode: "ignore", target: "draft-2020-12" } as const;
  const { $schema: _, ...converted } = toJsonSchema(schema, options) as JsonObject;
  return converted;
}
