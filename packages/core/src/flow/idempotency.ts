// The function's `idempotency` key: its value starts the function once in 24 hours. A rule of its own beside the rate limit,
// which it silently replaces on the official server (server.md 4.3).
import { LIMITS } from "@everstep/protocol";
import type { Limiter, LimiterId } from "../model/flow.ts";

/** What used the value before. */
export interface IdempotencyUse {
  readonly eventId: string;
  /** Absent: the event waits in a debounce. */
  readonly runId?: string;
  readonly untilMs: number;
}

/** @returns The use that still counts. */
export function findUse(limiter: Limiter | undefined, nowMs: number): IdempotencyUse | undefined {
  const untilMs = limiter?.expiresAtMs ?? 0;
  if (limiter === undefined || untilMs <= nowMs) return undefined;
  const [eventId, runId] = JSON.parse(limiter.stateJson) as [string, string?];
  return { eventId, ...(runId === undefined ? {} : { runId }), untilMs };
}

export function useLimiter(
  id: LimiterId,
  use: { eventId: string; runId?: string | undefined },
  nowMs: number,
): Limiter {
  const { eventId, runId } = use;
  const stateJson = JSON.stringify(runId === undefined ? [eventId] : [eventId, runId]);
  return { ...id, stateJson, expiresAtMs: nowMs + LIMITS.idempotencyMs };
}
