// Takes an app's functions and tells the log what changed, whichever side began. An app that is suddenly elsewhere is said:
// mostly it was deployed, but two apps with one id take each other's calls, and nothing else would show it.
import type { Engine, Log, SyncOutcome } from "@everstep/engine";
import type { AppConfig } from "@everstep/protocol";

export async function syncApp(
  { engine, log }: { readonly engine: Pick<Engine, "apps" | "syncApp">; readonly log: Log },
  config: AppConfig,
): Promise<SyncOutcome> {
  const { name, url, functions } = config;
  const before = engine.apps().find((app) => app.name === name)?.url;
  const outcome = await engine.syncApp(config);
  if (!outcome.modified) return outcome;
  const moved =
    before === undefined || before === url
      ? ""
      : `, which was at ${before}: calls go to ${url} now. If both run, give them two ids`;
  log({
    level: "info",
    message: `Synced app "${name}"${moved}`,
    fields: { app: name, url, functions: functions.length },
  });
  return outcome;
}
