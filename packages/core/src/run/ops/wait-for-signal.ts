// WaitForSignal: one waiter for a signal's name. Who else waits for it is only known outside the run, so the conflict rule is
// applied by the router (partition/claim-signal.ts of the engine) before this op is applied.
import { LIMITS, type Op } from "@everstep/protocol";
import type { Draft } from "../draft.ts";
import { endRun } from "../end-run.ts";
import { isKnownStep } from "./step-planned.ts";
import { openStepWait, readTimeout } from "./step-wait.ts";

export function applyWaitForSignal(draft: Draft, op: Op): void {
  if (isKnownStep(draft, op.id)) return;
  const signal = signalOf(op);
  if (signal === undefined) {
    endRun(draft, {
      status: "failed",
      error: {
        name: "InvalidSignal",
        message: `step.waitForSignal needs a signal name of 1 to ${LIMITS.signalNameCharsMax} characters in its "signal" option.`,
      },
    });
    return;
  }
  const raw = op.opts["timeout"];
  const timeout = readTimeout(
    draft,
    "step.waitForSignal",
    raw === "" ? undefined : raw,
    LIMITS.waitDefaultMs,
  );
  if (!timeout.ok) {
    endRun(draft, { status: "failed", error: timeout.error });
    return;
  }
  openStepWait(draft, op, { kind: "signal", eventName: "", matchKey: signal }, timeout.atMs);
}

/** The signal an op waits for, undefined when it names none or one too long. */
export function signalOf(op: Op): string | undefined {
  const signal = op.opts["signal"];
  if (typeof signal !== "string" || signal === "") return undefined;
  return signal.length <= LIMITS.signalNameCharsMax ? signal : undefined;
}
