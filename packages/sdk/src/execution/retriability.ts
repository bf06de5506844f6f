// Whether and when a failed attempt is tried again (protocol.md 3.2, 5.5). The server counts attempts; this side only says that
// an error is final, or that the next attempt should come at a certain time.
import { NestedStepError, NonRetriableError } from "../errors.ts";
import type { StepRetryOptions } from "../steps/step-request.ts";
import { durationMsOf } from "../wire/duration.ts";

/** `retryAfter` is the header's value: whole seconds or an ISO date. */
export type Retriability =
  | { readonly isFinal: true }
  | { readonly isFinal: false; readonly retryAfter?: string };

export interface AttemptFacts {
  /** Zero-based: the attempt that failed. */
  readonly attempt: number;
  readonly maxAttempts: number | undefined;
  /** The function's own backoff (R5), by the number of the retry, from 0. */
  readonly retryDelayMs?: ((attempt: number) => number) | undefined;
  readonly stepRetry?: StepRetryOptions | undefined;
  /** Errors of this call that no retry can change: of steps that have failed for good, and the deadline. */
  readonly finalErrors: WeakSet<object>;
}

const FINAL: Retriability = { isFinal: true };

export function retriabilityOf(error: unknown, facts: AttemptFacts): Retriability {
  if (isLastAttempt(facts) || isFinalError(error, facts.finalErrors)) return FINAL;
  const asked = askedRetryAfter(error) ?? ownRetryAfter(facts);
  return asked === undefined ? { isFinal: false } : { isFinal: false, retryAfter: asked };
}

function isLastAttempt(facts: AttemptFacts): boolean {
  const { attempt, maxAttempts, stepRetry } = facts;
  if (maxAttempts !== undefined && maxAttempts > 0 && attempt + 1 >= maxAttempts) return true;
  return stepRetry?.attempts !== undefined && attempt >= stepRetry.attempts;
}

/** By name too: apps may carry the official package's error classes. */
function isFinalError(error: unknown, finalErrors: WeakSet<object>): boolean {
  if (typeof error !== "object" || error === null) return false;
  if (finalErrors.has(error)) return true;
  if (error instanceof NestedStepError || error instanceof NonRetriableError) return true;
  return (error as { readonly name?: unknown }).name === "NonRetriableError";
}

function askedRetryAfter(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { name, retryAfter } = error as { readonly name?: unknown; readonly retryAfter?: unknown };
  return name === "RetryAfterError" && typeof retryAfter === "string" ? retryAfter : undefined;
}

function ownRetryAfter(facts: AttemptFacts): string | undefined {
  const delayMs = stepDelayMs(facts) ?? facts.retryDelayMs?.(facts.attempt);
  if (delayMs === undefined || !Number.isFinite(delayMs)) return undefined;
  return String(Math.max(1, Math.ceil(delayMs / 1_000)));
}

function stepDelayMs({ attempt, stepRetry }: AttemptFacts): number | undefined {
  if (stepRetry?.delay === undefined) return undefined;
  const delayMs = durationMsOf(stepRetry.delay, "retry.delay");
  const grownMs = stepRetry.exponential === true ? delayMs * 2 ** attempt : delayMs;
  if (stepRetry.maxDelay === undefined) return grownMs;
  return Math.min(grownMs, durationMsOf(stepRetry.maxDelay, "retry.maxDelay"));
}
