// From values of the engine to the JSON of REST v2: points in time become RFC 3339 text, spans of time durations such as "1m30s",
// both lose the unit in their names, and words of closed sets become upper case. The type says the same, so a schema that does
// not fit what is answered does not compile.
import { formatDuration } from "@everstep/protocol";

/** What users wrote or apps threw: passed on as it is, whatever its keys are called. */
type Opaque = "error" | "lastError" | "keyErrors";
/** Members that hold a word of a closed set. */
type Word = "type" | "status" | "scope" | "level" | "by" | "reason";

type WireValue<Key, Value> = Key extends Opaque
  ? Value
  : Key extends `${string}Ms`
    ? string
    : Key extends Word
      ? Value extends string
        ? Uppercase<Value>
        : Value
      : Wire<Value>;

export type Wire<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : Value extends readonly (infer Item)[]
    ? Wire<Item>[]
    : {
        -readonly [Key in keyof Value as Key extends `${infer Name}Ms` ? Name : Key]: WireValue<
          Key,
          Value[Key]
        >;
      };

const OPAQUE: ReadonlySet<string> = new Set<Opaque>(["error", "lastError", "keyErrors"]);
const WORDS: ReadonlySet<string> = new Set<Word>([
  "type",
  "status",
  "scope",
  "level",
  "by",
  "reason",
]);
/** Names of points in time, without their unit; every other number of milliseconds is a span. */
const POINT = /(?:^at|At|^until|^since)$/;

export function toWire<Value>(value: Value): Wire<Value> {
  return convert(value) as Wire<Value>;
}

export function toTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** Nothing for nothing. */
export function toTimeIf(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : toTime(atMs);
}

export function toUpper<Text extends string>(text: Text): Uppercase<Text> {
  return text.toUpperCase() as Uppercase<Text>;
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => entryOf(key, part)));
}

function entryOf(key: string, value: unknown): [string, unknown] {
  if (OPAQUE.has(key)) return [key, value];
  if (WORDS.has(key) && typeof value === "string") return [key, toUpper(value)];
  if (typeof value !== "number" || !key.endsWith("Ms")) return [key, convert(value)];
  const name = key.slice(0, -2);
  return [name, POINT.test(name) ? toTime(value) : formatDuration(value)];
}
