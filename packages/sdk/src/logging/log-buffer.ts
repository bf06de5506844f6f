// Lines of one run of user code that the engine does not have yet. They leave with what goes there anyway, a checkpoint or an
// answer, and never by themselves. Invariants: bounded; what does not fit is counted, and the next lines that leave say so.
import type { Logger } from "../functions/definition.ts";
import type { CallOutput } from "../execution/call.ts";
import type { WireOp } from "../wire/op.ts";
import { charsOf, toLogLine, type LineOrigin, type LogLine } from "./log-line.ts";

/** The header of calls and answers (docs/reference/logs.md). */
export const LOGS_HEADER = "x-everstep-logs";
/** In a call: the engine keeps lines. */
export const LOGS_TAKEN = "take";
/** In an answer: its body holds the answer proper and lines. */
const LOGS_ENCLOSED = "enclosed";

const LINES_MAX = 200;
const CHARS_MAX = 64 * 1024;
/** An answer must not become too large by its lines: the engine takes 8 MiB. */
const ANSWER_CHARS_MAX = 2_000_000;

export class LogBuffer {
  #lines: LogLine[] = [];
  /** Of the lines that are here or on their way. */
  #lineCount = 0;
  #chars = 0;
  #droppedCount = 0;

  add(level: keyof Logger, args: readonly unknown[], origin: Omit<LineOrigin, "atMs">): void {
    if (this.#lineCount >= LINES_MAX || this.#chars >= CHARS_MAX) {
      this.#droppedCount += 1;
      return;
    }
    const line = toLogLine(level, args, { atMs: Date.now(), ...origin });
    this.#chars += charsOf(line);
    this.#lineCount += 1;
    this.#lines.push(line);
  }

  /** The op with the lines that were written since the last one, for an op that is recorded by itself. */
  attachTo(op: WireOp): WireOp {
    const logs = this.#take();
    return logs.length === 0 ? op : { ...op, logs };
  }

  /** The answer with all lines; without any it stays as it is. */
  enclose(output: CallOutput): CallOutput {
    const taken = this.#take();
    this.renew();
    if (taken.length === 0) return output;
    const { body } = output;
    const lines = body.length > ANSWER_CHARS_MAX ? [droppedLine(taken.length)] : taken;
    return {
      ...output,
      headers: { ...output.headers, [LOGS_HEADER]: LOGS_ENCLOSED },
      body: `{"answer":${body},"logs":${JSON.stringify(lines)}}`,
    };
  }

  /** What was taken has arrived: there is room again. */
  renew(): void {
    this.#lineCount = this.#lines.length;
    this.#chars = this.#lines.reduce((sum, line) => sum + charsOf(line), 0);
  }

  #take(): LogLine[] {
    const lines = this.#lines;
    if (this.#droppedCount > 0) lines.push(droppedLine(this.#droppedCount));
    this.#lines = [];
    this.#droppedCount = 0;
    return lines;
  }
}

/** The answer with the lines that may leave with it. */
export function encloseLogs(output: CallOutput, logs: LogBuffer | undefined): CallOutput {
  return logs === undefined ? output : logs.enclose(output);
}

function droppedLine(count: number): LogLine {
  const what = count === 1 ? "1 line of this function was" : `${count} lines of this function were`;
  return {
    at: Date.now(),
    level: "warn",
    message: `${what} not kept: at most ${LINES_MAX} lines and ${CHARS_MAX / 1024} kB leave with one answer.`,
    fields: { dropped: count },
  };
}
