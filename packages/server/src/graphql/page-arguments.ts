// The arguments that page through a connection, and its cursors: base64 of JSON, in the form that the official server
// uses for runs, so that tools which look inside find what they know.
import { EverstepError, isUlid } from "@everstep/protocol";

export const PAGE_SIZE_DEFAULT = 40;
export const PAGE_SIZE_MAX = 400;

/** Larger pages are cut to the maximum; `pageInfo` tells that there is more. @throws EverstepError argument_invalid. */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? PAGE_SIZE_DEFAULT;
  if (size >= 1) return Math.min(size, PAGE_SIZE_MAX);
  throw new EverstepError(
    "argument_invalid",
    `first is ${size}: it must be from 1 to ${PAGE_SIZE_MAX}`,
  );
}

export interface Cursor {
  readonly id: string;
  /** The sort field and its value; events are sorted by their id alone. */
  readonly field?: { readonly name: string; readonly value: number };
}

export function encodeCursor({ id, field }: Cursor): string {
  const c = field === undefined ? {} : { [field.name]: { f: field.name, v: field.value } };
  return Buffer.from(JSON.stringify({ id, c })).toString("base64");
}

/**
 * @param fieldName Sort field of the query that the cursor is used in.
 * @throws EverstepError argument_invalid when the cursor is malformed or of another order.
 */
export function decodeCursor(text: string, fieldName?: string): Cursor {
  const parsed = parse(text);
  const value = fieldName === undefined ? undefined : parsed?.c?.[fieldName]?.v;
  const fits = fieldName === undefined || typeof value === "number";
  if (parsed !== undefined && typeof parsed.id === "string" && isUlid(parsed.id) && fits) {
    const { id } = parsed;
    if (fieldName === undefined || value === undefined) return { id };
    return { id, field: { name: fieldName, value } };
  }
  throw new EverstepError(
    "argument_invalid",
    `after is "${text.slice(0, 64)}", which is no cursor of this query: pass pageInfo.endCursor of the page before, with the same order`,
  );
}

interface WireCursor {
  readonly id?: unknown;
  readonly c?: Readonly<Record<string, { readonly v?: number } | undefined>>;
}

function parse(text: string): WireCursor | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64").toString("utf8"));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
