// When a failed attempt is made again (protocol.md 5.1 to 5.3).
import { parseRetryAfterAtMs } from "@everstep/protocol";
import type { DecideContext } from "./context.ts";

const MINUTE_MS = 60_000;
/** Delay after attempt 0, 1, 2, …; the last one repeats (protocol.md 5.2). */
export const BACKOFF_MS: readonly number[] = [
  15_000,
  30_000,
  MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  20 * MINUTE_MS,
  40 * MINUTE_MS,
  60 * MINUTE_MS,
  120 * MINUTE_MS,
];
export const BACKOFF_JITTER_MS = 30_000;

/**
 * @param attempt Zero-based attempt that just failed.
 * @param retryAfterText The app's Retry-After, which overrides the table; ignored when unparsable.
 * @returns Epoch ms of the next attempt.
 */
export function retryAtMs(
  ctx: Pick<DecideContext, "nowMs" | "random" | "retryIntervalMs">,
  attempt: number,
  retryAfterText: string | undefined,
): number {
  if (retryAfterText !== undefined) {
    const atMs = parseRetryAfterAtMs(retryAfterText, ctx.nowMs);
    if (atMs !== undefined) return atMs;
  }
  if (ctx.retryIntervalMs !== undefined) return ctx.nowMs + ctx.retryIntervalMs;
  const delayMs = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)] ?? 0;
  return ctx.nowMs + delayMs + Math.floor(ctx.random() * BACKOFF_JITTER_MS);
}
