// When an app asks to be tried again (protocol.md 5.3). Dates keep their milliseconds, so a retry never comes early.
import { parseIsoDateMs, parseTextDateMs } from "./date-time.ts";
import { LIMITS } from "./limits.ts";

/** Longer values are dates (protocol.md 5.3). */
const SECONDS_CHARS_MAX = 7;

/**
 * The due time in epoch ms that a Retry-After value asks for: whole seconds above 0, or a date. Clamped to between 1 second
 * and 24 hours from now; undefined when absent or unreadable, which means the usual backoff.
 */
export function parseRetryAfterAtMs(text: string | undefined, nowMs: number): number | undefined {
  const trimmed = (text ?? "").trim();
  const atMs =
    trimmed.length <= SECONDS_CHARS_MAX ? fromSeconds(trimmed, nowMs) : fromDate(trimmed);
  if (atMs === undefined) return undefined;
  const earliestMs = nowMs + LIMITS.retryAfterMsMin;
  return Math.min(Math.max(atMs, earliestMs), nowMs + LIMITS.retryAfterMsMax);
}

function fromSeconds(text: string, nowMs: number): number | undefined {
  return /^\d+$/.test(text) && Number(text) > 0 ? nowMs + Number(text) * 1_000 : undefined;
}

function fromDate(text: string): number | undefined {
  return parseIsoDateMs(text) ?? parseTextDateMs(text);
}
