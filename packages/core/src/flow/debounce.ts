// Debounce (server.md 4.4): the newest event of a quiet period runs. The event waits in the limiter; one timer wakes it. While
// events keep coming the limiter alone is written: a timer that fires early is set again.
import type { FunctionConfig } from "@everstep/protocol";
import type { Limiter, LimiterId } from "../model/flow.ts";

export type DebounceRule = NonNullable<FunctionConfig["debounce"]>;

/** An open debounce: one for each function and key. */
export interface DebounceState {
  /** ULID: the run that comes of it carries it as `flow.debounceId`. */
  readonly id: string;
  /** The event that will run, by its internal id. */
  readonly eventId: string;
  readonly tsMs: number;
  /** When the first event of this debounce came. */
  readonly firstAtMs: number;
  /** When it fires if nothing comes. */
  readonly dueAtMs: number;
  /** Its timer, due at `timerAtMs` or before `dueAtMs`. */
  readonly timerId: number;
  readonly timerAtMs: number;
  /** The step that waits for the run of `eventId`. */
  readonly correlationId?: string;
  readonly cron?: string;
}

export interface DebounceArrival {
  readonly eventId: string;
  readonly tsMs: number;
  readonly correlationId?: string | undefined;
  readonly cron?: string | undefined;
}

export type DebounceStep =
  /** The event waits now, in place of the one that waited. Its timer is set when the state says another time than before. */
  | { readonly type: "held"; readonly state: Omit<DebounceState, "timerId" | "timerAtMs"> }
  /** A newer event waits already, and goes on waiting as long as before. */
  | { readonly type: "superseded" };

/**
 * Where an event goes that meets an open debounce, or none. A debounce whose time has come is not open: it fires by itself.
 * @param newId The id of a new debounce.
 */
export function stepDebounce(
  rule: DebounceRule,
  open: DebounceState | undefined,
  arrival: DebounceArrival,
  now: { readonly nowMs: number; readonly newId: () => string },
): DebounceStep {
  const { nowMs } = now;
  if (open !== undefined && arrival.tsMs < open.tsMs) return { type: "superseded" };
  const firstAtMs = Math.min(open?.firstAtMs ?? nowMs, nowMs);
  const deadlineMs = rule.timeoutMs === undefined ? Infinity : firstAtMs + rule.timeoutMs;
  const { eventId, tsMs, correlationId, cron } = arrival;
  const state = {
    id: open?.id ?? now.newId(),
    eventId,
    tsMs,
    firstAtMs,
    dueAtMs: Math.min(nowMs + rule.periodMs, deadlineMs),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(cron === undefined ? {} : { cron }),
  };
  return { type: "held", state };
}

export function debounceLimiter(id: LimiterId, state: DebounceState): Limiter {
  return { ...id, stateJson: JSON.stringify(state) };
}

/** The event that a debounce holds; undefined without one. */
export function readDebounce(limiter: Limiter | undefined): DebounceState | undefined {
  return limiter === undefined ? undefined : (JSON.parse(limiter.stateJson) as DebounceState);
}
