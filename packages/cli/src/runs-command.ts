// `everstep runs`: the newest runs as a table.
import { createApiClient, type ApiClient } from "./api-client.ts";
import type { Io } from "./io.ts";
import { printable, printableJson } from "./printable.ts";
import { listFunctions, listRuns, type RunRow } from "./run-queries.ts";
import { findText, getNumber, getText, isOn, texts, type Settings } from "./settings.ts";
import { suggest } from "./suggest.ts";
import { tableText } from "./table.ts";
import { durationText, timeText } from "./time-text.ts";
import { CommandError } from "./usage-error.ts";

/** The client that `runs` and `run` use. */
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
    ...(wanted === undefined ? {} : { functionIds: await functionIdsOf(client, wanted) }),
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

/** A function is known by its id in the app, by `app-id`, or by its name. */
async function functionIdsOf(client: ApiClient, wanted: string): Promise<readonly string[]> {
  const functions = await listFunctions(client);
  const matches = functions.filter(
    ({ slug, name }) => slug === wanted || name === wanted || slug.endsWith(`-${wanted}`),
  );
  if (matches.length === 0) {
    const slugs = functions.map(({ slug }) => slug).toSorted();
    const shortIds = slugs.map((slug) => slug.slice(slug.indexOf("-") + 1));
    const known = slugs.length === 0 ? "no function is registered yet" : slugs.join(", ");
    throw new CommandError(
      printable(
        `There is no function "${wanted}".${suggest(wanted, [...slugs, ...shortIds])} Known: ${known}`,
      ),
    );
  }
  return matches.map(({ id }) => id);
}
