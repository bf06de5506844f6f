// A signal has one waiter. Before an answer that waits for a signal is applied, the other waiter is found and the op's
// conflict rule decides (protocol.md 3.5, op 10).
import {
  isEnded,
  isKnownStep,
  linesOf,
  record,
  signalOf,
  type Awaitable,
  type CallEnd,
} from "@everstep/core";
import type { CallResult } from "@everstep/protocol";
import { editRun, type Execution } from "./execution.ts";
import { refusedAnswer } from "./refused-answer.ts";

/** @returns The answer to apply: the same, or an error when the signal is taken and must not be replaced. */
export function claimSignals(
  execution: Execution,
  runId: string,
  end: Pick<CallEnd, "timerId" | "result">,
): Awaitable<CallResult> {
  const { result } = end;
  const isWaiting = result.kind === "ops" && result.ops.some((op) => op.op === "WaitForSignal");
  return isWaiting ? claim(execution, runId, { timerId: end.timerId, result }) : result;
}

async function claim(
  execution: Execution,
  runId: string,
  { timerId, result }: { timerId: number; result: Extract<CallResult, { kind: "ops" }> },
): Promise<CallResult> {
  const run = await execution.batch.getRun(runId);
  // A late answer is not applied, so it takes nothing from anybody either.
  if (run === undefined || isEnded(run.state) || !run.state.timers.has(timerId)) return result;
  for (const op of result.ops) {
    const signal = op.op === "WaitForSignal" ? signalOf(op) : undefined;
    // Apps report open steps again: a waiter that was replaced must not take its signal back with that.
    if (signal === undefined || isKnownStep(run, op.id)) continue;
    const waits = await execution.batch.findWaits("", [signal]);
    const other = waits.find((wait) => wait.kind === "signal" && wait.id !== `${runId}.${op.id}`);
    if (other === undefined) continue;
    if (op.opts["conflict"] !== "replace") {
      // What the app logged was logged, whatever becomes of its ops.
      return { ...conflict(result, signal, other.runId), logs: linesOf(run.state, result) };
    }
    await editRun(execution, other.runId, (draft) =>
      record(draft, { type: "wait_removed", waitId: other.id, runId: other.runId }),
    );
  }
  return result;
}

function conflict(result: CallResult, signal: string, otherRunId: string): CallResult {
  const message = `Signal conflict; signal wait already exists for another run: run ${otherRunId} waits for "${signal}". Use onConflict: "replace" to take it over.`;
  return refusedAnswer(result, { name: "SignalConflict", message });
}
