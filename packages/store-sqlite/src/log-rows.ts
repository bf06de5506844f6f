// Log lines of runs to rows and back, and their pages.
import type { RunLogLine, RunLogPage } from "@everstep/core";
import { toJsonList } from "./load-runs.ts";
import type { Queries } from "./queries.ts";
import { INSERT_TABLES, type SqlValue } from "./write-tables.ts";

const COLUMNS: string = INSERT_TABLES.run_log_lines.columns.slice(1).join(", ");

type LineRow = [
  position: number,
  generation: number,
  attempt: number,
  stepId: string | null,
  level: RunLogLine["level"],
  atMs: number,
  message: string,
  fieldsJson: string | null,
];

export function toLineRow(line: RunLogLine): SqlValue[] {
  return [
    line.runId,
    line.position,
    line.generation,
    line.attempt,
    line.stepId ?? null,
    line.level,
    line.atMs,
    line.message,
    line.fieldsJson ?? null,
  ];
}

/** In the order of their positions. Its cost grows with the lines of the run that it passes over, never with other runs. */
export function listRunLogs(queries: Queries, page: RunLogPage): RunLogLine[] {
  const { runId, levels, stepId, after = -1, limit } = page;
  const rows = queries.all(
    `SELECT ${COLUMNS} FROM run_log_lines
     WHERE run_no = (SELECT no FROM runs WHERE id = ?) AND position > ?
       ${levels === undefined ? "" : "AND level IN (SELECT value FROM json_each(?))"}
       ${stepId === undefined ? "" : "AND step_id = ?"}
     ORDER BY position LIMIT ?`,
    runId,
    after,
    ...(levels === undefined ? [] : [toJsonList(levels)]),
    ...(stepId === undefined ? [] : [stepId]),
    limit,
  ) as LineRow[];
  return rows.map((row) => fromLineRow(runId, row));
}

function fromLineRow(runId: string, row: LineRow): RunLogLine {
  const [position, generation, attempt, stepId, level, atMs, message, fieldsJson] = row;
  return {
    runId,
    position,
    generation,
    attempt,
    ...(stepId === null ? {} : { stepId }),
    level,
    atMs,
    message,
    ...(fieldsJson === null ? {} : { fieldsJson }),
  };
}
