// What a run's logger wrote, page by page. A page that is not full has a cursor all the same, from which a live view goes on.
import type { RunLogLine } from "@everstep/core";
import { EverstepError, hashStepId, type LogLevel } from "@everstep/protocol";
import type { LogLineView, Page } from "@everstep/api";
import { getRun, type ApiContext } from "./api-context.ts";
import { RawJson } from "./raw-json.ts";
import { toTime, toUpper } from "./wire.ts";

interface AskedLogs {
  readonly level?: readonly LogLineView["level"][] | undefined;
  readonly stepId?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** @throws EverstepError argument_invalid, run_not_found. */
export async function listRunLogs(
  context: ApiContext,
  runId: string,
  { level, stepId, cursor, limit }: AskedLogs,
): Promise<{ readonly data: LogLineView[]; readonly page: Page }> {
  const run = await getRun(context, runId);
  const lines = await context.history.listRunLogs({
    runId: run.id,
    limit: limit + 1,
    ...(level === undefined ? {} : { levels: level.map((each) => each.toLowerCase() as LogLevel) }),
    ...(stepId === undefined ? {} : { stepId: toStepId(stepId) }),
    ...(cursor === undefined ? {} : { after: toPosition(cursor) }),
  });
  const shown = lines.slice(0, limit);
  const last = shown.at(-1);
  const next = last === undefined ? cursor : String(last.position);
  return {
    data: shown.map(lineView),
    page: { hasMore: lines.length > limit, limit, cursor: next },
  };
}

function lineView(line: RunLogLine): LogLineView {
  const { position, atMs, level, message, fieldsJson, stepId, attempt } = line;
  return {
    position,
    at: toTime(atMs),
    level: toUpper(level),
    message,
    fields: fieldsJson === undefined ? undefined : new RawJson(fieldsJson),
    stepId,
    attempt,
  };
}

/** A hash or the author's id. */
function toStepId(stepId: string): string {
  return /^[0-9a-f]{40}$/.test(stepId) ? stepId : hashStepId(stepId);
}

/** @throws EverstepError argument_invalid. */
function toPosition(cursor: string): number {
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new EverstepError(
    "argument_invalid",
    `"cursor" is "${cursor.slice(0, 64)}": give the cursor of the page before, with the same filter.`,
  );
}
