// Sleep: the duration stands in opts.duration (Go) or in the op's name (JS, Python), as a duration or a date.
import { LIMITS, parseTimeOrDurationMs, type Op } from "@everstep/protocol";
import { addTimer, type Draft } from "../draft.ts";
import { endRun } from "../end-run.ts";
import { opFacts } from "../op-facts.ts";
import { isKnownStep } from "./step-planned.ts";

export function applySleep(draft: Draft, op: Op): void {
  if (isKnownStep(draft, op.id)) return;
  const { nowMs } = draft.ctx;
  const text = typeof op.opts["duration"] === "string" ? op.opts["duration"] : op.name;
  const untilMs = text === "" ? nowMs : parseTimeOrDurationMs(text, nowMs);
  if (untilMs === undefined) {
    endRun(draft, {
      status: "failed",
      error: {
        name: "InvalidSleep",
        message: `step.sleep was given "${text}", which is neither a duration such as "1h30m" nor a date such as "2026-01-31T10:00:00Z".`,
      },
    });
    return;
  }
  if (untilMs - nowMs > LIMITS.sleepMsMax) {
    endRun(draft, { status: "failed", error: timeoutTooLong("step.sleep", text) });
    return;
  }
  addTimer(draft, {
    kind: "sleep",
    dueAtMs: Math.max(nowMs, untilMs),
    attempt: 0,
    queuedAtMs: nowMs,
    op: opFacts(op),
  });
}

export function timeoutTooLong(tool: string, text: string): { name: string; message: string } {
  return {
    name: "InngestErrTimeoutTooLong",
    message: `${tool} was given "${text}", longer than the limit of 366 days.`,
  };
}
