// `everstep send NAME`: one event through the event API.
import { asObject, createApiClient } from "./api-client.ts";
import type { Io } from "./io.ts";
import { printable, printableJson } from "./printable.ts";
import { findText, getText, isOn, texts, type Settings } from "./settings.ts";
import { CommandError } from "./usage-error.ts";
import { eventTimeMs } from "./value-checks.ts";

/** Any key will do for a server without keys, but the path needs one. */
const KEY_FOR_DEV = "dev";

export async function sendEvent(name: string, settings: Settings, io: Io): Promise<void> {
  const signingKey = findText(settings, "signing-key");
  const client = createApiClient({
    url: getText(settings, "url"),
    fetch: io.fetch,
    ...(signingKey === undefined ? {} : { signingKey }),
  });
  const key = texts(settings, "event-key")[0] ?? KEY_FOR_DEV;
  const answer = asObject(
    await client.post(`/e/${encodeURIComponent(key)}`, eventOf(name, settings)),
  );
  const ids = Array.isArray(answer["ids"]) ? (answer["ids"] as readonly unknown[]) : [];
  if (ids.length !== 1) {
    throw new CommandError(
      `The server answered without an event id: ${printableJson(answer).slice(0, 300)}`,
    );
  }
  io.stdout.write(
    isOn(settings, "json")
      ? `${printableJson({ ids })}\n`
      : `Stored ${printable(name)} as ${printable(String(ids[0]))}. See what it started: everstep runs\n`,
  );
}

function eventOf(name: string, settings: Settings): Record<string, unknown> {
  const user = findText(settings, "user");
  const id = findText(settings, "id");
  const time = findText(settings, "ts");
  return {
    name,
    data: JSON.parse(getText(settings, "data")) as unknown,
    ...(user === undefined ? {} : { user: JSON.parse(user) as unknown }),
    ...(id === undefined ? {} : { id }),
    ...(time === undefined ? {} : { ts: eventTimeMs(time) }),
  };
}
