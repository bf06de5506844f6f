// What the loggers of a run wrote, as its starter reads it: all lines in order, with the names of their steps.
import type { History } from "@everstep/core";
import type { LogLevel } from "@everstep/protocol";

/** One line of a run. */
export interface RunLog {
  /** Epoch ms. */
  readonly atMs: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Name of the step in whose callback it was written. */
  readonly step?: string;
  /** Of the call that wrote it, from 0. */
  readonly attempt: number;
}

const PAGE_LINES = 1_000;

/** Oldest first; a run keeps 10,000 at most. */
export async function readRunLogs(
  history: Pick<History, "listRunLogs" | "readRunDetail">,
  runId: string,
): Promise<readonly RunLog[]> {
  const lines = await readLines(history, runId);
  if (!lines.some(({ stepId }) => stepId !== undefined)) return lines.map((line) => toLog(line));
  const { steps, attempts } = await history.readRunDetail(runId);
  const names = new Map<string | undefined, string | undefined>();
  for (const { stepId, stepName } of attempts) names.set(stepId, stepName);
  for (const { stepId, name } of steps) names.set(stepId, name);
  return lines.map((line) => toLog(line, names.get(line.stepId)));
}

type Line = Awaited<ReturnType<History["listRunLogs"]>>[number];

async function readLines(
  history: Pick<History, "listRunLogs">,
  runId: string,
): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (;;) {
    const last = lines.at(-1);
    const after = last === undefined ? {} : { after: last.position };
    const page = await history.listRunLogs({ runId, limit: PAGE_LINES, ...after });
    lines.push(...page);
    if (page.length < PAGE_LINES) return lines;
  }
}

function toLog({ atMs, level, message, fieldsJson, attempt }: Line, step?: string): RunLog {
  return {
    atMs,
    level,
    message,
    ...(fieldsJson === undefined
      ? {}
      : { fields: JSON.parse(fieldsJson) as Readonly<Record<string, unknown>> }),
    ...(step === undefined ? {} : { step }),
    attempt,
  };
}
