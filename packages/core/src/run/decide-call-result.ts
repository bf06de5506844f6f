// What an app's answer to a call does to its run (protocol.md 3.1, 5). An answer for a timer that is gone is late: it changes nothing.
import type { CallResult, Op, UserError } from "@everstep/protocol";
import type { Timer } from "../model/timer.ts";
import { COMPLETE_ID, applyOps } from "./apply-ops.ts";
import { isEnded, removeTimer, type Draft } from "./draft.ts";
import { endRun } from "./end-run.ts";
import { failedAttempt, recordAttempt, type CallFacts } from "./failed-attempt.ts";
import { opFacts } from "./op-facts.ts";
import { linesOf, recordLines } from "./record-lines.ts";

export interface CallEnd {
  readonly timerId: number;
  readonly generation: number;
  readonly startedAtMs: number;
  readonly result: CallResult;
}

export function decideCallResult(draft: Draft, end: CallEnd): void {
  const timer = draft.state.timers.get(end.timerId);
  if (timer === undefined || isEnded(draft.state)) return;
  const { result } = end;
  const call: CallFacts = {
    generation: end.generation,
    startedAtMs: end.startedAtMs,
    requestVersion: result.kind === "ops" ? result.requestVersion : -1,
    noRetry: result.kind === "ops" ? result.noRetry : undefined,
    retryAfterText: result.kind === "done" ? undefined : result.retryAfterText,
    response: result.response,
  };
  recordLines(draft, linesOf(draft.state, result), { ...end, attempt: timer.attempt });
  switch (result.kind) {
    case "done":
      removeTimer(draft, timer.id);
      endRun(draft, { status: "completed", outputJson: result.outputJson });
      recordAttempt(draft, timer, call, {});
      return;
    case "error":
      failedAttempt(draft, timer, {
        error: result.error,
        retriable: result.retriable,
        outputJson: result.outputJson,
        call,
      });
      recordAttempt(draft, timer, call, { ...targetOf(timer), error: result.error });
      return;
    case "ops": {
      const error = applyOps(draft, timer, result.ops, call);
      const outcome = outcomeOf(timer, result.ops);
      recordAttempt(draft, timer, call, error === undefined ? outcome : { ...outcome, error });
      return;
    }
  }
}

function targetOf(timer: Timer): { stepId?: string; stepName?: string } {
  return timer.op === undefined ? {} : { stepId: timer.op.stepId, stepName: timer.op.name };
}

/** The step that the call executed, if it executed one, and how that went. */
function outcomeOf(
  timer: Timer,
  ops: readonly Op[],
): { stepId?: string; stepName?: string; error?: UserError; op?: Op } {
  const ran = ops.find((op) => op.op === "StepError" || op.op === "StepFailed") ?? ops[0];
  const isRun = ran !== undefined && /^Step(Run|Error|Failed)?$/.test(ran.op);
  if (!isRun) return targetOf(timer);
  const error = ran.op === "StepRun" || ran.op === "Step" ? undefined : ran.error;
  // The function's own failure is no step's.
  if (ran.id === COMPLETE_ID) return error === undefined ? {} : { error };
  return {
    stepId: ran.id,
    stepName: opFacts(ran).name,
    op: ran,
    ...(error === undefined ? {} : { error }),
  };
}
