// An operation of REST v2 as data: where it is, what it takes and answers, which errors it knows. From it come the routes, the
// checks of what callers send, the types of its handler, and its part of the OpenAPI document.
import type { ErrorCode } from "@everstep/protocol";
import * as v from "valibot";
import { readObject } from "../http/read-body.ts";
import { json, type Route, type RouteContext, type RouteMethod } from "../http/route.ts";
import { invalid } from "../rest/query-params.ts";
import { toTime } from "./wire.ts";

export type Schema = v.GenericSchema;
/** Parameters by name; their messages say what a value must be. */
export type Fields = Readonly<Record<string, Schema>>;
type Values<Given extends Fields> = { readonly [Name in keyof Given]: v.InferOutput<Given[Name]> };

interface Description {
  /** Unique; becomes `operationId`. */
  readonly id: string;
  readonly method: RouteMethod;
  /** Below the base, with `{name}` parameters. */
  readonly path: `/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Errors of its own, beside those that every operation has. */
  readonly errors: readonly ErrorCode[];
  /** Described here and read by the handler, whose parser knows better words than a schema. */
  readonly body?: { readonly schema: Schema; readonly bytesMax: number };
}

interface OperationRequest<Params, Query> {
  readonly params: Params;
  readonly query: Query;
  /** Who asks, for audits. */
  readonly actor: string;
  /** The JSON object that was sent. @throws EverstepError body_invalid, payload_too_large. */
  readonly readBody: () => Promise<Record<string, unknown>>;
}

type Handler<Params extends Fields, Query extends Fields, Data extends Schema> = (
  request: OperationRequest<Values<Params>, Values<Query>>,
) => Promise<v.InferOutput<Data>>;

export interface Operation extends Description {
  readonly params: Fields;
  readonly query: Fields;
  /** Of `data` in the answer. */
  readonly data: Schema;
  readonly answer: (context: RouteContext, nowMs: () => number) => Promise<Response>;
}

/** Bases under which REST v2 answers; the second one is an alias of the official server, too. */
export const BASES = ["/api/v2", "/v2"] as const;

const BODY_BYTES_MAX = 64 * 1024;

export function operation<
  const Params extends Fields,
  const Query extends Fields,
  Data extends Schema,
>(
  given: Description & {
    readonly params: Params;
    readonly query: Query;
    readonly data: Data;
    readonly handle: Handler<Params, Query, Data>;
  },
): Operation {
  const { handle, ...described } = given;
  return {
    ...described,
    answer: async (context, nowMs) => {
      const data = await handle({
        params: parseFields(given.params, (name) => context.req.param(name)),
        query: parseFields(given.query, (name) => context.req.query(name)),
        actor: actorOf(context),
        readBody: () => readObject(context.env.incoming, given.body?.bytesMax ?? BODY_BYTES_MAX),
      });
      return json({ data, metadata: { fetchedAt: toTime(nowMs()), cachedUntil: null } }, 200, {
        "cache-control": "no-store",
      });
    },
  };
}

export function routesOf(operations: readonly Operation[], nowMs: () => number): Route[] {
  return operations.flatMap(({ method, path, answer }) =>
    BASES.map((base): Route => ({
      method,
      path: base + path.replaceAll(/\{(\w+)\}/g, ":$1"),
      access: "key",
      handle: (context) => answer(context, nowMs),
    })),
  );
}

function parseFields<Given extends Fields>(
  fields: Given,
  read: (name: string) => string | undefined,
): Values<Given> {
  const entries = Object.entries(fields).map(([name, schema]) => [
    name,
    parseField(schema, name, read(name)),
  ]);
  return Object.fromEntries(entries) as Values<Given>;
}

/** @throws EverstepError argument_invalid with the name, the value and what it must be. */
function parseField(schema: Schema, name: string, value: string | undefined): unknown {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw invalid(name, value, result.issues[0].message);
}

const ACTOR_HEADER = "x-everstep-actor";
const actor = v.optional(
  v.pipe(
    v.string(),
    v.regex(/^[\w .:@/+-]{1,100}$/, "it must be 1 to 100 letters, digits, spaces or .:@/+-_"),
  ),
  "api",
);

function actorOf(context: RouteContext): string {
  return parseField(actor, ACTOR_HEADER, context.req.header(ACTOR_HEADER)) as string;
}
