// `everstep runs`: the newest runs as a table.
import { createApiClient, type ApiClient } from "./api-client.ts";
import { findFunctions } from "./find-functions.ts";
import type { Io } from "./io.ts";
import { printable, printableJson } from "./printable.ts";
import { listRuns, type RunRow } from "./run-queries.ts";
import { findText, getNumber, getText, isOn, texts, type Settings } from "./settings.ts";
import { tableText } from "./table.ts";
import { durationText, timeText } from "./time-text.ts";

/** The client of the commands that ask a running server. */
export function clientOf(settings: Settings, io: Io): ApiClient {
  const signingKey = findText(settings, "signing-key");
  return createApiClient({
    url: getText(settings, "url"),
    fetch: io.fetch,
    ...(signingKey === undefined ? {} : { signingKey }),
  });
}

export async function showRuns(settings: Settings, io: Io): Promise<void> {
  const client = clientOf(settings, io);
  const wanted = findText(settings, "function");
  const rows = await listRuns(client, {
    limit: getNumber(settings, "limit"),
    statuses: texts(settings, "status"),
    ...(wanted === undefined
      ? {}
      : { functionIds: (await findFunctions(client, wanted)).map(({ id }) => id) }),
  });
  io.stdout.write(isOn(settings, "json") ? `${printableJson(rows)}\n` : runsText(rows, io.nowMs()));
}

function runsText(rows: readonly RunRow[], nowMs: number): string {
  if (rows.length === 0) {
    return "No runs match. Send an event that starts one: everstep send NAME --data '{}'\n";
  }
  const cells = rows.map((row) => [
    row.id,
    row.status,
    row.functionSlug,
    row.trigger,
    timeText(row.queuedAtMs),
    tookText(row, nowMs),
  ]);
  const head = ["RUN", "STATUS", "FUNCTION", "STARTED BY", "AT", "TOOK"];
  const table = tableText(
    head,
    cells.map((row) => row.map(printable)),
  );
  return `${table}\n\nOne of them in full: everstep run ID\n`;
}

/** Time from start to end; of a run that has not ended, so far. */
export function tookText(row: Pick<RunRow, "startedAtMs" | "endedAtMs">, nowMs: number): string {
  if (row.startedAtMs === undefined) {
    return "-";
  }
  const soFar = row.endedAtMs === undefined ? " so far" : "";
  return `${durationText((row.endedAtMs ?? nowMs) - row.startedAtMs)}${soFar}`;
}
