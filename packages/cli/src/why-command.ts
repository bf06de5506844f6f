// `everstep why ID`: why a run waits or how it ended, or what became of an event. Whether the id is a run's or an event's is the
// server's to say.
import { asObject } from "./api-client.ts";
import { checkId } from "./check-id.ts";
import type { Io } from "./io.ts";
import { printable, printableJson } from "./printable.ts";
import { clientOf } from "./runs-command.ts";
import { getText, isOn, type Settings } from "./settings.ts";
import { CommandError } from "./usage-error.ts";

export async function showWhy(id: string, settings: Settings, io: Io): Promise<void> {
  checkId(id, "the id of a run or an event");
  const client = clientOf(settings, io);
  const path = encodeURIComponent(id);
  const run = await client.find(`/v2/runs/${path}/explain`);
  const found = run ?? (await client.find(`/v2/events/${path}/explain`));
  if (found === undefined) {
    throw new CommandError(
      `${getText(settings, "url")} has neither a run nor an event ${printable(id)}. List runs with: everstep runs. Events are known by the id that sending them answered.`,
    );
  }
  if (isOn(settings, "json")) {
    io.stdout.write(`${printableJson(found, 2)}\n`);
    return;
  }
  io.stdout.write(run === undefined ? eventText(asObject(found)) : runText(asObject(found)));
}

function runText(run: Record<string, unknown>): string {
  const head = `run ${text(run["runId"])} of ${text(run["functionSlug"])}: ${text(run["status"])}`;
  const reasons = sentences(run["reasons"]);
  const said = reasons.length === 0 ? [text(run["sentence"])] : reasons;
  const failed = Object.entries(asObject(run["keyErrors"])).map(
    ([expression, message]) => `Key ${printable(expression)} failed: ${text(message)}`,
  );
  return `${[head, ...said.map(indented), ...failed.map(indented)].join("\n")}\n`;
}

function eventText(event: Record<string, unknown>): string {
  const head = `event ${text(event["eventId"])} (${text(event["eventName"])})`;
  const fates = sentences(event["functions"]);
  const said = fates.length === 0 ? [text(event["sentence"])] : fates;
  return `${[head, ...said.map(indented)].join("\n")}\n`;
}

function sentences(items: unknown): readonly string[] {
  return (Array.isArray(items) ? (items as readonly unknown[]) : []).map((item) =>
    text(asObject(item)["sentence"]),
  );
}

function indented(line: string): string {
  return `  ${line}`;
}

function text(value: unknown): string {
  return printable(String(value));
}
