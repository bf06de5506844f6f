// Checks of single flag values. Each returns what is wrong as the end of the sentence "--flag is …, but …".
import { LIMITS } from "@everstep/protocol";

export function checkHttpUrl(value: string): string | undefined {
  const url = URL.parse(value);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return "it must be a full URL that starts with http:// or https://";
  }
  return undefined;
}

export function checkJsonObject(value: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch (error) {
    return `it must be JSON (${error instanceof Error ? error.message : String(error)}); put it in single quotes`;
  }
  const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
  return isObject ? undefined : 'it must be a JSON object such as {"orderId":"A-1"}';
}

export function checkEventId(value: string): string | undefined {
  return value === "" ? "it must not be empty" : undefined;
}

export function checkEventTime(value: string): string | undefined {
  const atMs = eventTimeMs(value);
  if (Number.isInteger(atMs) && atMs >= LIMITS.eventTsMsMin && atMs <= LIMITS.eventTsMsMax) {
    return undefined;
  }
  return "it must be whole milliseconds since 1970 or an ISO date, between 1980 and 2100";
}

/** NaN when the text is neither a number nor a date. */
export function eventTimeMs(value: string): number {
  return /^\d+$/u.test(value) ? Number(value) : Date.parse(value);
}
