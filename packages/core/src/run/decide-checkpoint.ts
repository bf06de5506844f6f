// Async checkpoints (protocol.md 8.1): step results recorded while the call that made them is still out. Only the newest
// dispatch of a timer may write: an older one is told to stop.
import { EverstepError, type Op } from "@everstep/protocol";
import { saveStep } from "./continue-run.ts";
import { isEnded, record, type Draft } from "./draft.ts";
import { encodeData } from "./encode.ts";
import { opFacts, stepEndedAtMs, stepStartedAtMs } from "./op-facts.ts";
import { recordLines } from "./record-lines.ts";

export interface Checkpoint {
  readonly ops: readonly Op[];
  /** The timer whose call sends it, from the wire's qi_id. */
  readonly timerId?: number | undefined;
  /** The dispatch that sends it; absent when the SDK does not tell. */
  readonly generation?: number | undefined;
  /** The dispatch of that timer that is out now. */
  readonly currentGeneration?: number | undefined;
  /** When that dispatch started, epoch ms. */
  readonly startedAtMs: number;
}

const ACCEPTED: ReadonlySet<string> = new Set(["Step", "StepRun", "StepPlanned"]);

/** @throws EverstepError checkpoint_invalid (an op that cannot be checkpointed), dispatch_stale. Then nothing changed. */
export function decideCheckpoint(draft: Draft, checkpoint: Checkpoint): void {
  const wrong = checkpoint.ops.find((op) => !ACCEPTED.has(op.op));
  if (wrong !== undefined) {
    throw new EverstepError(
      "checkpoint_invalid",
      `The op "${wrong.op}" cannot be checkpointed: only finished steps (StepRun) can. Return it in the answer of the call instead.`,
    );
  }
  assertCurrent(draft, checkpoint);
  const { nowMs } = draft.ctx;
  let endedAtMs = checkpoint.startedAtMs;
  // The first step is what the call was made again for; those after it are new work.
  let attempt = attemptOf(draft, checkpoint.timerId);
  for (const op of checkpoint.ops) {
    if (op.op === "StepPlanned" || isEnded(draft.state)) continue;
    const startedAtMs = stepStartedAtMs(op, endedAtMs, nowMs);
    if (op.logs !== undefined) saveLines(draft, op, { ...checkpoint, attempt });
    // Steps of one checkpoint ran one after another; each begins where the one before it ended.
    endedAtMs = stepEndedAtMs(op, startedAtMs, nowMs);
    saveStep(draft, opFacts(op), {
      outputJson: encodeData(op.dataJson),
      failed: false,
      attempt,
      queuedAtMs: startedAtMs,
      startedAtMs,
      endedAtMs,
    });
    attempt = 0;
  }
  resetAttempts(draft, checkpoint.timerId);
}

/** A step that is recorded already has brought its lines. */
function saveLines(draft: Draft, op: Op, call: Checkpoint & { readonly attempt: number }): void {
  if (draft.state.outputs.has(op.id)) return;
  const { startedAtMs, attempt, generation = call.currentGeneration ?? 0 } = call;
  recordLines(draft, op.logs ?? [], { generation, startedAtMs, attempt });
}

function assertCurrent(draft: Draft, checkpoint: Checkpoint): void {
  const { state } = draft;
  const stale = (why: string): EverstepError =>
    new EverstepError(
      "dispatch_stale",
      `This call of run ${state.head.id} is no longer the current one: ${why}. Stop executing; its result is not needed.`,
    );
  if (isEnded(state)) throw stale(`the run has ended (${state.head.status})`);
  const { timerId, generation } = checkpoint;
  // Without the work it belongs to, a generation says nothing.
  if (timerId === undefined) return;
  if (!state.timers.has(timerId)) throw stale("its work is finished");
  if (generation !== undefined && generation !== checkpoint.currentGeneration) {
    throw stale("the engine has made the call again since");
  }
}

function attemptOf(draft: Draft, timerId: number | undefined): number {
  return timerId === undefined ? 0 : (draft.state.timers.get(timerId)?.attempt ?? 0);
}

/** The code after a recorded step is new work: it has all its attempts again (protocol.md 5.1). */
function resetAttempts(draft: Draft, timerId: number | undefined): void {
  if (timerId === undefined) return;
  const timer = draft.state.timers.get(timerId);
  if (timer === undefined || timer.attempt === 0) return;
  record(draft, { type: "timer_attempt_reset", timerId, runId: draft.state.head.id });
}
