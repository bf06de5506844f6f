// One line of a handler's logger as our engine keeps it: a text and fields that are bounded JSON. Invariants: whatever is logged
// makes a line, nothing in it throws; the line is a copy, so that what user code changes later does not change it.
import type { Logger } from "../functions/definition.ts";
import { safeStringify } from "../wire/json-text.ts";
import { serializeError } from "../wire/serialized-error.ts";
import { messageFirst } from "./message-first.ts";

/** A line as it goes over the wire (docs/reference/logs.md). */
export interface LogLine {
  /** When it was written, epoch ms. */
  readonly at: number;
  readonly level: keyof Logger;
  readonly message: string;
  /** A JSON object. */
  readonly fields?: unknown;
  /** Hashed id of the step in whose callback it was written. */
  readonly step?: string;
}

/** Where a line comes from. */
export interface LineOrigin {
  readonly atMs: number;
  readonly stepId: string | undefined;
  /** Fields of the child loggers that wrote it, outermost first; those of the line itself win. */
  readonly bindings?: readonly object[];
}

/** Longer messages and longer JSON of fields are cut. */
const MESSAGE_CHARS_MAX = 4_000;
const FIELDS_CHARS_MAX = 8_000;
/** The members of a line besides its message and fields. */
const LINE_CHARS = 120;

/** Arguments in both orders: texts and numbers make the message, objects and errors the fields. */
export function toLogLine(
  level: keyof Logger,
  args: readonly unknown[],
  origin: LineOrigin,
): LogLine {
  const texts: string[] = [];
  const fields: Record<string, unknown> = {};
  for (const each of origin.bindings ?? []) take(each, [], fields);
  for (const argument of messageOf(args)) take(argument, texts, fields);
  const written = writeFields(fields);
  return {
    at: origin.atMs,
    level,
    message: cut(texts.join(" "), MESSAGE_CHARS_MAX),
    ...(written === undefined ? {} : { fields: written }),
    ...(origin.stepId === undefined ? {} : { step: origin.stepId }),
  };
}

/** About how much room it takes in an answer, characters. */
export function charsOf({ message, fields }: LogLine): number {
  const fieldsChars = fields === undefined ? 0 : (JSON.stringify(fields)?.length ?? 0);
  return message.length + fieldsChars + LINE_CHARS;
}

/** A getter of the user's object may throw, and so may a proxy. */
function messageOf(args: readonly unknown[]): readonly unknown[] {
  try {
    return messageFirst(args);
  } catch {
    return args;
  }
}

function take(argument: unknown, texts: string[], fields: Record<string, unknown>): void {
  try {
    if (typeof argument !== "object" || argument === null) texts.push(String(argument));
    else if (argument instanceof Error) takeError(argument, texts, fields);
    else takeObject(argument, texts, fields);
  } catch (error) {
    fields["unwritable"] = String((error as { readonly message?: unknown } | null)?.message);
  }
}

/** The first error beside no text gives the line its message. */
function takeError(error: Error, texts: string[], fields: Record<string, unknown>): void {
  if (texts.length === 0) texts.push(`${error.name}: ${error.message}`);
  fields[freeName(fields, "err")] = serializeError(error);
}

function takeObject(value: object, texts: string[], fields: Record<string, unknown>): void {
  const copy: unknown = JSON.parse(toJson(value) ?? "null");
  if (typeof copy !== "object" || copy === null) texts.push(String(copy));
  else if (Array.isArray(copy)) fields[freeName(fields, "args")] = copy;
  // No assignment: a member called __proto__ is data like any other.
  else for (const [name, member] of Object.entries(copy)) define(fields, name, member);
}

function define(fields: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(fields, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function freeName(fields: Record<string, unknown>, name: string): string {
  let free = name;
  for (let n = 2; Object.hasOwn(fields, free); n += 1) free = `${name}${n}`;
  return free;
}

/** JSON text with what JSON leaves out of logs: bigints and errors, also deep inside. */
function toJson(value: object): string | undefined {
  try {
    return JSON.stringify(value, writeKnown);
  } catch (error) {
    if (error instanceof TypeError) return safeStringify(value);
    throw error;
  }
}

function writeKnown(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value instanceof Error ? serializeError(value) : value;
}

function writeFields(fields: Record<string, unknown>): unknown {
  if (Object.keys(fields).length === 0) return undefined;
  try {
    const json = toJson(fields) ?? "{}";
    if (json.length > FIELDS_CHARS_MAX) return { cut: cut(json, FIELDS_CHARS_MAX) };
    return JSON.parse(json) as unknown;
  } catch (error) {
    return { unwritable: String((error as { readonly message?: unknown } | null)?.message) };
  }
}

function cut(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax - 1)}…`;
}
