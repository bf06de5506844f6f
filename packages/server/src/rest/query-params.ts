// Reads what callers of the REST API put into paths and queries. Every refusal names the parameter, the value and the form
// it should have; nothing is silently ignored.
import { EverstepError, isUlid, parseTimeOrDurationMs } from "@everstep/protocol";

/** A ULID in upper case. @throws EverstepError `argument_invalid` */
export function parseUlid(value: string, name: string): string {
  if (isUlid(value)) return value.toUpperCase();
  throw invalid(
    name,
    value,
    "it must be a ULID (26 characters), such as 01JABCDEFGHJKMNPQRSTVWXYZ0",
  );
}

/**
 * A page size. Absent or 0 is the default and more than the maximum is the maximum, as on the official server.
 * @throws EverstepError `argument_invalid` when it is no whole number from 0 on.
 */
export function parseLimit(
  value: string | undefined,
  bounds: { readonly limitDefault: number; readonly limitMax: number },
): number {
  if (value === undefined || value === "") return bounds.limitDefault;
  if (!/^\d{1,9}$/.test(value)) {
    throw invalid("limit", value, `it must be a whole number from 1 to ${bounds.limitMax}`);
  }
  const limit = Number(value);
  return limit === 0 ? bounds.limitDefault : Math.min(limit, bounds.limitMax);
}

/** Epoch ms of an RFC 3339 date or of epoch ms as digits. @throws EverstepError `argument_invalid` */
export function parseTime(value: unknown, name: string): number {
  const timeMs = findTime(value);
  if (timeMs !== undefined) return timeMs;
  throw invalid(
    name,
    value,
    "it must be a date such as 2026-01-31T08:00:00Z, or milliseconds since 1970",
  );
}

function findTime(value: unknown): number | undefined {
  if (typeof value === "number")
    return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== "string") return undefined;
  if (/^\d{12,14}$/.test(value)) return Number(value);
  // Only a date begins with a year and a dash; durations, which the parser knows too, have no fixed point here.
  return /^\d{4}-/.test(value) ? parseTimeOrDurationMs(value, 0) : undefined;
}

/** A text that is not blank. @throws EverstepError `argument_invalid` */
export function parseText(value: unknown, name: string): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw invalid(name, value, "it must be a non-empty string");
}

export function invalid(name: string, value: unknown, wayOut: string): EverstepError {
  const text = value === undefined ? "missing" : JSON.stringify(value).slice(0, 100);
  return new EverstepError("argument_invalid", `"${name}" is ${text}: ${wayOut}.`);
}
