// What an app's logger wrote is recorded with what brought it: the answer or the checkpoint. A line is nothing that decisions
// read; only how many came is kept in the run's head, so that their number stays bounded.
import { LIMITS, type CallResult, type LogLine } from "@everstep/protocol";
import type { RunLogLine, RunState } from "../model/run.ts";
import { patchRun, record, type Draft } from "./draft.ts";

/** The call that brought the lines. */
export interface LineOrigin {
  readonly generation: number;
  readonly attempt: number;
  readonly startedAtMs: number;
}

/** The lines of an answer; those of a step that is recorded already came with its checkpoint. To be asked before it is applied. */
export function linesOf(state: RunState, result: CallResult): readonly LogLine[] {
  const own = result.logs ?? [];
  if (result.kind !== "ops") return own;
  const ofOps = result.ops.flatMap((op) =>
    op.logs === undefined || state.outputs.has(op.id) ? [] : op.logs,
  );
  return ofOps.length === 0 ? own : [...ofOps, ...own];
}

export function recordLines(draft: Draft, lines: readonly LogLine[], origin: LineOrigin): void {
  if (lines.length === 0) return;
  const { head } = draft.state;
  const { logCount = 0 } = head;
  const room = Math.max(LIMITS.logLinesPerRunMax - logCount, 0);
  for (const [index, line] of lines.slice(0, room).entries()) {
    record(draft, {
      type: "log_line_added",
      line: toRecord(draft, line, origin, logCount + index),
    });
  }
  patchRun(draft, { logCount: logCount + lines.length });
}

function toRecord(
  draft: Draft,
  line: LogLine,
  { generation, attempt, startedAtMs }: LineOrigin,
  position: number,
): RunLogLine {
  return {
    ...line,
    // The app's clock may be wrong: a line is as old as its call at most.
    atMs: Math.min(Math.max(line.atMs, startedAtMs), draft.ctx.nowMs),
    runId: draft.state.head.id,
    position,
    generation,
    attempt,
  };
}
