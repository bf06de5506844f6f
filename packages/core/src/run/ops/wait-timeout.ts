// The end of a wait that nothing answered: parsing of the timeout option and the timer that fires it.
import { LIMITS, parseTimeOrDurationMs, type UserError } from "@everstep/protocol";
import type { OpFacts } from "../../model/timer.ts";
import { addTimer, type Draft } from "../draft.ts";
import { timeoutTooLong } from "./sleep.ts";

export type WaitTimeout =
  | { readonly ok: true; readonly atMs: number | undefined }
  | { readonly ok: false; readonly error: UserError };

/**
 * @param value `opts.timeout` of the op.
 * @param absent When there is none: a default in ms, or undefined for a wait that never expires.
 */
export function readTimeout(
  draft: Draft,
  tool: string,
  value: unknown,
  absent: number | undefined,
): WaitTimeout {
  const { nowMs } = draft.ctx;
  if (value === undefined || value === null) {
    return { ok: true, atMs: absent === undefined ? undefined : nowMs + absent };
  }
  if (typeof value === "string") {
    const atMs = parseTimeOrDurationMs(value, nowMs);
    if (atMs !== undefined && atMs - nowMs > LIMITS.sleepMsMax) {
      return { ok: false, error: timeoutTooLong(tool, value) };
    }
    if (atMs !== undefined) return { ok: true, atMs: Math.max(nowMs, atMs) };
  }
  return {
    ok: false,
    error: {
      name: "InvalidTimeout",
      message: `${tool} was given the timeout ${JSON.stringify(value)}, which is neither a duration such as "1h" nor a date.`,
    },
  };
}

/** @returns The timer's id, absent when the wait never expires. */
export function addWaitTimeout(
  draft: Draft,
  waitId: string,
  op: OpFacts,
  atMs: number | undefined,
): number | undefined {
  if (atMs === undefined) return undefined;
  const { nowMs } = draft.ctx;
  const timer = addTimer(draft, {
    kind: "wait_timeout",
    dueAtMs: atMs,
    attempt: 0,
    queuedAtMs: nowMs,
    op,
    waitId,
  });
  return timer.id;
}
