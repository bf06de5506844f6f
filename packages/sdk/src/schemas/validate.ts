// Runs one schema over one value and says what is wrong by path. Data that travelled as JSON is given a second chance: where a
// schema refuses an ISO date string, the Date is tried in its place, so that `z.date()` holds on both sides (R17).
import { toTaggedJson } from "../wire/tagged-values.ts";
import {
  isStandardSchema,
  type AnySchema,
  type LegacyZodSchema,
  type SchemaIssue,
  type SchemaResult,
} from "./standard-schema.ts";

const ISO_DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Runs a schema; never throws for an invalid value. */
export async function validateValue(
  schema: AnySchema,
  value: unknown,
): Promise<SchemaResult<unknown>> {
  if (isStandardSchema(schema)) return schema["~standard"].validate(value);
  const result = (await (schema as LegacyZodSchema).safeParseAsync(value)) as
    | { readonly success: true; readonly data: unknown }
    | { readonly success: false; readonly error: { readonly issues: readonly SchemaIssue[] } };
  return result.success ? { value: result.data } : { issues: result.error.issues };
}

/**
 * Like validateValue, for a value that was JSON on its way: date strings are tried as dates where the schema refuses them, and the
 * other way round, a schema of plain JSON gets plain JSON.
 */
export async function validateReceived(
  schema: AnySchema,
  value: unknown,
): Promise<SchemaResult<unknown>> {
  const first = await validateValue(schema, value);
  if (!first.issues) return first;
  const exchanged = exchangeRefused(value, first.issues);
  if (exchanged === undefined) return first;
  const second = await validateValue(schema, exchanged);
  return second.issues ? first : second;
}

/** The keys of an issue's path, unwrapped. */
export function issuePath(issue: SchemaIssue): PropertyKey[] {
  return (issue.path ?? []).map((part) => (typeof part === "object" ? part.key : part));
}

/** A path as authors write it: `items[0].price`. Empty for the value itself. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? String(part) : `.${String(part)}`;
  }
  return text;
}

/**
 * A copy of the value with what was refused in its other form: ISO texts as dates, dates and the like as plain JSON. Undefined when
 * nothing refused has another form.
 */
function exchangeRefused(value: unknown, issues: readonly SchemaIssue[]): unknown {
  let copy: unknown;
  for (const issue of issues) {
    const path = issuePath(issue);
    const refused = path.reduce<unknown>(getMember, value);
    const other = otherForm(refused);
    if (path.length === 0 || other === refused) continue;
    copy ??= structuredClone(value);
    const parent = path.slice(0, -1).reduce<unknown>(getMember, copy) as Record<
      PropertyKey,
      unknown
    >;
    parent[path.at(-1) as PropertyKey] = other;
  }
  return copy;
}

function otherForm(value: unknown): unknown {
  if (typeof value !== "string") return toTaggedJson(value).json;
  return ISO_DATE_TIME.test(value) ? new Date(value) : value;
}

function getMember(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Record<PropertyKey, unknown>)[key];
}
