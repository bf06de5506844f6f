// What happens after a step has ended: its result is memoised, and the app is asked what comes next (protocol.md 4.3).
import type { JsonText, UserError } from "@everstep/protocol";
import { LIMITS } from "@everstep/protocol";
import type { StepRecord } from "../model/run.ts";
import type { OpFacts } from "../model/timer.ts";
import {
  addTimer,
  isEnded,
  patchRun,
  record,
  removeTimer,
  removeWait,
  type Draft,
} from "./draft.ts";
import { endRun } from "./end-run.ts";

/** How and when a step ended; times are epoch ms. */
export interface StepEnd {
  readonly outputJson: JsonText;
  readonly failed: boolean;
  readonly attempt: number;
  readonly queuedAtMs: number;
  readonly startedAtMs: number;
  /** Now, unless the app says that it was earlier. */
  readonly endedAtMs?: number;
  readonly resolvedBy?: StepRecord["resolvedBy"];
}

/** Memoises a step's result once; a second result of the same step changes nothing. @returns whether it was recorded. */
export function saveStep(draft: Draft, op: OpFacts, end: StepEnd): boolean {
  const { state, ctx } = draft;
  if (state.outputs.has(op.stepId)) return false;
  const stateBytes = state.head.stateBytes + end.outputJson.length;
  const failure = overflowOf(stateBytes, state.head.stepCount + 1, ctx.stepsPerRunMax);
  if (failure !== undefined) {
    endRun(draft, { status: "failed", error: failure });
    return false;
  }
  const step: { -readonly [Key in keyof StepRecord]: StepRecord[Key] } = {
    runId: state.head.id,
    position: state.stack.length,
    stepId: op.stepId,
    op: op.op,
    name: op.name,
    outputJson: end.outputJson,
    failed: end.failed,
    attempt: end.attempt,
    queuedAtMs: end.queuedAtMs,
    startedAtMs: end.startedAtMs,
    endedAtMs: end.endedAtMs ?? ctx.nowMs,
  };
  if (op.optsJson !== undefined) step.opts = op.optsJson;
  if (end.resolvedBy !== undefined) step.resolvedBy = end.resolvedBy;
  record(draft, { type: "step_added", step });
  patchRun(draft, { stateBytes, stepCount: state.head.stepCount + 1 });
  closeWork(draft, op.stepId);
  return true;
}

/** A step that has ended must not be run again: what else was open for it is taken away. */
function closeWork(draft: Draft, stepId: string): void {
  for (const wait of draft.state.waits.values()) {
    if (wait.op?.stepId === stepId) removeWait(draft, wait);
  }
  for (const timer of draft.state.timers.values()) {
    if (timer.op?.stepId === stepId) removeTimer(draft, timer.id);
  }
}

function overflowOf(
  stateBytes: number,
  stepCount: number,
  stepsMax: number,
): UserError | undefined {
  if (stateBytes > LIMITS.runStateBytesMax) {
    return {
      name: "InngestErrStateOverflowed",
      message: `The run's steps hold ${stateBytes} bytes, more than the limit of ${LIMITS.runStateBytesMax}. Return references instead of large values from steps.`,
    };
  }
  if (stepCount > stepsMax) {
    return {
      name: "InngestErrFunctionOverflowed",
      message: `The function run exceeded the step limit of ${stepsMax} steps. Split the work with step.invoke or events, or start the engine with a larger --max-steps.`,
    };
  }
  return undefined;
}

/**
 * Closes the step in its parallel group and asks for discovery when the group is complete (or its mode is race).
 * Execution versions below 2 know no groups: each end asks for discovery.
 */
export function continueRun(draft: Draft, op: Pick<OpFacts, "stepId" | "parallelMode">): void {
  if (isEnded(draft.state)) return;
  const pending = draft.state.head.pendingStepIds;
  if (pending.length === 0) {
    enqueueDiscovery(draft);
    return;
  }
  const left = pending.filter((id) => id !== op.stepId);
  if (left.length !== pending.length) patchRun(draft, { pendingStepIds: left });
  if (left.length === 0 || op.parallelMode === "race") enqueueDiscovery(draft);
}

/** Asks for a discovery call unless one that will see this state is already queued. */
export function enqueueDiscovery(draft: Draft): void {
  const { nowMs, isInFlight } = draft.ctx;
  for (const timer of draft.state.timers.values()) {
    const isQueuedDiscovery =
      timer.kind === "call" && timer.op === undefined && timer.dueAtMs <= nowMs;
    if (isQueuedDiscovery && !isInFlight(timer.id)) return;
  }
  addTimer(draft, { kind: "call", dueAtMs: nowMs, attempt: 0, queuedAtMs: nowMs });
}
