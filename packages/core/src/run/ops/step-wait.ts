// What waiting steps have in common: their timeout option, and the wait with the timer that ends it.
import { LIMITS, parseTimeOrDurationMs, type Op, type UserError } from "@everstep/protocol";
import type { Wait } from "../../model/wait.ts";
import { addTimer, addWait, type Draft } from "../draft.ts";
import { opFacts } from "../op-facts.ts";
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

/**
 * Opens the wait of a step, with the timer that ends it when nothing comes.
 * @param timeoutAtMs Epoch ms; undefined: it never expires.
 */
export function openStepWait(
  draft: Draft,
  op: Op,
  wait: Pick<Wait, "kind" | "eventName" | "matchKey" | "matchPath" | "expression" | "invoked">,
  timeoutAtMs: number | undefined,
): void {
  const { state, ctx } = draft;
  const facts = opFacts(op);
  const id = `${state.head.id}.${op.id}`;
  const base: Wait = {
    ...wait,
    id,
    runId: state.head.id,
    functionId: draft.function.id,
    createdAtMs: ctx.nowMs,
    op: facts,
  };
  if (timeoutAtMs === undefined) {
    addWait(draft, base);
    return;
  }
  const timer = addTimer(draft, {
    kind: "wait_timeout",
    dueAtMs: timeoutAtMs,
    attempt: 0,
    queuedAtMs: ctx.nowMs,
    op: facts,
    waitId: id,
  });
  addWait(draft, { ...base, expiresAtMs: timeoutAtMs, timeoutTimerId: timer.id });
}
