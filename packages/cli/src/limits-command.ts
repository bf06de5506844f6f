// `everstep limits FUNCTION`: the limits in force beside those of the code, changed with --set, and who changed them.
import { asObject } from "./api-client.ts";
import { auditText, limitsText } from "./controls-text.ts";
import { findFunction } from "./find-functions.ts";
import type { Io } from "./io.ts";
import { limitPatchOf } from "./limit-settings.ts";
import { printableJson } from "./printable.ts";
import { clientOf } from "./runs-command.ts";
import { isOn, texts, type Settings } from "./settings.ts";
import { UsageError } from "./usage-error.ts";

export async function showLimits(name: string, settings: Settings, io: Io): Promise<void> {
  const changes = texts(settings, "set");
  if (changes.length > 0 && isOn(settings, "audit")) {
    throw new UsageError(
      "everstep limits takes --set or --audit, not both: change first, then look.",
    );
  }
  const client = clientOf(settings, io);
  const { id, slug } = await findFunction(client, name);
  const path = `/v2/functions/${encodeURIComponent(id)}`;
  const write = (data: unknown, text: () => string): void => {
    io.stdout.write(isOn(settings, "json") ? `${printableJson(data, 2)}\n` : text());
  };
  if (isOn(settings, "audit")) {
    const audits = await client.find(`${path}/audit?limit=100`);
    write(audits, () => auditText(slug, Array.isArray(audits) ? audits : []));
    return;
  }
  const controls =
    changes.length === 0
      ? await client.find(`${path}/limits`)
      : await client.change("PATCH", `${path}/limits`, limitPatchOf(changes));
  write(controls, () => limitsText(asObject(controls)));
}
