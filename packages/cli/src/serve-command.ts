// `everstep dev` and `everstep start`: a server from its first line of output to its last.
import { flushCompileCache } from "node:module";
import { bannerText } from "./banner.ts";
import type { Io } from "./io.ts";
import { createLog } from "./log.ts";
import { openServer } from "./open-server.ts";
import { toOutputSettings, toServeSettings } from "./serve-settings.ts";
import type { Settings } from "./settings.ts";
import { stopWhenAsked } from "./stop-when-asked.ts";
import { everstepVersion } from "./version.ts";

/** Writing takes up to half a second; by then the first requests have been served. */
const COMPILE_CACHE_AFTER_MS = 5_000;

/** Resolves when the server has stopped as it was asked to. */
export async function serve(settings: Settings, io: Io): Promise<void> {
  const startedAtMs = io.nowMs();
  const wanted = toServeSettings(settings, io.cwd);
  const { json, level } = toOutputSettings(settings, io.stdout.isTerminal);
  const log = createLog({ output: io.stdout, level, json, nowMs: () => io.nowMs() });
  const version = everstepVersion();
  const server = await openServer(wanted, log);
  const startedInMs = io.nowMs() - startedAtMs;
  const stopped = stopWhenAsked({ io, server, log, graceMs: wanted.shutdownGraceMs });
  if (json) {
    const fields = {
      url: server.url,
      data: server.dataPath ?? "memory",
      mode: settings.command,
      version,
      startedInMs,
      ...(settings.configPath === undefined ? {} : { config: settings.configPath }),
    };
    log({ level: "info", message: "Everstep is ready", fields });
  } else {
    const { configPath } = settings;
    // npm and pnpm say so to what they start; a command of theirs is on the path of nobody else.
    const command = io.env["npm_command"] === undefined ? "everstep" : "npx everstep";
    const facts = { server, settings: wanted, version, startedInMs, cwd: io.cwd, configPath };
    io.stdout.write(bannerText({ ...facts, command }));
  }
  // Node writes its compile cache at exit otherwise: the first stop would be slow, and a killed server would never write it.
  setTimeout(() => flushCompileCache(), COMPILE_CACHE_AFTER_MS).unref();
  await stopped;
}
