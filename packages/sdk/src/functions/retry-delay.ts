// The `retry` option as a function of the attempt (R5). The jitter is derived from the attempt's own randomness source, given by
// the caller, so that tests can fix it.
import { durationMsOf } from "../wire/duration.ts";
import type { RetryOption } from "./function-options.ts";

const DELAY_MS_DEFAULT = 15_000;
/** The longest delay that the protocol knows (protocol.md 5.3). */
const DELAY_MS_MAX = 86_400_000;

/**
 * The delay before a retry, or undefined when the engine's own table is to be used.
 * @param random Gives a number from 0 to 1, for the jitter.
 * @returns From the number of the failed attempt (0 for the first) to milliseconds.
 */
export function toRetryDelay(
  retry: RetryOption | undefined,
  random: () => number = Math.random,
): ((attempt: number) => number) | undefined {
  if (retry === undefined) return undefined;
  const { delay, exponential = false, maxDelay, jitter } = retry;
  if (delay === undefined && maxDelay === undefined && jitter === undefined && !exponential)
    return undefined;
  const firstMs = delay === undefined ? DELAY_MS_DEFAULT : durationMsOf(delay, "retry.delay");
  const maxMs = maxDelay === undefined ? DELAY_MS_MAX : durationMsOf(maxDelay, "retry.maxDelay");
  const jitterMs = jitter === undefined ? 0 : durationMsOf(jitter, "retry.jitter");
  return (attempt) => {
    const grownMs = exponential ? firstMs * 2 ** attempt : firstMs;
    return Math.min(grownMs + random() * jitterMs, maxMs, DELAY_MS_MAX);
  };
}
