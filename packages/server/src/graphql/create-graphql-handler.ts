// The run-history GraphQL API: takes one request, bounds it, validates it, runs it, and says what went wrong in words. It
// knows nothing of HTTP beyond the status and the body; the server mounts it at /v0/gql.
import { EverstepError } from "@everstep/protocol";
import { execute, GraphQLError, parse, validate, type DocumentNode } from "graphql";
import { assertDocumentWithinBounds, DOCUMENT_LIMITS } from "./document-bounds.ts";
import { mutationRoot } from "./mutations.ts";
import { queryRoot } from "./queries.ts";
import { type GraphqlOptions, RequestContext } from "./request-context.ts";
import { runHistorySchema } from "./schema.ts";

export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

export interface GraphqlResponse {
  /** 200: executed, perhaps with errors beside the data; 422: the document is wrong and nothing was executed. */
  readonly status: 200 | 422;
  /** To be sent as JSON. */
  readonly body: { readonly data: unknown; readonly errors?: readonly unknown[] };
}

export type GraphqlHandler = (request: GraphqlRequest) => Promise<GraphqlResponse>;

/** Makes the handler of `/v0/gql`. It never rejects: what goes wrong is in the body's `errors`. */
export function createGraphqlHandler(options: GraphqlOptions): GraphqlHandler {
  return async (request) => {
    const document = parseDocument(request.query);
    if (!("kind" in document)) return refuse(document);
    const context = new RequestContext(options);
    const result = await execute({
      schema: runHistorySchema(),
      document,
      rootValue: { ...queryRoot(context), ...mutationRoot(context) },
      variableValues: request.variables ?? {},
      ...(request.operationName === undefined ? {} : { operationName: request.operationName }),
    });
    if (result.errors === undefined) return { status: 200, body: { data: result.data } };
    const errors = result.errors.map((error) => describeError(error, options));
    return {
      status: result.data === undefined ? 422 : 200,
      body: { data: result.data ?? null, errors },
    };
  };
}

/** The same for the server's route: reads the body of `POST /v0/gql` and answers JSON. Never rejects for a bad body. */
export function createGraphqlRoute(
  options: GraphqlOptions,
): (request: Request) => Promise<Response> {
  const handle = createGraphqlHandler(options);
  return async (request) => {
    const { status, body } = await answerText(await request.text(), handle);
    return Response.json(body, { status });
  };
}

async function answerText(
  text: string,
  handle: GraphqlHandler,
): Promise<{ readonly status: number; readonly body: unknown }> {
  let request: GraphqlRequest;
  try {
    request = parseGraphqlBody(parseJson(text));
  } catch (error) {
    if (!(error instanceof EverstepError)) throw error;
    const errors = [{ message: error.message, extensions: { code: error.code } }];
    return { status: error.status, body: { data: null, errors } };
  }
  return handle(request);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EverstepError("body_invalid", `the body is not JSON: ${reason}`, { cause: error });
  }
}

/**
 * Reads the JSON value of an HTTP body: `{"query", "variables"?, "operationName"?}`.
 * @throws EverstepError body_invalid naming the field.
 */
export function parseGraphqlBody(body: unknown): GraphqlRequest {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new EverstepError(
      "body_invalid",
      `the body must be one JSON object such as {"query": "{ functions { slug } }"}`,
    );
  }
  const fields: { query?: unknown; variables?: unknown; operationName?: unknown } = body;
  const { query, variables, operationName } = fields;
  if (typeof query !== "string" || query.trim() === "") {
    throw new EverstepError("body_invalid", "query is missing: it must be GraphQL text");
  }
  if (variables != null && (typeof variables !== "object" || Array.isArray(variables))) {
    throw new EverstepError("body_invalid", "variables must be a JSON object, or be left out");
  }
  if (operationName != null && typeof operationName !== "string") {
    throw new EverstepError("body_invalid", "operationName must be a string, or be left out");
  }
  return {
    query,
    ...(variables == null ? {} : { variables: variables as Record<string, unknown> }),
    // Some clients send "" for a document of one operation.
    ...(operationName == null || operationName === "" ? {} : { operationName }),
  };
}

function parseDocument(query: string): DocumentNode | readonly GraphQLError[] {
  if (query.length > DOCUMENT_LIMITS.charsMax) {
    return [
      new GraphQLError(
        `the query has ${query.length} characters, the limit is ${DOCUMENT_LIMITS.charsMax}: send values as variables, or split the query`,
      ),
    ];
  }
  try {
    const document = parse(query, { maxTokens: DOCUMENT_LIMITS.tokensMax });
    assertDocumentWithinBounds(document);
    const errors = validate(runHistorySchema(), document, undefined, { maxErrors: 20 });
    return errors.length === 0 ? document : errors;
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

function refuse(errors: readonly GraphQLError[]): GraphqlResponse {
  return { status: 422, body: { data: null, errors: errors.map((error) => error.toJSON()) } };
}

/** The caller's mistakes are told as they are; anything else may hold secrets and goes to the log instead. */
function describeError(error: GraphQLError, options: GraphqlOptions): unknown {
  const cause = error.originalError ?? undefined;
  if (cause === undefined || cause instanceof GraphQLError) return error.toJSON();
  const { locations, path } = error.toJSON();
  if (cause instanceof EverstepError) {
    const data = cause.data === undefined ? {} : { data: cause.data };
    const extensions = { code: cause.code, ...data };
    return { message: cause.message, locations, path, extensions };
  }
  const field = (error.path ?? []).join(".");
  options.onInternalError?.(cause, field);
  const message = `${field} could not be read: the server met an error of its own, which is in its log`;
  return { message, locations, path, extensions: { code: "internal" } };
}
