// What one route of REST v2 is: everything that the server, the OpenAPI document and a typed client must know of it.
import type { z } from "zod";
import type { PagedEnvelope, Envelope } from "./envelope.ts";
import type { ApiErrorCode } from "./error-codes.ts";

export type ApiGroup =
  | "Server"
  | "Runs"
  | "Functions"
  | "Events"
  | "Apps"
  | "Schedules"
  | "Failures"
  | "Bulk actions"
  | "Live";

export interface ApiRoute {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below /v2 and /api/v2; parameters in braces. */
  readonly path: `/${string}`;
  readonly group: ApiGroup;
  /** One line, imperative. */
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** An absent body is read as `{}`. */
  readonly body?: z.ZodObject;
  /** `data` of the answer; of a stream: one message. */
  readonly data: z.ZodType;
  /** `one`: `{ data, metadata }`. `page`: with `page`. `stream`: server-sent events. */
  readonly answer: "one" | "page" | "stream";
  /** Of a success. */
  readonly status: 200 | 201 | 202;
  /** Beside COMMON_ERRORS. */
  readonly errors: readonly ApiErrorCode[];
}

export type ObjectSchema = z.ZodObject;
export type SchemaIssue = z.core.$ZodIssue;

type Input<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;
type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Part<Route, Name extends string> = Name extends keyof Route ? Route[Name] : undefined;

/** What a caller gives. */
export type ParamsOf<Route extends ApiRoute> = Input<Part<Route, "params">>;
export type QueryOf<Route extends ApiRoute> = Input<Part<Route, "query">>;
export type BodyOf<Route extends ApiRoute> = Input<Part<Route, "body">>;

/** What a handler gets, with defaults filled in. */
export interface ParsedRequest<Route extends ApiRoute> {
  readonly params: Output<Part<Route, "params">>;
  readonly query: Output<Part<Route, "query">>;
  readonly body: Output<Part<Route, "body">>;
}

export type DataOf<Route extends ApiRoute> = z.output<Route["data"]>;
/** What a caller receives; of a stream: one message. */
export type AnswerOf<Route extends ApiRoute> = Route["answer"] extends "page"
  ? PagedEnvelope<DataOf<Route>>
  : Route["answer"] extends "one"
    ? Envelope<DataOf<Route>>
    : DataOf<Route>;
