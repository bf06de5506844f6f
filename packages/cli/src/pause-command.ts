// `everstep pause FUNCTION` and `everstep resume FUNCTION`.
import { asObject } from "./api-client.ts";
import { stateText } from "./controls-text.ts";
import { findFunction } from "./find-functions.ts";
import type { Io } from "./io.ts";
import { printable, printableJson } from "./printable.ts";
import { clientOf } from "./runs-command.ts";
import { isOn, type Settings } from "./settings.ts";

export async function setPaused(
  { name, isPaused }: { readonly name: string; readonly isPaused: boolean },
  settings: Settings,
  io: Io,
): Promise<void> {
  const client = clientOf(settings, io);
  const { id, slug } = await findFunction(client, name);
  const verb = isPaused ? "pause" : "resume";
  const data = await client.change("POST", `/v2/functions/${encodeURIComponent(id)}/${verb}`);
  if (isOn(settings, "json")) {
    io.stdout.write(`${printableJson(data, 2)}\n`);
    return;
  }
  const next = isPaused
    ? `Events that come are skipped, its runs wait. Go on with: everstep resume ${printable(slug)}\n`
    : "";
  io.stdout.write(`${stateText(asObject(data))}.\n${next}`);
}
