// From values of the engine to the JSON of REST v2: points in time become RFC 3339 text, spans of time durations such as "1m30s",
// and both lose the unit in their names. The type says the same, so a schema that does not fit what is answered does not compile.
import { formatDuration } from "@everstep/protocol";

/** What users wrote or apps threw: passed on as it is, whatever its keys are called. */
type Opaque = "error" | "lastError" | "keyErrors";

export type Wire<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : Value extends readonly (infer Item)[]
    ? Wire<Item>[]
    : {
        -readonly [
          Key in keyof Value as Key extends `${infer Name}Ms` ? Name : Key
        ]: Key extends Opaque ? Value[Key] : Key extends `${string}Ms` ? string : Wire<Value[Key]>;
      };

const OPAQUE: ReadonlySet<string> = new Set<Opaque>(["error", "lastError", "keyErrors"]);
/** Names of points in time, without their unit; every other number of milliseconds is a span. */
const POINT = /(?:^at|At|^until|^since)$/;

export function toWire<Value>(value: Value): Wire<Value> {
  return convert(value) as Wire<Value>;
}

export function toTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => entryOf(key, part)));
}

function entryOf(key: string, value: unknown): [string, unknown] {
  if (OPAQUE.has(key)) return [key, value];
  if (typeof value !== "number" || !key.endsWith("Ms")) return [key, convert(value)];
  const name = key.slice(0, -2);
  return [name, POINT.test(name) ? toTime(value) : formatDuration(value)];
}
