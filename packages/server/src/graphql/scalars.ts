// What the schema's own scalars accept and answer. Inside the resolvers a Time is epoch ms; one that was sent with a finer
// fraction comes in between two milliseconds, so that each bound can round to its own side.
import { parseTimeOrDurationMs } from "@everstep/protocol";
import { GraphQLError, type GraphQLScalarType, type GraphQLSchema, isScalarType } from "graphql";

/** Gives the scalars of a schema built from text their behaviour. */
export function installScalars(schema: GraphQLSchema): void {
  const time = scalar(schema, "Time");
  time.coerceInputValue = parseTime;
  time.coerceInputLiteral = (node) => parseTime("value" in node ? node.value : undefined);
  time.coerceOutputValue = (atMs) => new Date(Number(atMs)).toISOString();

  const map = scalar(schema, "Map");
  map.coerceInputValue = parseMap;

  for (const name of ["ULID", "UUID", "Bytes"]) {
    const text = scalar(schema, name);
    text.coerceInputValue = (value) => parseText(name, value);
    text.coerceInputLiteral = (node) =>
      parseText(name, node.kind === "StringValue" ? node.value : undefined);
    text.coerceOutputValue = String;
  }
}

function scalar(schema: GraphQLSchema, name: string): GraphQLScalarType {
  const type = schema.getType(name);
  if (!isScalarType(type)) throw new TypeError(`the GraphQL schema has no scalar ${name}`);
  return type;
}

function parseTime(value: unknown): number {
  const isDate = typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value);
  const atMs = isDate ? parseTimeOrDurationMs(value, 0) : undefined;
  if (!isDate || atMs === undefined) {
    throw new GraphQLError(
      `Time cannot be ${shown(value)}: send RFC 3339 text such as "2026-01-31T08:00:00.000Z"`,
    );
  }
  // A finer fraction was rounded up.
  return /[.,]\d{3}0*[1-9]/.test(value) ? atMs - 0.5 : atMs;
}

function parseMap(value: unknown): unknown {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new GraphQLError(`Map cannot be ${shown(value)}: send a JSON object`);
}

function parseText(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new GraphQLError(`${name} cannot be ${shown(value)}: send a string`);
}

function shown(value: unknown): string {
  return value === undefined ? "this value" : (JSON.stringify(value) ?? "this value").slice(0, 80);
}
