// A command that does again what started a run: sends its event, or invokes its function when no event of a sender did. Pure.
// Invariant: whatever the payload holds, a POSIX shell passes it on as data.
import { inertJson } from "./inert-json.ts";

export interface SentEvent {
  readonly name: string;
  readonly data: unknown;
  readonly user?: unknown;
}

export interface CurlTarget {
  /** Of the server, such as `http://127.0.0.1:8288`. */
  readonly origin: string;
  readonly functionSlug: string;
  /** Whether the server takes events without a key. */
  readonly isDev: boolean;
}

/** Longer commands are refused by some systems; the payload then comes through standard input. */
const COMMAND_LENGTH_MAX = 60_000;
const DELIMITER = "EVENT_JSON";

/** @param event Absent for runs of a schedule. */
export function copyAsCurl(target: CurlTarget, event: SentEvent | undefined): string {
  const key = target.isDev ? "dev" : "$EVERSTEP_EVENT_KEY";
  if (event === undefined || event.name.startsWith("inngest/")) {
    const url = `"${target.origin}/invoke/${encodeURIComponent(target.functionSlug)}"`;
    const auth = target.isDev ? [] : [`-H "Authorization: Bearer $EVERSTEP_EVENT_KEY"`];
    return command(url, { data: event?.data ?? {} }, auth);
  }
  const { name, data, user } = event;
  return command(`"${target.origin}/e/${key}"`, { name, data, ...(user == null ? {} : { user }) });
}

function command(url: string, body: unknown, flags: readonly string[] = []): string {
  const json = inertJson(body);
  const head = [`curl -X POST ${url}`, `-H 'Content-Type: application/json'`, ...flags];
  if (json.length > COMMAND_LENGTH_MAX) {
    const lines = [...head, `--data-binary @- <<'${DELIMITER}'`].join(" \\\n  ");
    return `${lines}\n${json}\n${DELIMITER}\n`;
  }
  return [...head, `--data-raw ${shellQuoted(json)}`].join(" \\\n  ");
}

/** Inside single quotes a shell reads nothing; a single quote itself cannot stand there. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
