// `everstep run ID`: one run in full, as a tree of steps.
import type { ApiClient } from "./api-client.ts";
import { checkId } from "./check-id.ts";
import type { Io } from "./io.ts";
import { printable, printableJson } from "./printable.ts";
import { findRun, findSpanError, type Span, type SpanError } from "./run-queries.ts";
import { readRunLogs, runLogsText } from "./run-logs.ts";
import { runText } from "./run-text.ts";
import { clientOf } from "./runs-command.ts";
import { getText, isOn, type Settings } from "./settings.ts";
import { CommandError } from "./usage-error.ts";

/** Errors are asked for one by one; a run with thousands of failed attempts must not become thousands of requests. */
const ERRORS_SHOWN_MAX = 50;

export async function showRun(id: string, settings: Settings, io: Io): Promise<void> {
  checkId(id, "the id of a run");
  const client = clientOf(settings, io);
  const run = await findRun(client, id);
  if (run === undefined) {
    throw new CommandError(
      `${getText(settings, "url")} has no run ${printable(id)}. List runs with: everstep runs`,
    );
  }
  const errors = await readErrors(client, run.root);
  const logs = isOn(settings, "logs") ? await readRunLogs(client, run.id) : undefined;
  if (isOn(settings, "json")) {
    const shown = { ...run, errors: Object.fromEntries(errors), ...(logs && { logs }) };
    io.stdout.write(`${printableJson(shown, 2)}\n`);
    return;
  }
  io.stdout.write(runText(run, errors, io.nowMs()));
  if (logs !== undefined) io.stdout.write(runLogsText(logs));
}

/** By output id. */
async function readErrors(
  client: ApiClient,
  root: Span | undefined,
): Promise<ReadonlyMap<string, SpanError>> {
  const ids = failedOutputIds(root).slice(0, ERRORS_SHOWN_MAX);
  const found = await Promise.all(
    ids.map(async (id) => [id, await findSpanError(client, id)] as const),
  );
  return new Map(found.flatMap(([id, error]) => (error === undefined ? [] : [[id, error]])));
}

function failedOutputIds(span: Span | undefined): readonly string[] {
  if (span === undefined) {
    return [];
  }
  const own = span.status === "failed" && span.outputId !== undefined ? [span.outputId] : [];
  return [...new Set([...own, ...span.children.flatMap(failedOutputIds)])];
}
